import { Effect, Schema } from "effect"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import type { Filter } from "../../domain/Filter.ts"
import * as Columns from "../Columns.ts"
import { conditions, isOpen, tests } from "../FilterSql.ts"
import * as Passing from "../Passing.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import * as KeywordCandidates from "./KeywordCandidates.ts"
import * as KeywordCounts from "./KeywordCounts.ts"
import { KeywordLimits } from "./KeywordLimits.ts"
import { type Term, termsOf } from "./KeywordQuery.ts"
import * as KeywordScore from "./KeywordScore.ts"
import * as ShortWords from "./ShortWords.ts"
import type { WordIndex } from "./WordIndex.ts"
import * as WordMemory from "./WordMemory.ts"

const KeywordMatch = Schema.Struct({
  uri: Schema.String,
  /** −BM25: above 0, unbounded. */
  score: Schema.Finite,
  /** Its reference's id, where the words are in memory. */
  id: Schema.optional(Schema.Int)
})

/** A reference that has a term of the query. */
export type KeywordMatch = typeof KeywordMatch.Type

const decodeMatch = Columns.decoder(ReferenceRow.uri, KeywordMatch, "Search.keyword")

const candidate = Columns.make("reference", { uri: "r.uri", title: "r.title", description: "r.description" })
const Candidate = Schema.Struct({
  uri: Schema.String,
  title: Schema.String,
  description: Schema.NullOr(Schema.String)
})

const sizes = Columns.make("keyword index", {
  words: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 1)",
  trigrams: "(SELECT hex(block) FROM crosswalk_trigram_data WHERE id = 1)"
})
const decodeSizes = Columns.decoder(
  sizes,
  Schema.Struct({ words: Schema.String, trigrams: Schema.String }),
  "Search.keyword"
)

/** What a query found. */
export interface KeywordRanking {
  /** Best first, then by uri. */
  readonly matches: ReadonlyArray<KeywordMatch>
  /** The score that a text of average length gets when it has every term once: what {@link matches} can be divided by. */
  readonly ideal: number
  /** Whether `crosswalk_reference AS r` has a term of the query. */
  readonly condition: () => Statement.Fragment
}

type Found = Omit<KeywordRanking, "condition">

/** So many of the best are put in order of score, then uri, whatever the limit. */
const minimumDepth = 200

/** So many candidates are scored before others have their turn. */
const groupSize = 250

/** How many of the best by the words in memory are asked whether they pass a filter, at first and at last. */
const firstLook = 256
const longestLook = 4096

/** What a text of average length gets that has every term once. */
const idealOf = ({ terms, total }: KeywordCounts.Counted): number =>
  terms.reduce((sum, term) => sum + KeywordScore.idf(term.count, total), 0)

const byScore = (a: KeywordMatch, b: KeywordMatch) => b.score - a.score || (a.uri < b.uri ? -1 : 1)

const indexes = { words: "crosswalk_keyword", trigrams: "crosswalk_trigram" } as const
type Index = keyof typeof indexes
const indexNames: ReadonlyArray<Index> = ["words", "trigrams"]

