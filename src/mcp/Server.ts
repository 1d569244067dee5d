import { type Cause, Effect, Layer } from "effect"
import { McpServer } from "effect/ai"
import { type Headers, HttpRouter } from "effect/http"
import { decodeInput } from "../domain/Input.ts"
import { holderOf, Tokens } from "../http/access/Tokens.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { type Actor, CurrentActor } from "./Actor.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Instructions from "./Instructions.ts"
import * as GuardedStdio from "./GuardedStdio.ts"
import { CurrentSurroundings, McpOptions } from "./McpOptions.ts"
import * as Prompts from "./Prompts.ts"
import * as Protocols from "./Protocols.ts"
import * as Resources from "./Resources.ts"
import * as Sessions from "./Sessions.ts"
import * as Tools from "./Tools.ts"

/** Everything that callers can use. */
export const registrations = Layer.mergeAll(Tools.layer, Resources.layer, Prompts.layer)

const decode = decodeInput(McpOptions, "options")

/** The protocols are those of Effect, each once, so that nothing is wrong with them. */
const wellMade = <A, E, R>(layer: Layer.Layer<A, E | Cause.IllegalArgumentError, R>) =>
  Layer.catchTag(layer, "IllegalArgumentError", (error) => Layer.effectDiscard(Effect.die(error)))

/** For whom a request is answered, told from its headers. */
type ActorOf = (headers: Headers.Headers) => Actor

/** What a server says of itself, and what it has. */
const describe = Effect.fnUntraced(function* (
  options: McpOptions,
  writes: Instructions.Writes,
  isRemote: boolean,
  actorOf: ActorOf
) {
  const { maxSessions, maxTokens = 9000, name = "crosswalk", sessionIdle, version = "1" } = yield* decode(options)
  const { catalogs } = yield* ReferenceRepository
  const actors = McpServer.middleware((effect, { headers }) =>
    Effect.provideService(effect, CurrentActor, actorOf(headers))
  )
  return {
    maxSessions,
    sessionIdle,
    name,
    version,
    description: "Search, relate and compare catalogues of requirements and controls",
    instructions: Instructions.instructions(yield* catalogs, writes),
    protocols: Protocols.make(yield* Resources.list),
    registrations: registrations.pipe(
      Layer.provide(actors.layer),
      Layer.provide(Layer.succeed(CurrentSurroundings, { isRemote, maxTokens }))
    )
  }
})

/**
 * Serves one caller over standard input and output, which the process then uses for nothing else: logs belong on standard
 * error (`Logger.LogToStderr`). Ends when the input has ended and all is answered, or when nobody reads the output.
 *
 * @example
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Logger } from "effect"
 * import { Store } from "crosswalk"
 * import { Mcp } from "crosswalk/mcp"
 *
 * const program = Mcp.stdio({ name: "Ann", mayWrite: false }).pipe(
 *   Effect.provide(Store.layerLibsql({ url: "requirements.db", readonly: true })),
 *   Effect.provideService(Logger.LogToStderr, true),
 *   Effect.provide(NodeServices.layer)
 * )
 * // NodeRuntime.runMain(program)
 */
export const stdio = (actor: Actor, options: McpOptions = {}) =>
  GuardedStdio.serve(
    Layer.unwrap(
      Effect.map(
        describe(options, actor.mayWrite ? "all" : "none", false, () => actor),
        (description) => wellMade(McpServer.layerStdio(description))
      )
    )
  )

/**
 * Serves callers at `/mcp` of the router that is there, beside the API and behind the same guard, for who has one of the
 * {@link Tokens}: one that may read does not see the tools that write, and decisions have its name.
 *
 * @example
 * import { NodeHttpServer } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Store } from "crosswalk"
 * import { Connections, Routes, Tokens } from "crosswalk/http"
 * import { Mcp } from "crosswalk/mcp"
 *
 * const server = Routes.serveWith(Mcp.layerHttp({ name: "our-requirements" })).pipe(
 *   Layer.provide(Tokens.layer([])),
 *   Layer.provide(Store.layerLibsql({ url: "requirements.db", vectors: "memory" })),
 *   Layer.provide(NodeHttpServer.layer(() => Connections.server(), { host: "127.0.0.1", port: 7430 }))
 * )
 * // NodeRuntime.runMain(Layer.launch(server))
 */
export const layerHttp = (options: McpOptions = {}) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const router = yield* HttpRouter.HttpRouter
      const {
        maxSessions = 256,
        sessionIdle = 3_600_000,
        ...description
      } = yield* describe(options, tokens.isOpen ? "all" : "some", true, (headers) => {
        const holder = holderOf(tokens, headers)
        return { name: tokens.isOpen ? undefined : holder?.name, mayWrite: holder?.scope === "write" }
      })
      // Effect's routes are behind ours.
      const routes = yield* HttpRouter.make
      yield* Layer.build(
        wellMade(
          McpServer.layerHttp({
            ...description,
            path: Endpoint.path,
            allowSessionTermination: true,
            allowSubscriptions: false
          })
        ).pipe(Layer.provide(Layer.succeed(HttpRouter.HttpRouter, routes)))
      )
      const sessions = Sessions.make({ maxSessions, sessionIdle })
      yield* router.add("*", Endpoint.path, Endpoint.make(tokens, sessions, routes.asHttpEffect()))
    })
  )
