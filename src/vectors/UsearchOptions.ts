import { Schema } from "effect"
import { NonBlankText } from "../domain/Text.ts"

/** How vectors are kept in memory and in a file. */
export const UsearchOptions = Schema.Struct({
  /**
   * The file of the saved index; it can be deleted at any time and is made again. Default: beside the database's file, with
   * `.vectors` after its name, where the layer knows the database and it is a file; else nothing is saved.
   */
  path: Schema.optional(NonBlankText),
  /** Up to how many vectors a search is exact. Above, it is a graph (HNSW). Default: 100 000. */
  exactUpTo: Schema.optional(Schema.Natural),
  /**
   * The share of the nearest ten that a graph shall find, from 0 to 1. How many candidates a search has to follow for it is
   * found out on its own vectors when it is built, and kept in its file. Default: 0.95.
   */
  recall: Schema.optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /**
   * How many candidates a search in a graph follows, whatever it finds: more find more and take longer (docs/vectors.md has
   * the curve). Default: as many as `recall` asks for, at most 4096.
   */
  expansion: Schema.optional(Schema.Int.check(Schema.isGreaterThan(0))),
  /**
   * How many changes are kept beside a graph before they are merged into it in the background. Default: a fiftieth of the
   * vectors, at least 2000.
   */
  mergeAfter: Schema.optional(Schema.Natural)
})
export type UsearchOptions = typeof UsearchOptions.Type
