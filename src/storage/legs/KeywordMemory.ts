import { Context, Layer } from "effect"

/** Whether the words of all references are kept in memory, for a process that answers many queries. */
export class KeywordMemory extends Context.Reference<{
  /** After so many queries they are read, in the background. */
  readonly after: number
  /** Only where they take at most so many bytes: 9 a word and 60 a text; twice as many while they are read. 0: never. */
  readonly bytes: number
  /** Where it cannot be told what was written since they are read again, which takes at most this share of the time. */
  readonly share: number
  /** Of more texts than these a thread ranks; of fewer to ask one takes longer, a third of a millisecond for 50 000. */
  readonly onLoop: number
}>("crosswalk/storage/KeywordMemory", { defaultValue: () => ({ after: 16, bytes: 0, share: 0.05, onLoop: 50_000 }) }) {
  /** For a server: of up to some 20 million words, which is a million references of a sentence or two. */
  static readonly layer: Layer.Layer<never> = Layer.succeed(KeywordMemory, {
    after: 16,
    bytes: 256_000_000,
    share: 0.05,
    onLoop: 50_000
  })
}
