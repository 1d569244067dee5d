import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"
import { beginning, quote } from "./Quote.ts"
import { Reference } from "./Reference.ts"

export const EmbeddingReason = Schema.Literals([
  /** This text is at fault: others can be embedded. */
  "text",
  /** The provider takes no more requests for a while. */
  "rateLimited",
  /** The provider or the network to it is down, or the vector is being replaced. */
  "unavailable",
  /** The provider did not answer in time. */
  "timeout",
  /** The provider did not take the key, or the account is used up. */
  "authorization",
  /** The embedder's answer is no vector of its model. */
  "invalidVector",
  /** The embedder was closed. */
  "closed",
  "unknown"
])
export type EmbeddingReason = typeof EmbeddingReason.Type

const passing: ReadonlySet<EmbeddingReason> = new Set(["rateLimited", "unavailable", "timeout"])

/** How much of a text an error keeps, in UTF-16 code units. */
const longest = 200

const fields = {
  ...errorFields(EmbeddingReason),
  /** The text, or its beginning of 200 characters where it is longer. */
  text: Schema.String.check(Schema.isMaxLength(longest)),
  /** How long the provider asks to wait before the next request, where it says so; milliseconds when encoded. */
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  /** The reference that was saved without a vector, where one was. */
  reference: Schema.optional(Reference),
  /** How many references `updateAllEmbeddings` had embedded when it stopped, where it did. They stay embedded. */
  embedded: Schema.optional(Schema.Natural)
}

/** A text could not be embedded. */
export class EmbeddingError extends Schema.TaggedError<EmbeddingError>()("EmbeddingError", fields, {
  httpApiStatus: 500
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor({ cause, text, ...given }: Given<typeof fields, "isRetryable">, options?: Schema.MakeOptions) {
    super({ isRetryable: passing.has(given.reason), ...given, text: beginning(text, longest) }, options)
    complete(this, cause)
  }

  /** This error of a text as that of the reference that was saved without its vector. */
  of(reference: Reference): EmbeddingError {
    return this.#with({ reference })
  }

  /** This error as what stopped `updateAllEmbeddings`, which goes on there when it is called again. */
  stopping(embedded: number): EmbeddingError {
    return this.#with({ embedded, remedy: this.remedy ?? { action: "updateEmbeddings" } })
  }

  #with(more: Partial<Given<typeof fields, "isRetryable">>): EmbeddingError {
    const { cause, isRetryable, problem, reason, remedy, retryAfter, text } = this
    return new EmbeddingError({ text, reason, problem, isRetryable, remedy, retryAfter, cause, ...more })
  }

  override get message() {
    if (this.embedded !== undefined) return `Embedding stopped after ${this.embedded} references: ${this.problem}`
    const subject =
      this.reference === undefined
        ? `The text ${quote(this.text)} could not be embedded`
        : `${this.reference.uri} was saved without an embedding`
    return `${subject}: ${this.problem}`
  }
}
