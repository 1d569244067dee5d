import { Effect, Result, Stream } from "effect"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Link, Source, Unread, Warning } from "../importer/Importer.ts"
import { Seen } from "../importer/Seen.ts"
import { failureOf, type ImportFailure, ImportProblem, ImportProgress } from "./ImportReport.ts"

/** What was found in a source. */
export interface ImportTally {
  /** The URIs of its references. */
  readonly seen: Pick<Seen, "has" | "size">
  /** How many of these are headings, and how many guidance; the others are requirements. */
  readonly headings: number
  readonly guidance: number
  readonly withdrawn: number
  readonly failed: ReadonlyArray<ImportFailure>
  readonly unread: ReadonlyArray<Unread>
  readonly warnings: ReadonlyArray<Warning>
  /** Those of the entries that count. */
  readonly links: ReadonlyArray<Link>
}

/** Told after every group of rows: those that are wrong, then how far it has come. */
export type Tell = (event: ImportProgress | ImportProblem) => Effect.Effect<void>

/** How many rows are checked and written at a time. */
const groupSize = 512

/**
 * Reads what a source holds in groups, so that memory does not grow with it. `use` gets the references of each group. A
 * source that breaks off in the middle keeps what was saved of it; it fails where that is nothing.
 */
export const read = Effect.fnUntraced(function* (
  name: string,
  items: Source["items"],
  stage: "checking" | "saving",
  use: (references: ReadonlyArray<ReferenceInput>) => Effect.Effect<unknown, ValidationError | DatabaseError>,
  tell: Tell
) {
  const seen = new Seen()
  const failed: Array<ImportFailure> = []
  const unread: Array<Unread> = []
  const warnings: Array<Warning> = []
  const links: Array<Link> = []
  /** The entry before, which links follow; none where it did not count. */
  let entry: string | undefined
  const roles = { requirement: 0, heading: 0, guidance: 0 }
  let withdrawn = 0
  let done = 0
  yield* items.pipe(
    Stream.grouped(groupSize),
    Stream.runForEach(
      Effect.fnUntraced(function* (group) {
        const references: Array<ReferenceInput> = []
        const told = failed.length
        for (const item of group) {
          if (Result.isFailure(item)) {
            failed.push(failureOf(name, item.failure))
            entry = undefined
            continue
          }
          switch (item.success._tag) {
            case "Entry":
              references.push(item.success.reference)
              entry = item.success.reference.uri
              seen.add(entry)
              roles[item.success.reference.role ?? "requirement"]++
              break
            case "Link":
              if (item.success.entry === entry) links.push(item.success)
              break
            case "Withdrawn":
              withdrawn++
              break
            case "Unread":
              unread.push(item.success)
              break
            case "Warning":
              warnings.push(item.success)
          }
        }
        yield* use(references)
        done += group.filter((item) => Result.isFailure(item) || item.success._tag !== "Link").length
        for (const failure of failed.slice(told)) yield* tell(new ImportProblem(failure))
        yield* tell(new ImportProgress({ stage, done }))
      })
    ),
    Effect.catchTag("ImportError", (error) => {
      if (seen.size === 0 || stage === "checking") return Effect.fail(error)
      const failure = failureOf(name, error)
      failed.push(failure)
      return tell(new ImportProblem(failure))
    })
  )
  const { guidance, heading: headings } = roles
  return { seen, headings, guidance, withdrawn, failed, unread, warnings, links } satisfies ImportTally
})
