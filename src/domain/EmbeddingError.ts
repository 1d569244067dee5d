import { Schema } from "effect"
import { quote } from "./Quote.ts"
import { Reference } from "./Reference.ts"

/** A text could not be embedded. */
export class EmbeddingError extends Schema.TaggedError<EmbeddingError>()(
  "EmbeddingError",
  {
    /** The text, or its beginning where it is long. */
    text: Schema.String,
    /** Why. */
    reason: Schema.String,
    /** The reference that was saved without a vector, where one was. */
    reference: Schema.optional(Reference),
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 500 }
) {
  override get message() {
    const subject =
      this.reference === undefined
        ? `The text ${quote(this.text)} could not be embedded`
        : `${this.reference.uri} was saved without an embedding`
    return `${subject}: ${this.reason}`
  }
}
