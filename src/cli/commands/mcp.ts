import { Effect, Layer, Logger } from "effect"
import { Command, Flag } from "effect/cli"
import manifest from "../../../package.json" with { type: "json" }
import { lazily, toggle } from "../Flags.ts"
import * as Reviewer from "../Reviewer.ts"
import * as Session from "../Session.ts"

export const mcp = Command.make(
  "mcp",
  {
    allowWrites: toggle(
      "allow-writes",
      "Offer the tools that import, decide and carry; without it nothing can be changed"
    ),
    by: Reviewer.reviewer,
    maxTokens: Flag.Int("max-tokens").pipe(
      Flag.withDescription("How long an answer may be, in tokens of a language model (default 9000)"),
      Flag.filter(
        (tokens) => tokens >= 1000 && tokens <= 1_000_000,
        (tokens) => `Expected a number from 1000 to 1000000, got ${tokens}`
      ),
      Flag.withDefault(9000)
    )
  },
  Effect.fn(function* ({ allowWrites, by, maxTokens }) {
    const [Store, Usearch, Server] = yield* lazily(() =>
      Promise.all([import("../../Store.ts"), import("../../vectors/Usearch.ts"), import("../../mcp/Server.ts")])
    )
    const actor = { name: yield* Reviewer.nameOf(by), mayWrite: allowWrites }
    const store = Store.layer.pipe(
      Layer.provideMerge(Usearch.layerSaved()),
      Layer.provideMerge(
        Layer.merge(
          Session.database(allowWrites ? "create" : "readonly", { longReads: "thread" }),
          Session.embedder(false)
        )
      )
    )
    yield* Server.stdio(actor, { version: manifest.version, maxTokens }).pipe(
      Effect.provide(store),
      Effect.provideService(Logger.LogToStderr, true)
    )
  })
).pipe(
  Command.withDescription("Serve the Model Context Protocol on standard input and output, for agents and their hosts"),
  Command.withExamples([
    { command: "crosswalk mcp --db requirements.db", description: "What a host starts; it can only read" },
    { command: "crosswalk mcp --db requirements.db --allow-writes", description: "With import, decide and carry too" }
  ])
)
