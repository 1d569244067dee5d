import { Effect } from "effect"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import type { Pair } from "./pairs.ts"

/** How many are said, how many of them are right, and how many there are. */
export interface Tally {
  readonly said: number
  readonly right: number
  readonly there: number
}

const tally = <A>(said: ReadonlySet<A>, there: ReadonlySet<A>): Tally => ({
  said: said.size,
  right: [...said].filter((one) => there.has(one)).length,
  there: there.size
})

/** The keys that have several values. */
const several = (pairs: Iterable<readonly [string, string]>, side: 0 | 1): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const pair of pairs) counts.set(pair[side], (counts.get(pair[side]) ?? 0) + 1)
  return new Set([...counts].flatMap(([key, count]) => (count > 1 ? [key] : [])))
}

/** The diff of a pair of versions, against the known successors. */
export const measure = Effect.fn(function* ({ answers, from, name, to }: Pair) {
  const { changes, totals } = yield* CatalogDiff.use(({ diff }) =>
    diff({ before: from, after: to, relations: "ignore" })
  )
  const right = [...answers].flatMap(([source, targets]) => Array.from(targets, (target) => [source, target] as const))
  const found = changes.flatMap(({ after, before }) =>
    before === undefined ? [] : after.map(({ reference }) => [before.uri, reference.uri] as const)
  )
  const keys = (pairs: ReadonlyArray<readonly [string, string]>) => new Set(pairs.map((pair) => pair.join(" ")))
  const sources = changes.flatMap(({ before }) => (before === undefined ? [] : [before.uri]))
  const reached = new Set(right.map(([, target]) => target))
  const fresh = changes.flatMap(({ after: [one], before, kinds }) =>
    before === undefined && one !== undefined ? [{ uri: one.reference.uri, isNew: kinds.includes("new") }] : []
  )
  const targets = new Set([...fresh.map(({ uri }) => uri), ...found.map(([, target]) => target)])
  const unclear = changes.filter(({ before, kinds }) => before !== undefined && kinds.includes("unclear"))
  return {
    name,
    totals,
    pairs: tally(keys(found), keys(right)),
    splits: tally(several(found, 0), several(right, 0)),
    merges: tally(several(found, 1), several(right, 1)),
    deleted: tally(
      new Set(
        changes.flatMap(({ before, kinds }) => (before !== undefined && kinds.includes("deleted") ? [before.uri] : []))
      ),
      new Set(sources.filter((uri) => (answers.get(uri)?.size ?? 0) === 0))
    ),
    fresh: tally(
      new Set(fresh.flatMap(({ isNew, uri }) => (isNew ? [uri] : []))),
      new Set([...targets].filter((uri) => !reached.has(uri)))
    ),
    unclear: {
      before: unclear.length,
      /** Of these, the ones with a successor among those named. */
      named: unclear.filter(({ before, possible }) =>
        possible.some(({ reference }) => answers.get(before?.uri ?? "")?.has(reference.uri) ?? false)
      ).length,
      after: totals.unclear - unclear.length
    }
  }
})
export type Measured = Effect.Success<ReturnType<typeof measure>>

const cells = ({ right, said, there }: Tally) => `${right} of ${said} said, of ${there}`

/** A row of a table for each diff. */
export const rows = (all: ReadonlyArray<Measured>): ReadonlyArray<ReadonlyArray<string>> => [
  ["pair", "successors right", "splits", "merges", "deleted", "new", "unclear before (a successor named), after"],
  ...all.map(({ deleted, fresh, merges, name, pairs, splits, unclear }) => [
    name,
    ...[pairs, splits, merges, deleted, fresh].map(cells),
    `${unclear.before} (${unclear.named}), ${unclear.after}`
  ])
]
