import { Clock, DateTime, Duration, Effect, Option } from "effect"
import type * as AiError from "effect/ai/AiError"
import { isHttpClientError } from "effect/http/HttpClientError"
import type { EmbeddingReason } from "../domain/EmbeddingError.ts"

/** What is known of how a provider answered. */
interface Answer {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, unknown>> | undefined
  /** There was no answer: the request did not get through. */
  readonly lost?: boolean | undefined
}

/** A chain of causes longer than this is a circle. */
const longestChain = 16

/** The answer that an error holds, or one of its causes. A status that is only in a sentence is not looked for. */
const answerOf = (error: unknown): Answer => {
  let link: unknown = error
  for (let i = 0; i < longestChain && typeof link === "object" && link !== null; i++) {
    if (isHttpClientError(link)) return link.response ?? { lost: link.reason._tag === "TransportError" }
    const response = "http" in link ? (link as AiError.InternalProviderError).http?.response : undefined
    if (response !== undefined) return response
    link = "cause" in link ? link.cause : undefined
  }
  return {}
}

/** What the status of an answer says, where it says something. */
const reasonOfStatus = (status: number): EmbeddingReason | undefined => {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return "text"
    case 401:
    case 402:
    case 403:
      return "authorization"
    case 408:
    case 504:
      return "timeout"
    case 429:
      return "rateLimited"
    default:
      return status >= 500 ? "unavailable" : undefined
  }
}

/** Names of parameters that hold the texts; a request that is wrong in another one is wrong with every text. */
const ofTexts = /input|text|content|prompt/iu

const reasonOf = ({ reason }: AiError.AiError, { lost, status }: Answer): EmbeddingReason => {
  const known = status === undefined ? undefined : reasonOfStatus(status)
  switch (reason._tag) {
    case "RateLimitError":
      return "rateLimited"
    case "QuotaExhaustedError":
    case "AuthenticationError":
      return "authorization"
    case "InvalidRequestError":
      return reason.parameter === undefined || ofTexts.test(reason.parameter) ? "text" : "unknown"
    case "InvalidUserInputError":
    case "ContentPolicyError":
      return "text"
    case "NetworkError":
      return reason.isRetryable ? "unavailable" : "unknown"
    case "InternalProviderError":
      return known ?? "unavailable"
    case "InvalidResponseError":
    case "InvalidOutputError":
    case "StructuredOutputError":
      return known ?? "invalidVector"
    default:
      return known ?? (lost === true ? "unavailable" : "unknown")
  }
}

/** The wait that `Retry-After` asks for: seconds, or a date. */
const waitOf = (headers: Answer["headers"], now: number): Duration.Duration | undefined => {
  const value = headers?.["retry-after"]
  if (typeof value !== "string" || value === "") return undefined
  if (/^\d{1,9}$/u.test(value)) return Duration.seconds(Number(value))
  const date = value.endsWith("GMT") ? Option.getOrUndefined(DateTime.make(value)) : undefined
  return date === undefined ? undefined : Duration.millis(Math.max(0, DateTime.toEpochMillis(date) - now))
}

/**
 * What a provider's error says of whose fault it is and of when to try again. What it does not say is `unknown`, and no
 * fault of a text.
 */
export const of = (error: AiError.AiError) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const answer = answerOf(error)
    return { reason: reasonOf(error, answer), retryAfter: error.retryAfter ?? waitOf(answer.headers, now) }
  })
