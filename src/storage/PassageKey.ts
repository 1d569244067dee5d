/**
 * What the vector of a passage is called by, in its table, in the log of changes and in indexes: its place in the text, from 1,
 * above the id of its reference. That of a whole text is the id itself.
 */
export const bits = 40

/** The first key of a passage. */
export const first = 2 ** bits

/** The id of the reference that a key belongs to. */
export const referenceOf = (key: number): number => key % first
