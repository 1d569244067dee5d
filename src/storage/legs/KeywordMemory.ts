import { Context, Layer } from "effect"

/** Whether the words of all references are kept in memory, for a process that answers many queries. */
export class KeywordMemory extends Context.Reference<{
  /** After so many queries they are read, in the background. */
  readonly after: number
  /** Only where all texts together have at most so many words: a million take 45 to 75 MB. 0: never. */
  readonly words: number
  /** After something was written they are read again, which takes at most this share of the time. */
  readonly share: number
}>("crosswalk/storage/KeywordMemory", { defaultValue: () => ({ after: 16, words: 0, share: 0.05 }) }) {
  /** For a server: of up to some 100 000 references. */
  static readonly layer: Layer.Layer<never> = Layer.succeed(KeywordMemory, {
    after: 16,
    words: 5_000_000,
    share: 0.05
  })
}
