import { Effect, Option, Schema, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { abbreviationsOf, formsOf, keyOf } from "../domain/Abbreviation.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { Filter } from "../domain/Filter.ts"
import * as Columns from "./Columns.ts"
import * as Remembered from "./Remembered.ts"

/** So many forms are added to a query. */
const maximumAdded = 3

/** So many texts that have a word are looked at for whether they write it small. */
const maximumTexts = 200

/** So many texts are asked what a form stands for. */
const maximumReadings = 1000

/** So many forms are kept in memory, at most, so that most queries are known to have none. */
const maximumKept = 5000

/** So many forms are asked about at once: a server takes as long for one as for all. */
const atOnce = 8

/** Words of fewer letters are short forms only where they are written as such: `it` is none, `IT` may be. */
const shortestSmall = 3

interface Text {
  readonly title: string
  readonly description: string | null
}

const rowsOf = <T extends Text>(texts: ReadonlyArray<T>, ofText: (text: T) => string | number) =>
  texts.flatMap((text) =>
    [text.title, text.description ?? ""]
      .flatMap(abbreviationsOf)
      .map(({ long, short }) => [ofText(text), short, keyOf(short), long, keyOf(long)])
  )

const insertInto = (sql: SqlClient.SqlClient, rows: ReadonlyArray<ReadonlyArray<string | number>>, by: "uri" | "id") =>
  rows.length === 0
    ? Effect.void
    : Effect.asVoid(sql`
        INSERT OR IGNORE INTO crosswalk_abbreviation (reference_id, short, short_key, long, long_key)
        SELECT r.id, j.value ->> '$[1]', j.value ->> '$[2]', j.value ->> '$[3]', j.value ->> '$[4]'
        FROM json_each(${JSON.stringify(rows)}) AS j
          CROSS JOIN crosswalk_reference AS r ON ${sql.literal(`r.${by}`)} = j.value ->> '$[0]'`)

/** Notes what texts explain that were just written; a trigger took away what the texts before them explained. */
export const store = (
  sql: SqlClient.SqlClient,
  rows: ReadonlyArray<Text & { readonly uri: string }>
): Effect.Effect<void, SqlError.SqlError> =>
  insertInto(
    sql,
    rowsOf(rows, ({ uri }) => uri),
    "uri"
  )

const pageSize = 1000
const textColumns = Columns.make("reference", { uri: "r.uri", title: "r.title", description: "r.description" })
const TextRow = Schema.Struct({ id: Schema.Int, title: Schema.String, description: Schema.NullOr(Schema.String) })
const decodeText = Columns.decoder(textColumns, TextRow, "Abbreviations.fill")

/** What all texts explain, those that can be read, a page at a time. */
const pages = (sql: SqlClient.SqlClient) =>
  Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number }>`
        SELECT r.id, ${sql.literal(textColumns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${after} AND (instr(r.title, '(') OR instr(r.description, '(')) ORDER BY r.id LIMIT ${pageSize}`
      const texts = (yield* Effect.forEach(rows, (row) => Effect.option(decodeText(row)))).flatMap(Option.toArray)
      const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
      return [[rowsOf(texts, ({ id }) => id)], Option.fromUndefinedOr(last)] as const
    })
  )

/** Notes what all texts explain. */
export const fill = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  yield* Stream.runForEach(pages(sql), (rows) => insertInto(sql, rows, "id"))
})

/** How many of what texts explain is not noted as it is, and how many notes are of no text. */
export const wrong = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  let expected = 0
  let present = 0
  yield* Stream.runForEach(pages(sql), (rows) =>
    Effect.gen(function* () {
      const [row] = yield* sql<{ readonly expected: number; readonly present: number }>`
        SELECT count(*) AS expected, count(a.id) AS present FROM (
          SELECT DISTINCT value ->> '$[0]' AS id, value ->> '$[2]' AS short_key, value ->> '$[4]' AS long_key
          FROM json_each(${JSON.stringify(rows)})) AS j
        LEFT JOIN crosswalk_abbreviation AS a
          ON a.reference_id = j.id AND a.short_key = j.short_key AND a.long_key = j.long_key`
      expected += row?.expected ?? 0
      present += row?.present ?? 0
    })
  )
  const [row] = yield* sql<{ readonly all: number }>`SELECT count(*) AS "all" FROM crosswalk_abbreviation`
  return { lost: expected - present, extra: (row?.all ?? 0) - present }
})

