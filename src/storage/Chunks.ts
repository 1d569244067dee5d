/** How many rows one statement reads or writes; a local statement holds the event loop. */
const chunkSize = 200

/** A list in pieces for one statement each. */
export const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / chunkSize) }, (_, i) => all.slice(i * chunkSize, (i + 1) * chunkSize))
