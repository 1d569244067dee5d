import type { Result, Stream } from "effect"
import type { ImportError } from "../domain/errors.ts"
import type { ReferenceInput } from "../domain/Reference.ts"

/** An entry that the source marks as deleted; it is reported, not imported and not an error. */
export interface Withdrawn {
  readonly _tag: "Withdrawn"
  /** Its identifier in the source. */
  readonly id: string
  /** Where it stands, such as `line 12` or `$.requirements[3]`. */
  readonly at: string
}

/** A reference read from a source. */
export interface Entry {
  readonly _tag: "Entry"
  readonly reference: ReferenceInput
  /** Where it stands, such as `line 12` or `$.requirements[3]`. */
  readonly at: string
}

/** One thing found in a source: an entry, a withdrawn one, or what is wrong with a row. */
export type Item = Result.Result<Entry | Withdrawn, ImportError>

/** What was found out about a source before its entries are read. */
export interface Source {
  /** The format that was detected or forced, such as `asvs-flat-json`. */
  readonly format: string
  /** The catalog its references belong to. */
  readonly catalog: string
  /** The entries in their order; a row that is wrong is a failure among them and ends nothing. */
  readonly items: Stream.Stream<Item, ImportError>
}
