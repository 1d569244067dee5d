/**
 * The words of texts in memory, which no longer change: arrays that threads can share. Texts are in the order of their URIs, each at
 * its slot; stems in the order of their letters, each with a number.
 */
export interface WordIndexData {
  readonly ids: Float64Array
  /** The slots in the order of the ids. */
  readonly byId: Uint32Array
  /** URIs in UTF-8, one after the other, and where each ends. */
  readonly uris: Uint8Array
  readonly uriEnds: Uint32Array
  readonly stems: Uint8Array
  readonly stemEnds: Uint32Array
  /** The stems of each text, with {@link border} between its fields, and where those of each text end. */
  readonly tokens: Uint32Array
  readonly tokenEnds: Uint32Array
  /** How many words each text has. */
  readonly lengths: Uint32Array
  /** What has each stem, in the order of the slots, how often (in a byte), and where that of each stem ends. */
  readonly slots: Uint32Array
  readonly times: Uint8Array
  readonly postingEnds: Uint32Array
}

/** Between the fields of a text: no phrase goes beyond one. */
export const border = 2 ** 32 - 1

/** A bit for each slot, of those that are no longer so: their texts changed or went. */
export type Hidden = Uint32Array

export const isHidden = (hidden: Hidden, slot: number): boolean => ((hidden[slot >> 5] ?? 0) & (1 << (slot & 31))) !== 0

/** Where the piece `i` begins, of pieces of which it is known where each ends. */
export const begin = (ends: Uint32Array, i: number): number => (i === 0 ? 0 : (ends[i - 1] ?? 0))

/** The bytes of texts, one after the other. */
export const bytesOf = ({ buffer, byteLength, byteOffset }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
