import { Effect } from "effect"
import { words } from "./Terms.ts"

/** How many texts are taken apart before other fibers run. */
const groupSize = 100

/**
 * Which share of the words of a text of the second side a text of the first side has, each word by its rarity in both
 * sides together: 1 where the second says nothing that the first does not say, 0 where they have no word in common.
 */
export const make = Effect.fnUntraced(function* (
  first: ReadonlyArray<string>,
  second: ReadonlyArray<string>
): Effect.fn.Return<(first: number, second: number) => number> {
  const counts = new Map<string, number>()
  const all: Array<ReadonlySet<string>> = []
  for (const text of [...first, ...second]) {
    const own = new Set(words(text))
    for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1)
    all.push(own)
    if (all.length % groupSize === 0) yield* Effect.yieldNow
  }
  const rarity = (found: Iterable<string>) => {
    let sum = 0
    for (const word of found) sum += Math.log(all.length / (counts.get(word) ?? 1))
    return sum
  }
  return (i, k) => {
    const [whole, part] = [all[i], all[first.length + k]]
    const total = rarity(part ?? [])
    return whole === undefined || part === undefined || total === 0
      ? 0
      : rarity([...part].filter((word) => whole.has(word))) / total
  }
})
