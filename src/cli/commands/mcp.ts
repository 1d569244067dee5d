import { Effect, Layer, Logger, Sink, Stdio } from "effect"
import { Command, Flag } from "effect/cli"
import { systemError } from "effect/PlatformError"
import manifest from "../../../package.json" with { type: "json" }
import { Output, type OutputClosed } from "../Output.ts"
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
    const output = yield* Output
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
    const stdio = yield* Stdio.Stdio
    const gone = (cause: OutputClosed) =>
      systemError({ module: "Stdio", method: "stdout", _tag: "WriteZero", cause, description: cause.message })
    // Waits until each message is written, so that it is known when nobody reads them.
    const stdout = () =>
      Sink.forEach((piece: string | Uint8Array) =>
        Effect.mapError(output.raw(typeof piece === "string" ? piece : new TextDecoder().decode(piece)), gone)
      )
    yield* Server.stdio(actor, { version: manifest.version, maxTokens }).pipe(
      Effect.provide(store),
      Effect.provideService(Stdio.Stdio, Stdio.make({ ...stdio, stdout })),
      Effect.provideService(Logger.LogToStderr, true),
      // An input that is still open would keep the process.
      Effect.ensuring(Effect.sync(() => process.stdin.destroy()))
    )
  })
).pipe(
  Command.withDescription("Serve the Model Context Protocol on standard input and output, for agents and their hosts"),
  Command.withExamples([
    { command: "crosswalk mcp --db requirements.db", description: "What a host starts; it can only read" },
    { command: "crosswalk mcp --db requirements.db --allow-writes", description: "With import, decide and carry too" }
  ])
)
