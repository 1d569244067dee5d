import { Effect } from "effect"
import { Command } from "effect/cli"
import { Embedder } from "../../embedder/Embedder.ts"
import { toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { safe } from "../Safe.ts"
import * as Session from "../Session.ts"

export const model = Command.make(
  "model",
  { check: toggle("check", "Load it and embed a text, which checks every file") },
  Effect.fn(function*({ check }) {
    const output = yield* Output
    const { dimensions, fingerprint, id, maxLength } = yield* Effect.gen(function*() {
      const embedder = yield* Embedder
      if (check) yield* embedder.embed("Is the model sound?")
      return embedder.model
    }).pipe(Effect.provide(Session.embedder(check)))
    yield* output.answer({ id, dimensions, maxLength, fingerprint, checked: check }, () => [
      safe`${output.bold(id)}`,
      safe`dimensions   ${dimensions}`,
      safe`max length   ${maxLength} tokens`,
      safe`fingerprint  ${fingerprint}`,
      ...(check ? [safe`checked      ${output.good("loads and embeds")}`] : [])
    ])
  })
).pipe(Command.withDescription("Show the embedding model in use; downloads it where it is not here yet"))
