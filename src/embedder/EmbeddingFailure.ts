import { EmbeddingError } from "../domain/EmbeddingError.ts"

const longest = 200

/** The error of a text that could not be embedded, with the beginning of a long text only. */
export const embeddingFailure = (text: string, reason: string, cause?: unknown): EmbeddingError =>
  new EmbeddingError({
    text: text.length > longest ? `${text.slice(0, longest - 1)}…` : text,
    reason,
    ...(cause === undefined ? {} : { cause })
  })
