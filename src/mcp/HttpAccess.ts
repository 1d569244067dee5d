import { Effect, Redacted } from "effect"
import { Headers, HttpRouter, HttpServerRequest, HttpServerResponse, ProblemDetails } from "effect/http"
import { type Holder, Tokens } from "../http/access/Tokens.ts"

const everybody: Holder = { name: "anonymous", scope: "write" }

/** Who holds the token in the headers; everybody may everything where none is asked for. */
export const holderOf = (tokens: Tokens["Service"], headers: Headers.Headers): Holder | undefined => {
  if (tokens.isOpen) return everybody
  const [, token] = /^Bearer +(\S+)$/iu.exec(headers["authorization"] ?? "") ?? []
  return token === undefined ? undefined : tokens.holderOf(Redacted.make(token))
}

const unauthorized = HttpServerResponse.setHeader(
  ProblemDetails.toResponse({
    type: "urn:crosswalk:problem:unauthorized",
    status: 401,
    title: "A token is needed",
    detail: "This server asks for a token: send it as 'Authorization: Bearer TOKEN'",
    reason: "token",
    isRetryable: false
  }),
  "www-authenticate",
  "Bearer"
)

/** Goes before the protocol: who has no token that is known is sent away. */
export const layer = HttpRouter.middleware(
  Effect.map(
    Tokens,
    (tokens) => (answer) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (holderOf(tokens, request.headers) === undefined) return unauthorized
        // The guard has let the origin pass, and Effect's server would ask for a list of origins again.
        const others = Headers.remove(request.headers, "origin")
        return yield* Effect.provideService(
          answer,
          HttpServerRequest.HttpServerRequest,
          request.modify({ headers: others })
        )
      })
  )
)
