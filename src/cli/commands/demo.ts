import { Effect } from "effect"
import { Command } from "effect/cli"
import { Output } from "../Output.ts"
import { safe } from "../Safe.ts"

export const demo = Command.make("demo", {}, Effect.fn(function*() {
  const output = yield* Output
  yield* output.note(safe`soon`)
})).pipe(Command.withDescription("Search a sample by meaning and by keyword, side by side"))
