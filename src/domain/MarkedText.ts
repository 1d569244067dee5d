import { Schema } from "effect"

/** A piece of a text, and whether its word is in the other text too. */
export const TextPiece = Schema.Struct({ text: Schema.String, common: Schema.Boolean })
export type TextPiece = typeof TextPiece.Type

/** The texts of a reference in pieces, which put together are the texts again. */
export const MarkedText = Schema.Struct({
  uri: Schema.String,
  title: Schema.Array(TextPiece),
  /** Empty where it has none. */
  description: Schema.Array(TextPiece)
})
export type MarkedText = typeof MarkedText.Type
