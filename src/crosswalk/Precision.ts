import type { Outcome } from "./Logistic.ts"

/** Of 100 intervals 95 hold the true share. */
const z = 1.959963984540054

/**
 * The lower bound of the 95 % interval of a share of which `right` of `total` were seen (E. B. Wilson, Probable inference,
 * the law of succession, and statistical inference, Journal of the American Statistical Association 22, 1927); 0 of none.
 */
export const lowerBound = (right: number, total: number): number => {
  if (total === 0) return 0
  const share = right / total
  const centre = share + (z * z) / (2 * total)
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))
  return Math.max(0, (centre - spread) / (1 + (z * z) / total))
}

/** The fewest decisions that bear a precision below 1, which is when all of them are right. */
export const leastFor = (precision: number): number => Math.ceil((precision / (1 - precision)) * z * z)

/** What decisions that were drawn at random bear. */
export type Borne =
  | {
      readonly isBorne: true
      /** From this probability on. */
      readonly from: number
      readonly right: number
      readonly total: number
      /** The lower bound of the share that is right there. */
      readonly precision: number
    }
  | {
      readonly isBorne: false
      /** So many more decisions at the top of the order would bear it if every one of them were right. */
      readonly missing: number
    }

/** How many more decisions bear the precision if all of them are right. */
const missing = (right: number, total: number, precision: number): number => {
  const suffices = (more: number) => lowerBound(right + more, total + more) >= precision
  let high = 1
  while (!suffices(high)) high *= 2
  let low = 0
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (suffices(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** After so many decisions down the order it is looked whether the precision is borne. */
const stride = 25

/**
 * From which probability on the share that is right is at least `precision` (above 0, below 1), by the lower bound of what
 * decisions drawn at random showed. It is looked at after every 25 decisions from the top and after the last, and not in
 * between: who looks at every place finds one by chance.
 */
export const borne = (outcomes: ReadonlyArray<Outcome>, precision: number): Borne => {
  const ordered = outcomes.toSorted((a, b) => b.probability - a.probability)
  let right = 0
  let found: Borne | undefined
  let fewest = Infinity
  let next = stride
  for (const [i, { isTrue, probability }] of ordered.entries()) {
    if (isTrue) right++
    const total = i + 1
    fewest = Math.min(fewest, missing(right, total, precision))
    // Those of one probability stand or fall together.
    if (ordered[total]?.probability === probability || (total < next && total < ordered.length)) continue
    next = total + stride
    const bound = lowerBound(right, total)
    if (bound >= precision) found = { isBorne: true, from: probability, right, total, precision: bound }
  }
  return found ?? { isBorne: false, missing: ordered.length === 0 ? leastFor(precision) : Math.max(1, fewest) }
}
