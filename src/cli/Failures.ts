import { Effect } from "effect"
import type { ImportFailure, ImportReport } from "../catalog/ImportReport.ts"
import type { Files } from "../importer/source/Files.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { safe } from "../report/Safe.ts"
import { Ended, ExitCode } from "./Errors.ts"
import { hintOf } from "./Hint.ts"
import { Output } from "./Output.ts"
import { count } from "./Render.ts"

/** How many are told one by one; --json has all. */
const shown = 20

const hintFor = (remedy: Remedy | undefined): ReadonlyArray<string> =>
  remedy === undefined ? [] : [hintOf(remedy)].filter((hint) => hint !== undefined)

/** Tells a person, one by one, what of a source was not imported or not wholly; --json has it in the answer. */
export const tell = Effect.fnUntraced(function* (
  source: Pick<Files, "isSeveral" | "name">,
  found: ReadonlyArray<ImportFailure>,
  what: string
) {
  const output = yield* Output
  if (output.json) return
  // The places in several files begin with the file.
  const place = (at: string) => (source.isSeveral || at === source.name ? at : `${source.name}, ${at}`)
  for (const { at, problem } of found.slice(0, shown)) yield* output.warn(safe`${place(at)}: ${problem}`)
  if (found.length > shown) {
    yield* output.warn(safe`… and ${found.length - shown} more ${what}; --json tells all`)
  }
  for (const hint of new Set(found.flatMap(({ remedy }) => hintFor(remedy)))) yield* output.warn(safe`${hint}`)
})

/** The same as JSON. */
export const json = (found: ReadonlyArray<ImportFailure>) =>
  found.map(({ at, problem, remedy }) => {
    const [hint] = hintFor(remedy)
    return { at, problem, ...(hint !== undefined && { hint }) }
  })

/** How many there are of each kind: `3 headings, 1 table row`. */
export const kindsOf = (unread: ImportReport["unread"]): ReadonlyArray<string> => {
  const kinds = new Map<string, number>()
  for (const { count = 1, kind } of unread) kinds.set(kind, (kinds.get(kind) ?? 0) + count)
  return [...kinds].map(([kind, number]) => count(number, kind))
}

/** How an import ends of which something was not done; `taken` is how much was. */
export const ended = Effect.fnUntraced(function* (
  source: string,
  failed: ReadonlyArray<ImportFailure>,
  unread: ImportReport["unread"],
  { refused, rehearsed, taken }: { readonly refused: boolean; readonly rehearsed: boolean; readonly taken: number }
) {
  if (failed.length + unread.length === 0) return
  const parts = [
    ...(failed.length > 0 ? [count(failed.length, "problem")] : []),
    ...(unread.length > 0 ? [`${kindsOf(unread).join(", ")} not read`] : [])
  ].join(", ")
  return yield* new Ended(
    refused || taken === 0
      ? {
          code: ExitCode.failure,
          message: `${parts} in ${source}; nothing was imported${refused ? " (--strict)" : ""}`
        }
      : {
          code: ExitCode.partly,
          message: `${parts} in ${source}; the rest ${rehearsed ? "would be" : "was"} imported`
        }
  )
})