/**
 * Finds references by the terms of a query with BM25. The only place that reads the keyword indexes.
 *
 * Where its terms have few entries, every text that has one is scored by the index. Otherwise candidates are found, those
 * with all terms first, and compared by all terms as they are read, so that a query's time does not grow with the store.
 */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const readCandidates = Columns.reader(sql, candidate, Candidate, "Search.keyword")
  const limits = yield* KeywordLimits
  const count = yield* KeywordCounts.make(sql)
  const memory = yield* WordMemory.make(sql)

  const of = <T extends Term>(terms: ReadonlyArray<T>, index: Term["index"]) =>
    terms.filter((term) => term.index === index)

  /** Rows (id, score) from one index: of what `found` finds, where it is given. */
  const fromIndex = (index: Index, scored: string, found?: string) => {
    const table = sql.literal(indexes[index])
    // The plus keeps SQLite from looking up each candidate by itself.
    const isFound =
      found === undefined
        ? sql.literal("")
        : sql`AND +rowid IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ${found})`
    return sql`SELECT rowid AS id, -bm25(${table}) AS score FROM ${table} WHERE ${table} MATCH ${scored} ${isFound}`
  }

  /** Rows from the texts themselves: BM25 by hand, without regard to length; 2.2 is k1 + 1. */
  const fromTexts = ({ match }: Term, total: number) =>
    sql`SELECT id, max(1e-6, ln((${total} - found + 0.5) / (found + 0.5))) * 2.2 * times / (times + 1.2) AS score
      FROM (SELECT id, count(*) OVER () AS found,
        (length(text) - length(replace(text, ${match}, ''))) * 1.0 / length(${match}) AS times
        FROM (SELECT id, title || char(10) || coalesce(description, '') AS text FROM crosswalk_reference
          WHERE ${ShortWords.condition(sql, sql`${match}`)}))`

  /** A row (id, score) for each reference of these. */
  const summed = ([first, ...others]: ReadonlyArray<Statement.Fragment>): Statement.Fragment => {
    if (first === undefined) return sql`SELECT 0 AS id, 0 AS score WHERE false`
    if (others.length === 0) return first
    const union = others.reduce((left, right) => sql`${left} UNION ALL ${right}`, first)
    return sql`SELECT id, sum(score) AS score FROM (${union}) GROUP BY id`
  }

  /** Every reference that has a term, scored by the indexes. */
  const scored = ({ terms, total }: KeywordCounts.Counted) =>
    summed([
      ...indexNames.flatMap((index) => {
        const own = of(terms, index)
        return own.length === 0 ? [] : [fromIndex(index, KeywordCandidates.any(own))]
      }),
      ...of(terms, "texts").map((term) => fromTexts(term, total))
    ])

  /** Whether a reference has any of the terms. */
  const condition = (terms: ReadonlyArray<Term>): Statement.Fragment =>
    Statement.or([
      ...indexNames.flatMap((index) => {
        const own = of(terms, index)
        if (own.length === 0) return []
        const table = sql.literal(indexes[index])
        const matches = own.map(({ match }) => match).join(" OR ")
        return [sql`r.id IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ${matches})`]
      }),
      ...of(terms, "texts").map(({ match }) => ShortWords.condition(sql, sql`${match}`, "r."))
    ])

  /** The best of what every text scores. */
  const byIndexes = (counted: KeywordCounts.Counted, limit: number, filter: Filter | undefined) => {
    const source = scored(counted)
    const depth = Math.max(limit, minimumDepth)
    return Effect.flatMap(
      // Without a filter only the best are looked up in the table of references.
      sql`
        SELECT ${sql.literal(ReferenceRow.uri.sql)}, m.score FROM ${
          isOpen(filter)
            ? sql`(SELECT id, score FROM (${source}) ORDER BY score DESC LIMIT ${depth})`
            : sql`(${source})`
        } AS m JOIN crosswalk_reference AS r ON r.id = m.id WHERE ${conditions(sql, filter)}
        ORDER BY m.score DESC, r.uri LIMIT ${limit}`,
      Effect.forEach(decodeMatch)
    )
  }

  /** Whether so many have all the terms that no other is looked for. */
  const haveAll = Effect.fnUntraced(function* (index: Index, all: string, filter: Filter | undefined) {
    const table = sql.literal(indexes[index])
    const [row] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM (
      SELECT 1 FROM ${table} AS k CROSS JOIN crosswalk_reference AS r ON r.id = k.rowid
      WHERE k.${table} MATCH ${all} AND ${tests(sql, filter)} LIMIT ${limits.compared})`
    return row?.n === limits.compared
  })

  /** Rows (id, score) of candidates, whose score is by some of the terms. */
  const candidates = Effect.fnUntraced(function* (
    { terms, total }: KeywordCounts.Counted,
    filter: Filter | undefined
  ): Effect.fn.Return<Statement.Fragment, SqlError.SqlError> {
    const fromOne = Effect.fnUntraced(function* (index: Index) {
      const own = of(terms, index).filter((term) => term.count > 0)
      if (own.length === 0) return []
      const all = KeywordCandidates.all(own)
      if (own.length === terms.length && (yield* haveAll(index, all, filter))) return [fromIndex(index, all)]
      const { found, scored } = KeywordCandidates.plan(own, limits)
      return [fromIndex(index, scored, found)]
    })
    const parts = yield* Effect.forEach(indexNames, fromOne)
    return summed([...parts.flat(), ...of(terms, "texts").map((term) => fromTexts(term, total))])
  })

  const sizeOf = (hex: string): KeywordScore.IndexSize => {
    const [total = 0, ...tokens] = KeywordScore.varints(Buffer.from(hex, "hex"))
    return { total, averageLength: tokens.reduce((sum, n) => sum + n, 0) / Math.max(1, total) }
  }

  /** The ids of what passes a filter; undefined where these are many, or no index finds them. */
  const fewOf = (filter: Filter | undefined) =>
    filter === undefined || !Passing.isIndexed(sql, filter)
      ? Effect.succeed(undefined)
      : Passing.few(sql, filter, limits.compared)

  /** The texts of rows, and what each has of the terms. */
  const look = Effect.fnUntraced(function* (terms: ReadonlyArray<Term>, rows: Statement.Fragment) {
    const texts = yield* readCandidates(rows)
    const read = KeywordScore.reader(terms)
    const seen: Array<KeywordScore.Seen & { readonly uri: string }> = []
    for (let from = 0; from < texts.length; from += groupSize) {
      for (const text of texts.slice(from, from + groupSize)) seen.push({ ...read(text), uri: text.uri })
      yield* Effect.yieldNow
    }
    return seen
  })

  const bestOf = (
    seen: ReadonlyArray<KeywordScore.Seen & { readonly uri: string }>,
    scoreOf: (seen: KeywordScore.Seen) => number,
    limit: number
  ): ReadonlyArray<KeywordMatch> =>
    seen
      .map((text) => ({ uri: text.uri, score: scoreOf(text) }))
      .filter(({ score }) => score > 0)
      .toSorted(byScore)
      .slice(0, limit)

  /**
   * The best of a few that a filter leaves: all are compared, and a term counts as much as it tells among them, so that a catalog
   * is searched as if it were alone.
   */
  const amongFew = (
    seen: ReadonlyArray<KeywordScore.Seen & { readonly uri: string }>,
    terms: ReadonlyArray<Term>,
    limit: number
  ): Found => {
    const own = KeywordScore.countsOf(terms, seen)
    const matches = bestOf(seen, KeywordScore.make(own.terms, own.sizes), limit)
    return { matches, ideal: idealOf({ terms: own.terms, total: seen.length }) }
  }

  const byFew = (few: ReadonlyArray<number>, terms: ReadonlyArray<Term>, limit: number) =>
    Effect.map(
      look(
        terms,
        sql`SELECT ${sql.literal(candidate.sql)} FROM json_each(${JSON.stringify(few)}) AS j
        CROSS JOIN crosswalk_reference AS r ON r.id = j.value`
      ),
      (seen) => amongFew(seen, terms, limit)
    )

  /** The best of some candidates, each compared by all terms. */
  const byTerms = Effect.fnUntraced(function* (
    counted: KeywordCounts.Counted,
    limit: number,
    filter: Filter | undefined
  ): Effect.fn.Return<Found, SqlError.SqlError | DatabaseError> {
    // What an index finds was looked for before.
    const isUnknown = filter !== undefined && !isOpen(filter) && !Passing.isIndexed(sql, filter)
    const few = isUnknown ? yield* Passing.few(sql, filter, limits.compared) : undefined
    if (few !== undefined) return yield* byFew(few, counted.terms, limit)
    const seen = yield* look(
      counted.terms,
      sql`SELECT ${sql.literal(candidate.sql)} FROM (${yield* candidates(counted, filter)}) AS m
          CROSS JOIN crosswalk_reference AS r ON r.id = m.id
        WHERE ${tests(sql, filter)} ORDER BY m.score DESC LIMIT ${Math.max(limit, limits.compared)}`
    )
    const [row] = yield* sql`SELECT ${sql.literal(sizes.sql)}`
    const { trigrams, words } = yield* decodeSizes(row ?? {})
    const scoreOf = KeywordScore.make(counted.terms, { words: sizeOf(words), trigrams: sizeOf(trigrams) })
    return { matches: bestOf(seen, scoreOf, limit), ideal: idealOf(counted) }
  })

  /** Of these, best first, what passes a filter. */
  const passing = Effect.fnUntraced(function* (ids: ReadonlyArray<number>, filter: Filter) {
    const rows = yield* sql<{ readonly place: number }>`
      SELECT j.key AS place FROM json_each(${JSON.stringify(ids)}) AS j
        CROSS JOIN crosswalk_reference AS r ON r.id = j.value WHERE ${tests(sql, filter)} ORDER BY j.key`
    return rows.map(({ place }) => place)
  })

  /** The best by the words in memory; undefined where the filter leaves so few that the tables have to be asked. */
  const byMemory = Effect.fnUntraced(function* (
    words: WordIndex,
    terms: ReadonlyArray<Term>,
    limit: number,
    filter: Filter | undefined,
    few: ReadonlyArray<number> | undefined
  ): Effect.fn.Return<Found | undefined, SqlError.SqlError> {
    if (few !== undefined) return amongFew(words.look(terms, few), terms, limit)
    const isAll = filter === undefined || isOpen(filter)
    const ranked = yield* memory.rank(words, terms, isAll ? limit : longestLook)
    const best = words.found(ranked)
    const ranking = (matches: ReadonlyArray<KeywordMatch>): Found => ({
      matches: matches.slice(0, limit),
      ideal: idealOf({ terms: ranked.terms, total: words.total })
    })
    if (isAll) return ranking(best)
    for (let look = Math.max(firstLook, 4 * limit); ; look *= 4) {
      const seen = best.slice(0, look)
      const places = yield* passing(
        seen.map(({ id }) => id),
        filter
      )
      if (places.length >= limit || seen.length === best.length) {
        // What scores less than the last of them was not looked at.
        return places.length < limit && best.length >= longestLook
          ? undefined
          : ranking(places.flatMap((place) => best[place] ?? []))
      }
    }
  })

  const rank = Effect.fnUntraced(function* (
    query: string,
    limit: number,
    filter: Filter | undefined
  ): Effect.fn.Return<KeywordRanking, SqlError.SqlError | DatabaseError> {
    const terms = termsOf(query)
    if (terms.length === 0) return { matches: [], ideal: 0, condition: () => sql.literal("false") }
    const few = yield* fewOf(filter)
    // What is not of words stands in no index of words.
    const words = terms.every(({ index }) => index === "words") ? yield* memory.current : undefined
    const inMemory = words === undefined ? undefined : yield* byMemory(words, terms, limit, filter, few)
    if (inMemory !== undefined) return { ...inMemory, condition: () => condition(terms) }
    if (few !== undefined) return { ...(yield* byFew(few, terms, limit)), condition: () => condition(terms) }
    const counted = yield* count(terms)
    const entries = counted.terms.reduce((sum, term) => sum + term.count, 0)
    // Who wants more than are compared wants all that there are.
    const isWhole = entries <= limits.entries || limit > limits.compared
    const found =
      limit === 0 || isWhole
        ? { matches: limit === 0 ? [] : yield* byIndexes(counted, limit, filter), ideal: idealOf(counted) }
        : yield* byTerms(counted, limit, filter)
    return { ...found, condition: () => condition(terms) }
  })

  return { rank, uriOf: memory.uriOf }
})
