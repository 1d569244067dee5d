import { Effect } from "effect"
import type { ImportFailure } from "../catalog/ImportReport.ts"
import { Output } from "./Output.ts"
import { count } from "./Render.ts"
import { safe } from "../report/Safe.ts"

/** How many problems are told one by one; --json has all. */
const shown = 20

/** Tells a person what of a source was not imported; --json has it in the answer. */
export const tell = Effect.fnUntraced(function* (source: string, failed: ReadonlyArray<ImportFailure>) {
  const output = yield* Output
  if (output.json) return
  for (const { at, problem } of failed.slice(0, shown)) yield* output.warn(safe`${source}, ${at}: ${problem}`)
  if (failed.length > shown) {
    yield* output.warn(safe`… and ${count(failed.length - shown, "other problem")}; --json tells all`)
  }
})
