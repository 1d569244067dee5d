import { Cause, Effect, type Layer, Predicate } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { type HttpApiError, HttpApiMiddleware } from "effect/http-api"
import { ValidationError } from "../domain/ValidationError.ts"
import { Failed, invalidOf, InvalidRequest } from "./Problem.ts"

/** Answers a request that its Schema does not accept by a problem that names the field. */
export class Malformed extends HttpApiMiddleware.Service<Malformed>()("crosswalk/http/Malformed", {
  error: [InvalidRequest, Failed]
}) {}

/** What a part of the request was before it was decoded. */
const inputOf = (kind: HttpApiError.HttpApiSchemaError["kind"]) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    switch (kind) {
      case "Params":
        return (yield* HttpRouter.RouteContext).params
      case "Query":
        return yield* HttpServerRequest.ParsedSearchParams
      case "Headers":
        return request.headers
      case "Payload":
        return yield* Effect.orElseSucceed(request.json, () => undefined)
      default:
        return undefined
    }
  })

const problem = (error: HttpApiError.HttpApiSchemaError, input: unknown) => {
  const of = (input: unknown) => ValidationError.fromIssue(error.cause.issue, input, error.kind.toLowerCase())
  const found = of(input)
  // What a query says once of several is decoded as a list of one.
  const key = /^(?<key>\w+)\.0$/u.exec(found.field)?.groups?.["key"]
  const isSingle = key !== undefined && Predicate.hasProperty(input, key) && typeof input[key] === "string"
  return invalidOf(isSingle ? of({ ...input, [key]: [input[key]] }) : found)
}

export const layer: Layer.Layer<Malformed> = HttpApiMiddleware.layerSchemaErrorTransform(Malformed, (error) =>
  error.kind === "Body" || error.kind === "ResponseHeaders"
    ? Effect.andThen(
        Effect.logError("an answer does not fit its Schema", Cause.fail(error.cause)),
        Effect.fail(
          new Failed({
            detail: "The answer could not be written. The log says more",
            reason: "answer",
            isRetryable: false
          })
        )
      )
    : Effect.flatMap(inputOf(error.kind), (input) => Effect.fail(problem(error, input)))
)
