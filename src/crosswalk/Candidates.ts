import { Effect } from "effect"
import type { Similarity } from "./Similarity.ts"

/** What a candidate is judged by. */
export interface Rated {
  /** Its place on the other side. */
  readonly target: number
  readonly similarity: number
  /** How far it is before the best of the source's other targets; below 0 where one is better. */
  readonly margin: number
  /** How far this source is before the best of the target's other sources; below 0 where one is better. */
  readonly competition: number
}

/** A target that may answer a source, with the parts of its similarity. */
export interface Candidate extends Rated {
  readonly meaning: number
  readonly words: number
  readonly trigrams: number
}

/** How near the targets of one source are. */
export interface Nearness {
  /** The similarity of its most similar target. */
  readonly nearest: number
  /** The mean similarity of its ten most similar targets: how crowded its neighbourhood is. */
  readonly crowd: number
  /** The mean similarity of all targets: how near any text is to any other, whatever they ask. */
  readonly background: number
}

/** What was found for one source. */
export interface Found<C extends Rated = Candidate> extends Nearness {
  /** Its place on its side. */
  readonly source: number
  /** The most similar targets, best first, of equals the one that comes first. */
  readonly candidates: ReadonlyArray<C>
}

/** Over so many targets the crowd is averaged. */
const crowdSize = 10

/** Milliseconds of work after which other fibers run. */
const slice = 10

type Seen = Omit<Candidate, "margin" | "competition">

/** The best few of what is offered to each of many places, of equals what came first. */
const makeBest = (size: number, count: number) => {
  const values = new Float32Array(size * count).fill(-Infinity)
  const holders = new Int32Array(size * count).fill(-1)
  return {
    offer: (place: number, from: number, value: number) => {
      const start = place * count
      let at = start + count - 1
      if (value <= values[at]!) return
      for (; at > start && value > values[at - 1]!; at--) {
        values[at] = values[at - 1]!
        holders[at] = holders[at - 1]!
      }
      values[at] = value
      holders[at] = from
    },
    /** The best that someone else offered, or undefined where nobody did. */
    rival: (place: number, from: number): number | undefined => {
      const start = place * count
      const value = holders[start] === from ? values[start + 1]! : values[start]!
      return value === -Infinity ? undefined : value
    },
    /** What was offered to a place, the best first, each with who offered it. */
    all: (place: number) =>
      Array.from({ length: count }, (_, i) => ({
        target: holders[place * count + i]!,
        similarity: values[place * count + i]!
      })).filter(({ target }) => target >= 0)
  }
}

/** The places of the `count` greatest values, greatest first, of equals the first. */
const greatest = (values: Float32Array, count: number): ReadonlyArray<number> => {
  const places: Array<number> = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (places.length === count && value <= values[places[count - 1]!]!) continue
    let low = 0
    for (let high = places.length; low < high; ) {
      const middle = (low + high) >> 1
      if (values[places[middle]!]! >= value) low = middle + 1
      else high = middle
    }
    places.splice(low, 0, i)
    if (places.length > count) places.pop()
  }
  return places
}

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / Math.max(1, values.length)
}

const nearnessOf = (similarities: ReadonlyArray<number>, background: number): Nearness => {
  const crowd = similarities.slice(0, crowdSize)
  return { nearest: crowd[0] ?? 0, crowd: meanOf(crowd), background }
}

/** Lets other fibers run when it has worked for a while. */
const makePause = () => {
  let since = performance.now()
  return Effect.suspend(() => {
    if (performance.now() - since < slice) return Effect.void
    return Effect.map(Effect.yieldNow, () => {
      since = performance.now()
    })
  })
}

/** How near the targets of sources are, without looking at competition. */
export const near = Effect.fn("Candidates.near")(function* (similarity: Similarity, sources: ReadonlyArray<number>) {
  const pause = makePause()
  const all: Array<Nearness> = []
  for (const source of sources) {
    const { total } = similarity.row(source)
    const crowd = greatest(total, crowdSize).map((target) => total[target] ?? 0)
    all.push(nearnessOf(crowd, meanOf(total)))
    yield* pause
  }
  return all
})

