/** How many rows one statement reads or writes; a local statement holds the event loop. */
const chunkSize = 200

/** A list in pieces for one statement or transaction each. */
export const chunks = <A>(all: ReadonlyArray<A>, size = chunkSize): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
