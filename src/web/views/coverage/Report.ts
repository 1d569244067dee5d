import type { Answer, Request } from "../../api/Endpoints.ts"
import type { Query } from "../../Query.ts"

export type Options = Request<"POST /api/v1/coverage">["payload"]
export type Report = Answer<"POST /api/v1/coverage">
export type Comparison = Answer<"POST /api/v1/coverage/comparison">
export type Covered = Report["references"][number]
export type State = Covered["state"]

/** How a requirement may stand, in words, with its tone as a class of `.tag`. */
export const states: ReadonlyArray<readonly [state: State, name: string, tone: string]> = [
  ["covered", "covered", "good"],
  ["partly", "in part", "warn"],
  ["uncovered", "not covered", "bad"],
  ["excepted", "excepted", "accent"]
]

/** What of a report is looked at. */
export interface Opened {
  readonly chapter: string | undefined
  readonly level: string | undefined
  /** A state; empty where all are. */
  readonly state: string
}

/** What the URL asks for; undefined where it names no two catalogs. */
export const optionsOf = (query: Query): Options | undefined => {
  const [to, by, level] = [query.text("to"), query.text("by"), query.text("level")]
  if (to === "" || by === "") return undefined
  return {
    to,
    by,
    ...(query.text("suggested") === "1" && { includeSuggested: true }),
    ...(query.text("partly") === "1" && { countPartly: true }),
    ...(level !== "" && { filter: { level } })
  }
}

/** A chapter or a level as it is called; one may have no name. */
export const named = (name: string): string => (name === "" ? "not given" : name)

/** The requirements that are looked at. Where levels are cumulative, one has those below it too. */
export const openedOf = (report: Report, { chapter, level, state }: Opened): ReadonlyArray<Covered> => {
  const isOf = (own: string) =>
    level === undefined ||
    own === level ||
    (report.cumulative && own !== "" && level !== "" && Number(own) <= Number(level))
  return report.references.filter(
    (one) =>
      (chapter === undefined || one.chapter === chapter) && isOf(one.level) && (state === "" || one.state === state)
  )
}
