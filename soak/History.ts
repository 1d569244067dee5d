/** What happened to a key, and when, in microseconds of one clock that all processes share. */
interface Event {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** A write of the next number to a key that has one writer. Without an answer it may have happened. */
export interface Write extends Event {
  readonly kind: "write"
  readonly n: number
  readonly isSure: boolean
}

/** One was added to a number that all writers add to. */
export interface Add extends Event {
  readonly kind: "add"
  readonly isSure: boolean
}

/** A number was read; `undefined` where there was none. */
export interface Read extends Event {
  readonly kind: "read"
  readonly reader: string
  readonly n: number | undefined
}

export type Entry = Write | Add | Read

const byKey = (history: ReadonlyArray<Entry>): ReadonlyMap<string, ReadonlyArray<Entry>> =>
  Map.groupBy(history, ({ key }) => key)

/** The least and the greatest number that a read may give. */
const bounds = (changes: ReadonlyArray<Write | Add>, { end, start }: Event): readonly [least: number, most: number] => {
  let least = 0
  let most = 0
  let sureBefore = 0
  let begunBefore = 0
  for (const change of changes) {
    const isBefore = change.isSure && change.end < start
    const isBegun = change.start < end
    if (change.kind === "write") {
      if (isBefore) least = Math.max(least, change.n)
      if (isBegun) most = Math.max(most, change.n)
    } else {
      if (isBefore) sureBefore++
      if (isBegun) begunBefore++
    }
  }
  return [Math.max(least, sureBefore), Math.max(most, begunBefore)]
}

/**
 * What of a history no order of its operations explains: a read that misses what was done before it began, or has what was
 * begun after it ended, or is older than one that ended before it began.
 */
export const violations = (history: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const [key, entries] of byKey(history)) {
    const reads = entries.filter((entry) => entry.kind === "read").toSorted((a, b) => a.start - b.start)
    const changes = entries.filter((entry) => entry.kind !== "read")
    for (const read of reads) {
      const [least, most] = bounds(changes, read)
      const n = read.n ?? 0
      if (n < least) found.push(`${key}: ${read.reader} read ${n} after ${least} was written`)
      if (n > most) found.push(`${key}: ${read.reader} read ${n} when ${most} was the latest`)
    }
    // The greatest number of the reads that had ended when another began.
    const ended = reads.toSorted((a, b) => a.end - b.end)
    let seen = 0
    let i = 0
    for (const read of reads) {
      for (let next = ended[i]; next !== undefined && next.end < read.start; next = ended[++i]) {
        seen = Math.max(seen, next.n ?? 0)
      }
      if ((read.n ?? 0) < seen) found.push(`${key}: ${read.reader} read ${read.n ?? 0} after another had read ${seen}`)
    }
  }
  return found
}