const columns = Columns.make("abbreviation", { short: "min(a.short)", long: "min(a.long)", key: "a.key" })
const Reading = Schema.Struct({
  place: Schema.Int,
  short: Schema.String,
  long: Schema.String,
  /** What the other form is compared by. */
  key: Schema.String,
  texts: Schema.Int,
  own: Schema.Int
})
const decodeReading = Columns.decoder(columns, Reading, "Search.abbreviations")

/** What more than half of the texts say; those of the catalog that is searched, where any of them says something. */
const readingOf = (readings: ReadonlyArray<typeof Reading.Type>) => {
  const isOwn = readings.some(({ own }) => own > 0)
  const weightOf = ({ own, texts }: typeof Reading.Type) => (isOwn ? own : texts)
  const total = readings.reduce((sum, reading) => sum + weightOf(reading), 0)
  return readings.find((reading) => 2 * weightOf(reading) > total)
}

/** A form in a query of which it is asked what it stands for. */
interface Wanted {
  readonly at: number
  readonly key: string
  readonly side: "short_key" | "long_key"
}

/** Whether a short form is written small, so that it may be a word like any other. */
const isSmall = ({ isWritten, key }: { readonly isWritten: boolean; readonly key: string }) =>
  !isWritten && key.length >= shortestSmall && /^[a-z0-9]+$/u.test(key)

type Failure = SqlError.SqlError | DatabaseError

/** What all texts explain; undefined where it is much, or cannot be read. */
type Forms = { readonly shorts: ReadonlySet<string>; readonly longs: ReadonlySet<string> } | undefined

const forms = Columns.make("abbreviation", { short: "short_key", long: "long_key" })
const decodeForms = Columns.listDecoder(forms, Schema.Struct({ short: Schema.String, long: Schema.String }))

