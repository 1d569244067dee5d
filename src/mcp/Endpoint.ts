import { Clock, Effect, type Scope } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import { refused } from "../http/access/Refusal.ts"
import { holderOf, Tokens } from "../http/access/Tokens.ts"
import * as Message from "./Message.ts"
import * as Sessions from "./Sessions.ts"

/** Where agents ask over HTTP. */
export const path = "/mcp"

const sessionHeader = "mcp-session-id"

const unauthorized = refused(
  401,
  "A token is needed",
  "unauthorized",
  "This server asks for a token: send it as 'Authorization: Bearer TOKEN'",
  { "www-authenticate": "Bearer" }
)

const noSession = refused(
  404,
  "There is no such thing",
  "session",
  "There is no such session, or it was not used for too long: begin another with initialize"
)

/** Effect's own routes, which know neither of tokens nor of an end of sessions. */
export type Routes = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

const requestOf = (method: string, headers: Record<string, string>, body?: string) =>
  HttpServerRequest.fromWeb(
    new Request(`http://localhost${path}`, { method, headers, ...(body !== undefined && { body }) })
  )

/** Answers for who has a token, within sessions that are theirs and that end. */
export const make = (tokens: Tokens["Service"], sessions: Sessions.Sessions, routes: Routes) => {
  const answered = Effect.catch(routes, (error) =>
    HttpServerRespondable.isRespondable(error) ? HttpServerRespondable.toResponse(error) : Effect.die(error)
  )
  const ask = (request: HttpServerRequest.HttpServerRequest) =>
    Effect.provideService(answered, HttpServerRequest.HttpServerRequest, request)

  /** Ends sessions in Effect's server too, with whatever runs in them. */
  const end = (ids: ReadonlyArray<string>) =>
    Effect.forEach(ids, (id) => ask(requestOf("DELETE", { [sessionHeader]: id })), { discard: true })

  return (request: HttpServerRequest.HttpServerRequest) =>
    Effect.gen(function* () {
      const { headers, method } = request
      const holder = holderOf(tokens, headers)
      if (holder === undefined) return unauthorized
      yield* end(sessions.expire(yield* Clock.currentTimeMillis))
      const id = headers[sessionHeader]
      if (id !== undefined && !sessions.use(id, holder.name, yield* Clock.currentTimeMillis)) return noSession
      const body = method === "POST" ? yield* request.text : undefined
      if (body !== undefined && Message.isTooDeep(body)) {
        return HttpServerResponse.jsonUnsafe(Message.tooDeep, { status: 400 })
      }
      // The guard has let the origin pass, and Effect's routes would ask for a list of origins.
      const { origin: _, ...others } = headers
      const response = yield* ask(requestOf(method, others, body))
      if (response.status === 400 && response.body._tag === "Empty" && body?.trimStart().startsWith("[") === true) {
        return HttpServerResponse.jsonUnsafe(Message.noBatch, { status: 400 })
      }
      if (method === "DELETE" && id !== undefined && response.status === 204) sessions.end(id)
      // Which session begins stands in the answer when it is sent.
      yield* HttpEffect.appendPreResponseHandler((_, sent) =>
        Effect.gen(function* () {
          const begun = id === undefined ? sent.headers[sessionHeader] : undefined
          if (begun !== undefined) {
            yield* end(sessions.begin(begun, holder.name, yield* Clock.currentTimeMillis))
          }
          return sent
        }).pipe(Effect.scoped)
      )
      return response
    })
}
