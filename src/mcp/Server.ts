import { type Cause, Effect, Layer } from "effect"
import { McpProtocol, McpServer } from "effect/ai"
import { decodeInput } from "../domain/Input.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { type Actor, CurrentActor } from "./Actor.ts"
import * as Instructions from "./Instructions.ts"
import { CurrentSurroundings, McpOptions, type Surroundings } from "./McpOptions.ts"
import * as Prompts from "./Prompts.ts"
import * as Resources from "./Resources.ts"
import * as Tools from "./Tools.ts"

/** The newest first, and all that Effect has. */
export const protocols = [
  McpProtocol.v2026_07_28,
  McpProtocol.v2025_11_25,
  McpProtocol.v2025_06_18,
  McpProtocol.v2025_03_26,
  McpProtocol.v2024_11_05
] as const

/** Everything that callers can use. */
export const registrations = Layer.mergeAll(Tools.layer, Resources.layer, Prompts.layer)

const decode = decodeInput(McpOptions, "options")

/** What a server says of itself, and what it has. */
export const describe = Effect.fnUntraced(function* (
  options: McpOptions,
  { isRemote, mayWrite }: Pick<Surroundings, "isRemote"> & { readonly mayWrite: boolean }
) {
  const { maxTokens = 9000, name = "crosswalk", version = "1" } = yield* decode(options)
  const { catalogs } = yield* ReferenceRepository
  return {
    name,
    version,
    description: "Search, relate and compare catalogues of requirements and controls",
    instructions: Instructions.instructions(yield* catalogs, mayWrite),
    protocols,
    registrations: registrations.pipe(Layer.provide(Layer.succeed(CurrentSurroundings, { isRemote, maxTokens })))
  }
})

/** The protocols are those of Effect, each once, so that nothing is wrong with them. */
const wellMade = <A, E, R>(layer: Layer.Layer<A, E | Cause.IllegalArgumentError, R>) =>
  Layer.catchTag(layer, "IllegalArgumentError", (error) => Layer.effectDiscard(Effect.die(error)))

/**
 * Serves the tools over standard input and output, for one caller. It ends when the input ends and all is answered.
 */
export const layerStdio = (actor: Actor, options: McpOptions = {}) =>
  Layer.unwrap(
    Effect.map(describe(options, { isRemote: false, mayWrite: actor.mayWrite }), ({ registrations, ...description }) =>
      wellMade(
        McpServer.layerStdio({
          ...description,
          registrations: registrations.pipe(
            Layer.provide(McpServer.middleware((effect) => Effect.provideService(effect, CurrentActor, actor)).layer)
          )
        })
      )
    )
  )
