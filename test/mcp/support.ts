import { join } from "node:path"
import { Effect, Layer } from "effect"
import { McpServer, McpTest } from "effect/ai"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { type Actor, CurrentActor } from "../../src/mcp/Actor.ts"
import { CurrentSurroundings } from "../../src/mcp/McpOptions.ts"
import * as Protocols from "../../src/mcp/Protocols.ts"
import * as Resources from "../../src/mcp/Resources.ts"
import { registrations } from "../../src/mcp/Server.ts"

const root = join(import.meta.dirname, "..", "..")

/** The two catalogues of `examples`. */
export const examples = Effect.gen(function* () {
  const imports = yield* CatalogImport
  yield* imports.run(join(root, "examples", "security-requirements.json"), { catalog: "requirements@1" })
  yield* imports.run(join(root, "examples", "company-requirements.csv"), { catalog: "company@1" })
})

/** A client of what the server has of the store that is there. */
export const client = Effect.fnUntraced(function* (
  actor: Actor = { name: "Ann", mayWrite: true },
  surroundings: { readonly maxTokens: number; readonly isRemote: boolean } = { maxTokens: 9000, isRemote: false }
) {
  const [, protocol] = Protocols.make(yield* Resources.list)
  return yield* McpTest.makeClient(
    registrations.pipe(
      Layer.provide(McpServer.middleware((effect) => Effect.provideService(effect, CurrentActor, actor)).layer),
      Layer.provide(Layer.succeed(CurrentSurroundings, surroundings))
    ),
    { protocols: [protocol] }
  )
})

/** What a tool says; a test names what it expects of it. */
// oxlint-disable-next-line typescript/no-explicit-any
type Data = Record<string, any>

/** Calls a tool and gives what it says as data, which is what it says as text. */
export const call =
  (client: McpTest.Client) =>
  (name: string, args: Record<string, unknown> = {}) =>
    Effect.map(client.callTool({ name, arguments: args }), ({ content, isError, structuredContent }) => {
      const [text] = content
      const told: unknown = text?.type === "text" ? JSON.parse(text.text) : undefined
      return { isError, told, data: structuredContent as Data }
    })