/** What abbreviations add to a query. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const remembered = yield* Remembered.make

  const readForms = Effect.gen(function* () {
    const [row] = yield* sql`
      SELECT ${sql.literal(Columns.listed(forms))} FROM (SELECT ${sql.literal(forms.sql)} FROM (
        SELECT DISTINCT short_key, long_key FROM crosswalk_abbreviation LIMIT ${maximumKept + 1}))`
    const read = decodeForms(row ?? {})
    return read === undefined || read.length > maximumKept
      ? undefined
      : { shorts: new Set(read.map(({ short }) => short)), longs: new Set(read.map(({ long }) => long)) }
  })

  /** Beginning with the second search after a change: to read all forms takes longer than to ask for some. */
  const kept = remembered(Effect.sync((): { searches: number; forms: Forms } => ({ searches: 0, forms: undefined })))
  const allForms = Effect.gen(function* () {
    const state = yield* kept
    if (++state.searches === 2) state.forms = yield* readForms
    return state.forms
  })

  /** The places of the keys that texts explain, and of the short ones whether texts write them small, as a word like any other. */
  const explained = (
    shorts: ReadonlyArray<{ readonly key: string; readonly small: boolean }>,
    longs: ReadonlyArray<string>
  ) =>
    sql<{ readonly is_short: number; readonly place: number; readonly is_word: number }>`
      SELECT 1 AS is_short, j.key AS place, CASE WHEN j.value ->> '$.small' THEN EXISTS (
        SELECT 1 FROM crosswalk_reference AS r WHERE r.id IN (
          SELECT rowid FROM crosswalk_keyword
          WHERE crosswalk_keyword MATCH '"' || (j.value ->> '$.key') || '"' LIMIT ${maximumTexts})
        AND '.' || r.title || '.' || coalesce(r.description, '') || '.'
          GLOB '*[^A-Za-z0-9]' || (j.value ->> '$.key') || '[^A-Za-z0-9]*') ELSE 0 END AS is_word
      FROM json_each(${JSON.stringify(shorts)}) AS j
      WHERE EXISTS (SELECT 1 FROM crosswalk_abbreviation WHERE short_key = j.value ->> '$.key')
      UNION ALL SELECT 0, j.key, 0 FROM json_each(${JSON.stringify(longs)}) AS j
      WHERE EXISTS (SELECT 1 FROM crosswalk_abbreviation WHERE long_key = j.value)`

  /** What texts say that forms stand for, by their places. */
  const read = Effect.fnUntraced(function* (wanted: ReadonlyArray<Wanted>, catalog: string | undefined) {
    const ofOne = ({ key, side }: Wanted, place: number) => {
      const other = sql.literal(side === "short_key" ? "long_key" : "short_key")
      return sql`
        SELECT ${place} AS place, ${sql.literal(columns.sql)}, count(*) AS texts,
          coalesce(sum(r.catalog = ${catalog ?? ""}), 0) AS own
        FROM (SELECT reference_id, short, long, ${other} AS key FROM crosswalk_abbreviation
          WHERE ${sql.literal(side)} = ${key} LIMIT ${maximumReadings}) AS a
          CROSS JOIN crosswalk_reference AS r ON r.id = a.reference_id
        GROUP BY a.key`
    }
    const [first, ...others] = wanted.map(ofOne)
    if (first === undefined) return []
    const rows = yield* others.reduce((left, right) => sql`${left} UNION ALL ${right}`, first)
    const readings = yield* Effect.forEach(rows, decodeReading)
    return wanted.map((_, place) => readingOf(readings.filter((reading) => reading.place === place)))
  })

  /**
   * The forms that a query lacks of the abbreviations in it, at most three, in the order of the query. Nothing is added where
   * both forms are there, or where the texts do not agree on what a form stands for.
   */
  const missing = Effect.fnUntraced(function* (
    query: string,
    filter: Filter | undefined
  ): Effect.fn.Return<ReadonlyArray<string>, Failure> {
    const { longs, shorts } = formsOf(query)
    const all = yield* allForms
    if (all && !shorts.some(({ key }) => all.shorts.has(key)) && !longs.some(({ key }) => all.longs.has(key))) return []
    const asked = shorts.map((short) => ({ ...short, small: isSmall(short) }))
    const rows = yield* explained(
      asked,
      longs.map(({ key }) => key)
    )
    if (rows.length === 0) return []
    const found = (isShort: 0 | 1) =>
      new Map(rows.flatMap((row) => (row.is_short === isShort ? [[row.place, row.is_word === 1]] : [])))
    const words = found(1)
    const foundShorts = asked.filter(
      ({ isWritten, small }, i) => words.has(i) && (isWritten || (small && !words.get(i)))
    )
    // The longest long form, and none inside of it.
    const others = found(0)
    const foundLongs = longs
      .filter((_, i) => others.has(i))
      .reduce<ReadonlyArray<(typeof longs)[number]>>(
        (taken, long) =>
          taken.some(({ at, length }) => at < long.at + long.length && long.at < at + length)
            ? taken
            : [...taken, long],
        []
      )
    const wanted = [
      ...foundShorts.map(({ at, key }): Wanted => ({ at, key, side: "short_key" })),
      ...foundLongs.map(({ at, key }): Wanted => ({ at, key, side: "long_key" }))
    ].toSorted((a, b) => a.at - b.at)
    const present = new Set([...shorts, ...longs].map(({ key }) => key))
    const added = new Map<string, string>()
    for (let from = 0; from < wanted.length && added.size < maximumAdded; from += atOnce) {
      const some = wanted.slice(from, from + atOnce)
      for (const [i, reading] of (yield* read(some, filter?.catalog)).entries()) {
        if (reading === undefined || present.has(reading.key) || added.size === maximumAdded) continue
        added.set(reading.key, some[i]?.side === "short_key" ? reading.long : reading.short)
      }
    }
    return [...added.values()]
  })

  return { missing }
})
