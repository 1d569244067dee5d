import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Limit } from "./Limit.ts"

/** A text that a model does not read to its end at once. */
export const CutText = Schema.Struct({
  /** The URI of the reference. */
  uri: Schema.String,
  /** How many tokens it has, or more: a model does not look at 64 characters a token and beyond. */
  tokens: Schema.Natural
})
export type CutText = typeof CutText.Type

/**
 * The texts that are longer than the model in use reads at once. Searches find them by their passages too; suggestions and the diff
 * of catalogues compare their beginnings only.
 */
export const CutTexts = Schema.Struct({
  /** How many there are. */
  count: Schema.Natural,
  /** How many embedded texts have a length that is not known: an earlier version embedded them, or the embedder does not tell. */
  unknown: Schema.Natural,
  /** How many tokens of a text the model reads. */
  maxLength: Schema.Natural,
  /** The longest, longest first. */
  longest: Schema.Array(CutText)
})
export type CutTexts = typeof CutTexts.Type

/** Which texts are looked at, and how many are named. */
export const CutTextsOptions = Schema.Struct({
  /** Only those of this catalog. */
  catalog: Schema.optional(CatalogId),
  /** How many of the longest are named. Default: 10. */
  limit: Schema.optional(Limit)
})
export type CutTextsOptions = typeof CutTextsOptions.Type
