import type { InvalidRequest } from "../../http/Problem.ts"

/** What a problem document says (RFC 9457), as far as it was one. */
export type ProblemDocument = Partial<
  Pick<InvalidRequest, "detail" | "field" | "isRetryable" | "reason" | "remedy">
> & {
  readonly title?: string
}

/** Why a request has no answer. */
export class Failure extends Error {
  /** The status of the answer; 0 where there was none. */
  readonly status: number
  readonly problem: ProblemDocument

  constructor(status: number, problem: ProblemDocument) {
    super(problem.detail ?? problem.title ?? `The server answered with the status ${status}`)
    this.name = "Failure"
    this.status = status
    this.problem = problem
  }
}

/** What happened and what to do next, for a person. */
export interface Told {
  readonly title: string
  readonly detail: string
  readonly next: string
}

const nextOf = ({ problem, status }: Failure): string => {
  switch (status) {
    case 0:
      return "See whether `crosswalk serve` still runs, then try again."
    case 401:
      return "Sign in with a token of this server."
    case 403:
      return "Ask whoever runs this server for a token that may do it."
    case 404:
      return "It may have been removed or renamed. Search for it."
    case 409:
      return "Load it again, then decide anew."
    default:
      if (status < 500) return "Change what you asked for."
      return problem.isRetryable === true ? "Try again in a moment." : "The log of the server says more."
  }
}

/** A text that begins and ends as a sentence does. */
export const sentence = (text: string): string => {
  const upper = text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())
  return /[.!?]$/u.test(upper) ? upper : `${upper}.`
}

/** Anything that was thrown, as sentences. */
export const told = (error: unknown): Told => {
  if (!(error instanceof Failure)) {
    return {
      title: "This page has a fault",
      detail: sentence(error instanceof Error ? error.message : String(error)),
      next: "Load the page again. If it stays, tell the makers of Crosswalk."
    }
  }
  const { field, title } = error.problem
  const detail = field === undefined ? error.message : `‘${field}’ ${error.message}`
  return { title: title ?? "The server did not answer as expected", detail: sentence(detail), next: nextOf(error) }
}
