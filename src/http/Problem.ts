import { Cause, Effect, Schema } from "effect"
import { HttpApiError } from "effect/http-api"
import type { CrosswalkError } from "../domain/CrosswalkError.ts"
import { Degraded } from "../domain/Degraded.ts"
import { Remedy } from "../domain/Remedy.ts"
import { SearchResult } from "../domain/SearchResult.ts"
import type { ValidationError } from "../domain/ValidationError.ts"

/** What a problem says beside the members of RFC 9457. */
const members = {
  /** What happened, for a person. */
  detail: Schema.String,
  /** Why, as a code of a closed set that belongs to the type. */
  reason: Schema.String,
  /** The same request may succeed later. */
  isRetryable: Schema.Boolean,
  /** The field of the request that is wrong. */
  field: Schema.optionalKey(Schema.String),
  /** What can be done about it, where a program can do it. */
  remedy: Schema.optionalKey(Remedy)
}

const typeOf = <const Name extends string>(name: Name) => `urn:crosswalk:problem:${name}` as const

/** The request breaks a rule; nothing was done. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  { type: typeOf("invalid-request"), status: 400, title: "The request breaks a rule" },
  members
) {}

/** A token is needed, and there is none or another one. */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  { type: typeOf("unauthorized"), status: 401, title: "A token is needed" },
  members
) {}

/** The token may not do this, or the request came from another site. */
export class Forbidden extends HttpApiError.Problem<Forbidden>()(
  "Forbidden",
  { type: typeOf("forbidden"), status: 403, title: "This is not allowed" },
  members
) {}

/** Nothing is stored under this name. */
export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  { type: typeOf("not-found"), status: 404, title: "There is no such thing" },
  members
) {}

/** It contradicts what is stored. */
export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  { type: typeOf("conflict"), status: 409, title: "It contradicts what is stored" },
  members
) {}

/** Of the forms that there are, the request takes none. */
export class NotAcceptable extends HttpApiError.Problem<NotAcceptable>()(
  "NotAcceptable",
  { type: typeOf("not-acceptable"), status: 406, title: "There is no such form of it" },
  members
) {}

/** What is stored is not what `If-Match` or `If-None-Match` expects; nothing was done. */
export class PreconditionFailed extends HttpApiError.Problem<PreconditionFailed>()(
  "PreconditionFailed",
  { type: typeOf("precondition-failed"), status: 412, title: "It is not as the request expects it" },
  members
) {}

/** The body did not arrive in time. */
export class TooSlow extends HttpApiError.Problem<TooSlow>()(
  "TooSlow",
  { type: typeOf("timeout"), status: 408, title: "The request took too long" },
  members
) {}

/** The body is larger than the server takes. */
export class TooLarge extends HttpApiError.Problem<TooLarge>()(
  "TooLarge",
  { type: typeOf("too-large"), status: 413, title: "The request is too large" },
  members
) {}

/** Its path and query are longer than the server takes. */
export class TooLong extends HttpApiError.Problem<TooLong>()(
  "TooLong",
  { type: typeOf("too-long"), status: 414, title: "The request is too large" },
  members
) {}

/** The body is of a content type that the endpoint does not read. */
export class UnknownContent extends HttpApiError.Problem<UnknownContent>()(
  "UnknownContent",
  { type: typeOf("content-type"), status: 415, title: "The content type is not known" },
  members
) {}

/** A source or a text cannot be taken as it is. */
export class Unprocessable extends HttpApiError.Problem<Unprocessable>()(
  "Unprocessable",
  { type: typeOf("unprocessable"), status: 422, title: "It was understood, and cannot be taken as it is" },
  members
) {}

/** Something failed here; the log says what. */
export class Failed extends HttpApiError.Problem<Failed>()(
  "Failed",
  { type: typeOf("failed"), status: 500, title: "The server failed" },
  members
) {}

/** It cannot be done now. */
export class Unavailable extends HttpApiError.Problem<Unavailable>()(
  "Unavailable",
  { type: typeOf("unavailable"), status: 503, title: "It cannot be done now" },
  members
) {}

/** What an endpoint may answer that failed. */
export const problems = [InvalidRequest, NotFound, Conflict, TooLong, Unprocessable, Failed, Unavailable] as const
export type Problem = InstanceType<(typeof problems)[number]>

/** What an endpoint with a body may answer that failed. */
export const bodyProblems = [...problems, TooSlow, TooLarge, UnknownContent] as const

/**
 * What a failure of the tables or the model says to a client: its code in words. Its own sentence may have a path, a server's
 * name or a statement, which belong in the log.
 */
const hidden = (what: string, reason: string): string => `${what} (${reason}). The log of the server says more`

/** What a search found, as a client is told: why its model failed is logged, without what stays in the process. */
export const shared = (found: SearchResult): Effect.Effect<SearchResult> => {
  const { degraded } = found
  if (degraded === undefined) return Effect.succeed(found)
  const { error, problem, reason } = degraded
  const told = new Degraded({ ...degraded, problem: hidden("The embedding model failed", reason) })
  return Effect.as(
    Effect.logWarning(`a search compared words alone (${error}, ${reason})`, Cause.fail(problem)),
    new SearchResult({ ...found, degraded: told })
  )
}

const told = ({ isRetryable, problem, reason, remedy }: CrosswalkError) => ({
  detail: problem,
  reason,
  isRetryable,
  ...(remedy !== undefined && { remedy })
})

/** An input that breaks a rule as a problem document. */
export const invalidOf = (error: ValidationError): InvalidRequest =>
  new InvalidRequest({ ...told(error), field: error.field })

/** A failure of the library as a problem document. What stays in the process, such as paths and statements, is left out. */
export const problemOf = (error: CrosswalkError): Problem => {
  const { isRetryable, reason } = error
  switch (error._tag) {
    case "ValidationError":
      return invalidOf(error)
    case "NotFoundError":
      return new NotFound(told(error))
    case "ConflictError":
    case "ModelMismatchError":
      return new Conflict(told(error))
    case "ImportError":
      return new Unprocessable(told(error))
    case "EmbeddingError":
    case "ModelLoadError": {
      const what = { reason, isRetryable, detail: hidden("The embedding model failed", reason) }
      return isRetryable ? new Unavailable(what) : new Failed(what)
    }
    case "DatabaseError": {
      const what = { reason, isRetryable, detail: hidden("The database failed", reason) }
      // A database that is not there may be there again, whatever the client does.
      return isRetryable || reason === "connection" ? new Unavailable(what) : new Failed(what)
    }
  }
}

/** Ends an effect of the library as an endpoint does: its failure becomes a problem, and what a client is not told is logged. */
export const answered = <A, R>(effect: Effect.Effect<A, CrosswalkError, R>): Effect.Effect<A, Problem, R> =>
  Effect.catch(effect, (error) => {
    const problem = problemOf(error)
    return problem.status < 500
      ? Effect.fail(problem)
      : Effect.andThen(
          Effect.logError(`a request failed (${error._tag}, ${error.reason})`, Cause.fail(error)),
          Effect.fail(problem)
        )
  })

/** {@link answered} for a change under a condition of the request's headers. */
export const answeredIf = <A, R>(
  change: Effect.Effect<A, CrosswalkError, R>
): Effect.Effect<A, Problem | PreconditionFailed, R> =>
  Effect.catch(
    change,
    (error): Effect.Effect<never, Problem | PreconditionFailed> =>
      error._tag === "ConflictError" && error.reason === "changed"
        ? Effect.fail(new PreconditionFailed(told(error)))
        : answered(Effect.fail(error))
  )
