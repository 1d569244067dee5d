import { Context, Effect, Layer } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { EmbedsMissing } from "../../crosswalk/EmbedsMissing.ts"
import { Forbidden, InvalidRequest, Unauthorized } from "../Problem.ts"
import { type Holder, Tokens, type TokenScope } from "./Tokens.ts"
import * as WellFormed from "./WellFormed.ts"

/** Who makes the request: the holder of its token, or everybody. */
export class Caller extends Context.Service<Caller, Holder>()("crosswalk/http/Caller") {}

/** What a token needs for an endpoint, where its method does not say it: reading by POST. */
export const Needs = Context.Reference<TokenScope | undefined>("crosswalk/http/Needs", {
  defaultValue: () => undefined
})

/** Asks for a token where the server has any, for one that may write where something is written, and for texts in UTF-8. */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: Caller }>()(
  "crosswalk/http/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, Forbidden, InvalidRequest] }
) {}

const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

const everybody: Holder = { name: "anonymous", scope: "write" }

/** Who decides: the name of the token, and where none is asked for, whoever the request says. */
export const decider = (by: string | undefined): Effect.Effect<string | undefined, never, Caller> =>
  Effect.map(Caller, (caller) => (caller === everybody ? by : caller.name))

export const layer: Layer.Layer<Authorization, never, Tokens> = Layer.effect(
  Authorization,
  Effect.gen(function* () {
    const tokens = yield* Tokens
    return Authorization.of({
      bearer: (answer, { credential, endpoint }) =>
        Effect.gen(function* () {
          const caller = tokens.isOpen ? everybody : tokens.holderOf(credential)
          if (caller === undefined) {
            return yield* new Unauthorized({
              detail: "This server asks for a token: send it as 'Authorization: Bearer TOKEN'",
              reason: "token",
              isRetryable: false
            })
          }
          const needed = Context.get(endpoint.annotations, Needs) ?? (reading.has(endpoint.method) ? "read" : "write")
          if (needed === "write" && caller.scope === "read") {
            return yield* new Forbidden({
              detail: `The token ${caller.name} may read only`,
              reason: "scope",
              isRetryable: false
            })
          }
          yield* WellFormed.check(endpoint)
          return yield* answer.pipe(
            Effect.provideService(Caller, caller),
            Effect.provideService(EmbedsMissing, caller.scope === "write")
          )
        })
    })
  })
)
