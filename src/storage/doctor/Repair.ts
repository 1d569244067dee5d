import { Effect, Option, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import { toDatabaseError } from "../../libsql/DatabaseErrors.ts"
import { faultOf } from "../../libsql/LibsqlError.ts"
import * as Abbreviations from "../Abbreviations.ts"
import * as MetadataIndex from "../MetadataIndex.ts"
import * as MapRows from "../MapRows.ts"
import * as Migrations from "../Migrations.ts"
import * as PinRows from "../PinRows.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import * as References from "./References.ts"
import * as Tables from "./Tables.ts"
import * as Vectors from "./Vectors.ts"

type Failure = SqlError.SqlError | DatabaseError

/** What FTS5 keeps of an index without texts. */
const emptyIndex = [
  ["_config", "('version', 4)"],
  ["_data", "(1, x''), (10, x'00000000000000')"]
] as const

/** One thing to make again: what was done, or nothing where nothing had to be. */
type Step = Effect.Effect<ReadonlyArray<string>, Failure>

const count = (number: number, one: string, several: string) => `${number} ${number === 1 ? one : several}`

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const numberOf = (statement: string) =>
    Effect.map(sql.unsafe<{ readonly n: number }>(statement), ([row]) => row?.n ?? 0)

  /** Tables, indexes and triggers as the migrations make them; only those whose rows can be made again. */
  const tables: Step = Effect.gen(function* () {
    const { different, missing, unlisted, wanted } = yield* Effect.provideService(
      Tables.differences,
      SqlClient.SqlClient,
      sql
    )
    const done: Array<string> = []
    const lost = missing.filter(({ type }) => type === "table").map(({ name }) => Tables.derivedOf(name))
    const again = new Set(lost.filter((name) => name !== undefined))
    const run = (statement: string) => Effect.ignore(sql.unsafe(statement))
    for (const name of again) {
      const parts = wanted.filter((part) => part.type === "table" && Tables.derivedOf(part.name) === name)
      const isThere = !missing.some((part) => part.name === name)
      // An index is in tables of its own: without one of them it cannot be dropped, with one it cannot be made.
      for (const part of parts) {
        if (part.name === name) continue
        if (!isThere) yield* run(`DROP TABLE IF EXISTS ${part.name}`)
        else if (missing.includes(part)) {
          yield* sql.unsafe(part.sql)
          for (const [own, rows] of emptyIndex) {
            if (part.name === `${name}${own}`) yield* sql.unsafe(`INSERT INTO ${part.name} VALUES ${rows}`)
          }
        }
      }
      yield* run(`DROP TABLE IF EXISTS ${name}`)
      for (const part of parts) if (part.name === name) yield* sql.unsafe(part.sql)
      done.push(`made the table ${name} again`)
    }
    for (const { name, type } of different) if (type !== "table") yield* sql.unsafe(`DROP ${type} ${name}`)
    for (const { name, sql: text, type } of [...missing, ...different].filter(({ type }) => type !== "table")) {
      // Those of a table that is gone went with it, and come with it.
      const made = yield* sql.unsafe(text).pipe(
        Effect.as(true),
        Effect.catch((error) => (faultOf(error) === "schema" ? Effect.succeed(false) : Effect.fail(error)))
      )
      if (made) done.push(`made the ${type} ${name} again`)
      // What the trigger of a log did not write down is not known: begun anew, the log is none that anybody has followed.
      const log = Tables.logs.find((log) => name.startsWith(`${log}_`))
      if (made && log !== undefined) yield* sql`DELETE FROM ${sql(log)}`
    }
    if (unlisted.length > 0 && Tables.isRepairable({ different, missing })) {
      for (const { id, name } of unlisted) {
        yield* sql`INSERT INTO crosswalk_migration (migration_id, name) VALUES (${id}, ${name})`
      }
      done.push(`wrote down ${count(unlisted.length, "migration", "migrations")}`)
    }
    return done
  })

  const keywords = (table: (typeof Tables.indexes)[number]): Step =>
    Effect.gen(function* () {
      const sound = yield* sql
        .withTransaction(sql.unsafe(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`))
        .pipe(
          Effect.as(true),
          Effect.catch(() => Effect.succeed(false))
        )
      const [lists] = yield* sql<{ readonly wrong: number }>`SELECT
        (SELECT count(*) FROM crosswalk_reference WHERE id NOT IN (SELECT id FROM ${sql(`${table}_docsize`)})) +
        (SELECT count(*) FROM ${sql(`${table}_docsize`)} WHERE id NOT IN (SELECT id FROM crosswalk_reference)) AS wrong`
      if (sound && lists?.wrong === 0) return []
      yield* sql.unsafe(`INSERT INTO ${table} (${table}) VALUES ('rebuild')`)
      return [`built the index ${table} again from the texts`]
    })

  const isList = "json_valid(r.tags) AND json_type(CASE WHEN json_valid(r.tags) THEN r.tags ELSE '0' END) = 'array'"
  const listed = `SELECT r.id, t.value FROM crosswalk_reference AS r,
    json_each(CASE WHEN ${isList} THEN r.tags ELSE '[]' END) AS t WHERE t.type = 'text'`
  const tags: Step = Effect.gen(function* () {
    const wrong = yield* numberOf(`SELECT count(*) AS n FROM (
      ${listed} EXCEPT SELECT reference_id, tag FROM crosswalk_tag
      UNION ALL SELECT * FROM (SELECT reference_id, tag FROM crosswalk_tag EXCEPT ${listed}))`)
    if (wrong === 0) return []
    yield* sql`DELETE FROM crosswalk_tag`
    yield* sql.unsafe(`INSERT OR IGNORE INTO crosswalk_tag (reference_id, tag) ${listed}`)
    return [`made the tags again, of which ${count(wrong, "was", "were")} lost or left over`]
  })

  const metadata: Step = Effect.gen(function* () {
    const wrong = yield* MetadataIndex.wrong(sql)
    if (wrong === 0) return []
    yield* MetadataIndex.rebuild(sql)
    return [`built the index of metadata again, of which ${count(wrong, "term was", "terms were")} lost or left over`]
  })

  const abbreviations: Step = Effect.gen(function* () {
    const { extra, lost } = yield* Abbreviations.wrong(sql)
    if (extra + lost === 0) return []
    yield* sql`DELETE FROM crosswalk_abbreviation`
    yield* Effect.provideService(Abbreviations.fill, SqlClient.SqlClient, sql)
    return [
      `noted the abbreviations of the texts again, of which ${count(extra + lost, "was", "were")} lost or left over`
    ]
  })

  const changes: Step = Effect.gen(function* () {
    const empty: Array<string> = []
    for (const log of Tables.logs) {
      if ((yield* numberOf(`SELECT count(*) AS n FROM (SELECT 1 FROM ${log} LIMIT 1)`)) > 0) continue
      yield* sql`INSERT INTO ${sql(log)} (reference_id) VALUES (0)`
      empty.push(log)
    }
    return empty.map((log) => `began the log ${log} anew`)
  })

  /** Vectors that are of no use: they are made again by the next update. */
  const vectors: Step = Effect.gen(function* () {
    const useless: Array<number> = []
    yield* Stream.runForEach(Vectors.all(sql), ({ isFresh, isSound, owner }) =>
      Effect.sync(() => {
        if (!isSound || !isFresh) useless.push(owner)
      })
    )
    if (useless.length === 0) return []
    yield* sql`DELETE FROM crosswalk_passage WHERE reference_id IN (SELECT value FROM json_each(${JSON.stringify(useless)}))`
    yield* sql`DELETE FROM crosswalk_embedding WHERE reference_id IN (SELECT value FROM json_each(${JSON.stringify(useless)}))`
    return [`removed ${count(useless.length, "vector", "vectors")} that could not be used; embed again`]
  })

  /** Places that are of no use: the map is computed again when it is asked for. */
  const map: Step = Effect.gen(function* () {
    const gone = yield* sql`DELETE FROM crosswalk_map AS p WHERE ${sql.literal(MapRows.isWrong)} RETURNING 1`
    return gone.length === 0 ? [] : [`removed ${count(gone.length, "place", "places")} on the map`]
  })

  const decodeUri = ReferenceRow.uriDecoder("Doctor.repair")
  /**
   * Texts come from their sources: what cannot be read, or is not what was saved, is written anew by the next import, though
   * it has not changed.
   */
  const references: Step = Effect.gen(function* () {
    const wrong: Array<number> = []
    yield* Stream.runForEach(References.all(sql), ({ id, isMarked, row }) =>
      Effect.sync(() => {
        if (row === undefined && !isMarked) wrong.push(id)
      })
    )
    if (wrong.length === 0) return []
    const rows = yield* sql`SELECT ${sql.literal(ReferenceRow.uri.sql)} FROM crosswalk_reference AS r
      WHERE r.id IN (SELECT value FROM json_each(${JSON.stringify(wrong)}))`
    const named = (yield* Effect.forEach(rows, (row) => Effect.option(decodeUri(row)))).flatMap(Option.toArray)
    yield* sql`UPDATE crosswalk_reference SET content_hash = ''
      WHERE id IN (SELECT value FROM json_each(${JSON.stringify(wrong)}))`
    const some = named
      .slice(0, 3)
      .map(({ uri }) => uri)
      .join(", ")
    return [
      `marked ${count(wrong.length, "reference", "references")} that cannot be read or are not what was saved` +
        `${some === "" ? "" : ` (${some})`}; importing their sources writes them anew`
    ]
  })

  const catalogs: Step = Effect.gen(function* () {
    const rows = yield* sql<{ readonly id: number }>`SELECT rowid AS id FROM crosswalk_catalog
      WHERE boilerplate IS NOT NULL AND NOT (typeof(boilerplate) = 'text' AND json_valid(boilerplate))`
    if (rows.length === 0) return []
    yield* sql`UPDATE crosswalk_catalog SET boilerplate = NULL
      WHERE rowid IN (SELECT value FROM json_each(${JSON.stringify(rows.map(({ id }) => id))}))`
    return [`forgot what was learnt of ${count(rows.length, "catalog", "catalogs")}; the next import learns it again`]
  })

  const isCurrent = sql.literal(PinRows.isCurrent)
  const readings: Step = Effect.gen(function* () {
    const told = yield* sql`UPDATE crosswalk_reading AS d SET is_current = ${isCurrent}
      FROM crosswalk_reference AS r WHERE r.uri = d.uri AND d.is_current IS NOT ${isCurrent} RETURNING 1`.pipe(
      // Without the table there is nothing to compare.
      Effect.catchTag("SqlError", (error) => (faultOf(error) === "schema" ? Effect.succeed([]) : Effect.fail(error)))
    )
    return told.length === 0 ? [] : [`compared ${count(told.length, "text", "texts")} that were decided on again`]
  })

  const all = [
    tables,
    readings,
    ...Tables.indexes.map(keywords),
    catalogs,
    tags,
    metadata,
    abbreviations,
    vectors,
    map,
    changes,
    references
  ]
  return { tables, all }
})

/**
 * Makes again what follows from what else is stored: tables of indexes, triggers, tags, the change logs; removes vectors that
 * cannot be used. Relations, decisions and texts stay as they are. In one transaction; what was done, in sentences.
 * Tables of an earlier version are brought up to date first. Does nothing to the database of a later version, whose triggers
 * and indexes it does not know, nor where a table is lost or changed that only a backup brings back.
 */
export const repair: Effect.Effect<ReadonlyArray<string>, DatabaseError, SqlClient.SqlClient> = Effect.gen(
  function* () {
    const state = yield* Migrations.state
    if (state === "newer") return []
    // Parts of this version among tables of an earlier one would be in the way of their migration.
    // A table that only a person can bring back is told by the checks: without it nothing can be said of what refers to it.
    const found = yield* Tables.differences
    if (Tables.isLost(found) || (state === "none" && !Tables.isRepairable(found))) return []
    const sql = yield* SqlClient.SqlClient
    const { all, tables } = yield* make
    const before = state === "older" ? [...(yield* sql.withTransaction(tables)), "brought the tables up to date"] : []
    if (state === "older") yield* Migrations.run
    const done = yield* sql.withTransaction(Effect.forEach(all, (step) => step))
    return [...before, ...done.flat()]
  }
).pipe(
  Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Doctor.repair")(error))),
  Effect.withSpan("Doctor.repair")
)