interface FindOptions {
  readonly from: number
  readonly to: number
  /** At most this many candidates a source; at least 1. */
  readonly limit: number
  /** The sources that are asked for. Default: all. */
  readonly sources?: ReadonlyArray<number> | undefined
  readonly onProgress?: ((done: number) => Effect.Effect<void>) | undefined
}

/** The candidates of a list with what they are judged by; `rival` is the best other source of a target. */
const rated = <C extends Pick<Rated, "target" | "similarity">>(
  list: ReadonlyArray<C>,
  limit: number,
  rival: (target: number) => number | undefined
) =>
  list.slice(0, limit).map((found, rank) => {
    const other = list[rank === 0 ? 1 : 0]
    const best = rival(found.target)
    return {
      ...found,
      margin: other === undefined ? 0 : found.similarity - other.similarity,
      competition: best === undefined ? 0 : found.similarity - best
    }
  })

const similarities = (list: ReadonlyArray<Pick<Rated, "similarity">>) => list.map(({ similarity }) => similarity)

/** Looks at every pair, and keeps the best `keptOfTarget` sources of each target beside the best targets of the sources. */
const scan = Effect.fnUntraced(function* (similarity: Similarity, options: FindOptions, keptOfTarget: number) {
  const { from, limit, onProgress, sources, to } = options
  const asked = sources ?? Array.from({ length: from }, (_, i) => i)
  const kept = Math.max(limit + 1, crowdSize)
  const columns = makeBest(to, keptOfTarget)
  const sums = new Float64Array(to)
  const pause = makePause()

  const seen: Array<ReadonlyArray<Seen>> = []
  const backgrounds: Array<number> = []
  for (const source of asked) {
    const { meaning, total, trigrams, words } = similarity.row(source)
    if (sources === undefined) {
      for (let i = 0; i < to; i++) {
        columns.offer(i, source, total[i]!)
        sums[i]! += total[i]!
      }
    }
    backgrounds.push(meanOf(total))
    seen.push(
      greatest(total, kept).map((target) => ({
        target,
        similarity: total[target]!,
        meaning: meaning[target]!,
        words: words[target]!,
        trigrams: trigrams[target]!
      }))
    )
    yield* pause
    if (onProgress !== undefined && seen.length % 100 === 0) yield* onProgress(seen.length)
  }
  if (sources !== undefined) {
    for (const target of new Set(seen.flatMap((list) => list.slice(0, limit).map(({ target }) => target)))) {
      const column = similarity.column(target)
      for (let i = 0; i < from; i++) columns.offer(target, i, column[i]!)
      yield* pause
    }
  }
  const found = asked.map((source, i): Found => {
    const list = seen[i] ?? []
    return {
      source,
      ...nearnessOf(similarities(list), backgrounds[i] ?? 0),
      candidates: rated(list, limit, (target) => columns.rival(target, source))
    }
  })
  return { found, seen, columns, sums }
})

/**
 * The most similar targets of sources. Where only some `sources` are asked for, the others still count as competition, so
 * that one source gets what it gets among all.
 */
export const find = Effect.fn("Candidates.find")(function* (similarity: Similarity, options: FindOptions) {
  return (yield* scan(similarity, options, 2)).found
})

/** The most similar targets of all sources, and the other way round the most similar sources of all targets, at once. */
export const findBoth = Effect.fn("Candidates.findBoth")(function* (
  similarity: Similarity,
  options: Omit<FindOptions, "sources">
) {
  const { from, limit, to } = options
  const { columns, found, seen, sums } = yield* scan(similarity, options, Math.max(limit + 1, crowdSize))
  const back = Array.from({ length: to }, (_, target): Found<Rated> => {
    const list = columns.all(target)
    return {
      source: target,
      ...nearnessOf(similarities(list), (sums[target] ?? 0) / from),
      candidates: rated(list, limit, (source) => {
        const [best, second] = seen[source] ?? []
        return best?.target === target ? second?.similarity : best?.similarity
      })
    }
  })
  return { found, back }
})
