/** The best of what is offered, where it is known how many are wanted: by score, then the first slot. */
export interface BestSlots {
  readonly offer: (slot: number, score: number) => void
  /** What a text has to score more than, where its slot comes after those that were offered; below 0 until there are so many. */
  readonly least: () => number
  /** Best first. */
  readonly ranked: () => ReadonlyArray<{ readonly slot: number; readonly score: number }>
}

/** A heap: the worst is at the front. */
export const make = (size: number): BestSlots => {
  const scores = new Float64Array(size)
  const slots = new Uint32Array(size)
  let length = 0

  const isWorse = (i: number, j: number): boolean => {
    const one = scores[i] ?? 0
    const other = scores[j] ?? 0
    return one < other || (one === other && (slots[i] ?? 0) > (slots[j] ?? 0))
  }
  const swap = (i: number, j: number) => {
    const score = scores[i] ?? 0
    const slot = slots[i] ?? 0
    scores[i] = scores[j] ?? 0
    slots[i] = slots[j] ?? 0
    scores[j] = score
    slots[j] = slot
  }
  const put = (i: number, slot: number, score: number) => {
    scores[i] = score
    slots[i] = slot
  }
  const rise = (from: number) => {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!isWorse(i, parent)) return
      swap(i, parent)
      i = parent
    }
  }
  const sink = () => {
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const right = left + 1
      if (left >= length) return
      const worst = right < length && isWorse(right, left) ? right : left
      if (!isWorse(worst, i)) return
      swap(worst, i)
      i = worst
    }
  }
  return {
    offer: (slot, score) => {
      if (length < size) {
        put(length, slot, score)
        rise(length++)
      } else if (score > (scores[0] ?? 0) || (score === scores[0] && slot < (slots[0] ?? 0))) {
        put(0, slot, score)
        sink()
      }
    },
    least: () => (length < size ? -1 : (scores[0] ?? 0)),
    ranked: () =>
      Array.from({ length }, (_, i) => ({ slot: slots[i] ?? 0, score: scores[i] ?? 0 })).toSorted(
        (one, other) => other.score - one.score || one.slot - other.slot
      )
  }
}
