import { Clock, Effect, Ref, Schema } from "effect"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import type { Filter } from "../../domain/Filter.ts"
import * as Columns from "../Columns.ts"
import { conditions, isOpen } from "../FilterSql.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import { type Term, termsOf } from "./KeywordQuery.ts"

const KeywordMatch = Schema.Struct({
  uri: Schema.String,
  /** −BM25: above 0, unbounded. */
  score: Schema.Finite
})

/** A reference that has a term of the query. */
export type KeywordMatch = typeof KeywordMatch.Type

const decodeMatch = Columns.decoder(ReferenceRow.uri, KeywordMatch, "Search.keyword")

/** What a query found. */
export interface KeywordRanking {
  /** Best first, then by uri. */
  readonly matches: ReadonlyArray<KeywordMatch>
  /** The score that a text of average length gets when it has every term once: what {@link matches} can be divided by. */
  readonly ideal: number
  /** Whether `crosswalk_reference AS r` has a term of the query. */
  readonly condition: Statement.Fragment
}

/**
 * At most how many entries of the index one query reads, its rarest terms first: some 10 ms. A third of the references is
 * enough to lose nothing, a fifth costs hybrid .003 nDCG (docs/search.md).
 */
const maximumEntries = 20_000

/** From how many references on the counts of terms are kept for {@link countsLiveFor}: below, counting costs nothing. */
const countsKeptFrom = 10_000
const countsLiveFor = 30_000
const maximumCounts = 20_000

/** So many of the best are put in order of score, then uri, whatever the limit. */
const minimumDepth = 200

interface Counts {
  readonly at: number
  readonly total: number
  readonly ofTerm: ReadonlyMap<string, number>
}

const keyOf = ({ index, match }: Term) => `${index} ${match}`

/** How much a term tells that `count` of `total` texts have; as FTS5 reckons it. */
const idf = (count: number, total: number) => Math.max(1e-6, Math.log((total - count + 0.5) / (count + 0.5)))

/**
 * Finds references by the terms of a query with BM25, one statement for the counts of its terms and one for the ranking.
 * The only place that reads the keyword indexes.
 */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const kept = yield* Ref.make<Counts>({ at: 0, total: 0, ofTerm: new Map() })

  /** How many references there are, and how many have each term. */
  const count = Effect.fnUntraced(function* (terms: ReadonlyArray<Term>) {
    const now = yield* Clock.currentTimeMillis
    const known = yield* Ref.get(kept)
    const isAlive = known.total >= countsKeptFrom && now - known.at < countsLiveFor && known.ofTerm.size < maximumCounts
    const missing = isAlive ? terms.filter((term) => !known.ofTerm.has(keyOf(term))) : terms
    if (isAlive && missing.length === 0) return known
    const rows = yield* sql<{ readonly term: string; readonly count: number; readonly total: number }>`
      SELECT value ->> '$.index' || ' ' || (value ->> '$.match') AS term,
        CASE value ->> '$.index'
          WHEN 'words' THEN
            (SELECT count(*) FROM crosswalk_keyword WHERE crosswalk_keyword MATCH value ->> '$.match')
          WHEN 'trigrams' THEN
            (SELECT count(*) FROM crosswalk_trigram WHERE crosswalk_trigram MATCH value ->> '$.match')
          ELSE (SELECT count(*) FROM crosswalk_reference
            WHERE instr(title, value ->> '$.match') OR instr(description, value ->> '$.match'))
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

  /** The rarest terms, as many as one query may read; always one. */
  const chosen = (terms: ReadonlyArray<Term>, { ofTerm }: Counts): ReadonlyArray<Term> => {
    const countOf = (term: Term) => ofTerm.get(keyOf(term)) ?? 0
    let entries = 0
    return terms
      .toSorted((a, b) => countOf(a) - countOf(b))
      .filter((term, i) => {
        entries += countOf(term)
        return i === 0 || entries <= maximumEntries
      })
  }

  /** A row (id, score) for every reference and index in which it has a term. */
  const scored = (terms: ReadonlyArray<Term>, { total }: Counts): Statement.Fragment => {
    const matchOf = (index: Term["index"]) =>
      terms
        .filter((term) => term.index === index)
        .map(({ match }) => match)
        .join(" OR ")
    const words = matchOf("words")
    const trigrams = matchOf("trigrams")
    const parts = [
      ...(words === ""
        ? []
        : [
            sql`SELECT rowid AS id, -bm25(crosswalk_keyword) AS score FROM crosswalk_keyword
          WHERE crosswalk_keyword MATCH ${words}`
          ]),
      ...(trigrams === ""
        ? []
        : [
            sql`SELECT rowid AS id, -bm25(crosswalk_trigram) AS score FROM crosswalk_trigram
          WHERE crosswalk_trigram MATCH ${trigrams}`
          ]),
      // BM25 by hand, without regard to length: 2.2 is k1 + 1.
      ...terms
        .filter(({ index }) => index === "texts")
        .map(
          ({ match }) =>
            sql`SELECT id, max(1e-6, ln((${total} - found + 0.5) / (found + 0.5))) * 2.2 * times / (times + 1.2) AS score
          FROM (SELECT id, count(*) OVER () AS found,
            (length(text) - length(replace(text, ${match}, ''))) * 1.0 / length(${match}) AS times
            FROM (SELECT id, title || char(10) || coalesce(description, '') AS text FROM crosswalk_reference
              WHERE instr(title, ${match}) OR instr(description, ${match})))`
        )
    ]
    const [first, ...others] = parts
    if (first === undefined) return sql`SELECT 0 AS id, 0 AS score WHERE false`
    if (others.length === 0) return first
    const union = others.reduce((left, right) => sql`${left} UNION ALL ${right}`, first)
    return sql`SELECT id, sum(score) AS score FROM (${union}) GROUP BY id`
  }

  const rank = Effect.fnUntraced(function* (
    query: string,
    limit: number,
    filter: Filter | undefined
  ): Effect.fn.Return<KeywordRanking, SqlError.SqlError | DatabaseError> {
    const terms = termsOf(query)
    if (terms.length === 0) return { matches: [], ideal: 0, condition: sql.literal("false") }
    const counts = yield* count(terms)
    const found = chosen(terms, counts)
    const source = scored(found, counts)
    const depth = Math.max(limit, minimumDepth)
    // Without a filter only the best are looked up in the table of references.
    const matches =
      limit === 0
        ? []
        : yield* Effect.flatMap(
            sql`
      SELECT ${sql.literal(ReferenceRow.uri.sql)}, m.score FROM ${
        isOpen(filter) ? sql`(SELECT id, score FROM (${source}) ORDER BY score DESC LIMIT ${depth})` : sql`(${source})`
      } AS m JOIN crosswalk_reference AS r ON r.id = m.id WHERE ${conditions(sql, filter)}
      ORDER BY m.score DESC, r.uri LIMIT ${limit}`,
            Effect.forEach(decodeMatch)
          )
    const ideal = found.reduce((sum, term) => sum + idf(counts.ofTerm.get(keyOf(term)) ?? 0, counts.total), 0)
    return { matches, ideal, condition: sql`r.id IN (SELECT id FROM (${source}))` }
  })

  return { rank }
})
