import { Clock, Effect, Ref } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Term } from "./KeywordQuery.ts"
import type { CountedTerm } from "./KeywordScore.ts"
import * as ShortWords from "./ShortWords.ts"

/** From how many references on the counts of terms are kept for {@link countsLiveFor}: below, counting costs nothing. */
const countsKeptFrom = 10_000
const countsLiveFor = 30_000
const maximumCounts = 20_000

interface Counts {
  readonly at: number
  readonly total: number
  readonly ofTerm: ReadonlyMap<string, number>
}

/** How many references there are, and how many have each term, the rarest first. */
export interface Counted {
  readonly total: number
  readonly terms: ReadonlyArray<CountedTerm>
}

const keyOf = ({ index, match }: Term) => `${index} ${match}`

/** Counts terms, and remembers for a while what it counted in a large store. */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const kept = yield* Ref.make<Counts>({ at: 0, total: 0, ofTerm: new Map() })

  const countsOf = Effect.fnUntraced(function* (
    terms: ReadonlyArray<Term>
  ): Effect.fn.Return<Counts, SqlError.SqlError> {
    const now = yield* Clock.currentTimeMillis
    const known = yield* Ref.get(kept)
    const isAlive = known.total >= countsKeptFrom && now - known.at < countsLiveFor && known.ofTerm.size < maximumCounts
    const missing = isAlive ? terms.filter((term) => !known.ofTerm.has(keyOf(term))) : terms
    if (isAlive && missing.length === 0) return known
    const short = ShortWords.condition(sql, sql.literal("(value ->> '$.match')"))
    const rows = yield* sql<{ readonly term: string; readonly count: number; readonly total: number }>`
      SELECT value ->> '$.index' || ' ' || (value ->> '$.match') AS term,
        CASE value ->> '$.index'
          WHEN 'words' THEN
            (SELECT count(*) FROM crosswalk_keyword WHERE crosswalk_keyword MATCH value ->> '$.match')
          WHEN 'trigrams' THEN
            (SELECT count(*) FROM crosswalk_trigram WHERE crosswalk_trigram MATCH value ->> '$.match')
          ELSE (SELECT count(*) FROM crosswalk_reference WHERE ${short})
        END AS count,
        (SELECT count(*) FROM crosswalk_reference) AS total
      FROM json_each(${JSON.stringify(missing)})`
    const counted = new Map(rows.map((row) => [row.term, row.count]))
    const counts: Counts = isAlive
      ? { ...known, ofTerm: new Map([...known.ofTerm, ...counted]) }
      : { at: now, total: rows[0]?.total ?? 0, ofTerm: counted }
    yield* Ref.set(kept, counts)
    return counts
  })

  return (terms: ReadonlyArray<Term>): Effect.Effect<Counted, SqlError.SqlError> =>
    Effect.map(countsOf(terms), ({ ofTerm, total }) => ({
      total,
      terms: terms
        .map((term) => ({ ...term, count: ofTerm.get(keyOf(term)) ?? 0 }))
        .toSorted((a, b) => a.count - b.count)
    }))
})
