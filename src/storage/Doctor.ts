import { Effect, Option, Schema, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import * as Abbreviations from "./Abbreviations.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import * as Columns from "./Columns.ts"
import { inventory } from "../libsql/CreateTables.ts"
import { faultOf } from "../libsql/LibsqlError.ts"
import { ofBytes } from "./EmbeddedVector.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import * as Snapshot from "./Snapshot.ts"
import * as Migrations from "./Migrations.ts"
import * as Passages from "./doctor/Passages.ts"
import * as Rows from "./doctor/Rows.ts"
import * as Tables from "./doctor/Tables.ts"
import * as Values from "./doctor/Values.ts"

/** The sides of a database, in the order in which they are looked at. */
export const names = [
  "database file",
  "tables",
  "foreign keys",
  "values",
  "references",
  "catalogs",
  "relations",
  "pins",
  "decisions",
  "change log",
  "keyword index",
  "tags",
  "abbreviations",
  "vectors",
  "embeddings",
  "text lengths"
] as const

/** What was found out about one side of a database. */
export interface Check {
  readonly name: (typeof names)[number]
  /** `failed`: the database is damaged. `warning`: it is sound, but something is to be done. */
  readonly status: "ok" | "warning" | "failed" | "skipped"
  /** What was found. */
  readonly detail: string
  /** What can be done about it. */
  readonly remedy?: Remedy
}

const pageSize = 500

const ok = (name: Check["name"], detail: string): Check => ({ name, status: "ok", detail })
const failed = (name: Check["name"], detail: string, remedy?: Remedy): Check => ({
  name,
  status: "failed",
  detail,
  ...(remedy === undefined ? {} : { remedy })
})

/** A few of many, for a person to look at. */
const some = (items: ReadonlyArray<string>): string =>
  items.slice(0, 3).join(", ") + (items.length > 3 ? ` and ${items.length - 3} more` : "")

const lengthColumns = Columns.make("reference", { uri: "r.uri", tokens: "e.tokens", most: "m.max_length" })
const LengthRow = Schema.Struct({ uri: Schema.String, tokens: Schema.Int, most: Schema.Int })

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const { reader } = yield* CatalogTexts.make
  const decodeLength = Columns.decoder(lengthColumns, LengthRow, "Doctor.run")

  const integrity = Effect.gen(function* () {
    const rows = yield* sql<{ readonly problem: string }>`SELECT integrity_check AS problem FROM pragma_integrity_check`
    const problems = rows.map(({ problem }) => problem).filter((problem) => problem !== "ok")
    return problems.length === 0
      ? ok("database file", "its pages and indexes are sound")
      : failed("database file", `${some(problems)}. Restore a backup, or import the sources into a new database`)
  })

  const differences = yield* Effect.cached(Effect.provideService(Tables.differences, SqlClient.SqlClient, sql))

  const tables = Effect.map(differences, (found) => {
    const problem = Tables.problemOf(found)
    if (problem === undefined)
      return ok("tables", "tables, indexes, triggers and the list of migrations are of this version")
    return Tables.isRepairable(found)
      ? failed("tables", problem, { action: "repairDatabase" })
      : failed("tables", `${problem}. Restore a backup, or import the sources into a new database`)
  })

  const readable = <E, R>(
    name: Check["name"],
    found: Effect.Effect<{ readonly wrong: ReadonlyArray<string>; readonly total: number }, E, R>,
    remedy?: Remedy
  ) =>
    Effect.map(found, ({ total, wrong }) =>
      wrong.length === 0 ? ok(name, `${total}, all readable`) : failed(name, some(wrong), remedy)
    )

  /** Indexes in memory follow it from a row that they know. */
  const changeLog = Effect.map(
    sql<{ readonly rows: number }>`SELECT count(*) AS rows FROM (SELECT 1 FROM crosswalk_change LIMIT 1)`,
    ([row]) =>
      row?.rows === 1
        ? ok("change log", "is there, for vector indexes to follow")
        : failed("change log", "is empty, so that no vector index can follow it", { action: "repairDatabase" })
  )

  const foreignKeys = Effect.gen(function* () {
    const rows = yield* sql<{ readonly table: string }>`SELECT "table" FROM pragma_foreign_key_check`
    return rows.length === 0
      ? ok("foreign keys", "every row's owner is there")
      : failed(
          "foreign keys",
          `${rows.length} rows have no owner, in ${some([...new Set(rows.map(({ table }) => table))])}`
        )
  })

  const values = Effect.map(Values.wrong(sql), (wrong) =>
    wrong.length === 0
      ? ok("values", "are all of the kinds that the tables are for, and every text is UTF-8")
      : failed("values", some(wrong))
  )

  /** Entries without a reference, and references without an entry, by the index's own list of entries. */
  const entries = Effect.fnUntraced(function* (table: string) {
    const [row] = yield* sql<{ readonly lost: number; readonly extra: number }>`
      SELECT
        (SELECT count(*) FROM crosswalk_reference WHERE id NOT IN (SELECT id FROM ${sql(`${table}_docsize`)})) AS lost,
        (SELECT count(*) FROM ${sql(`${table}_docsize`)} WHERE id NOT IN (SELECT id FROM crosswalk_reference)) AS extra`
    return { table, lost: row?.lost ?? 0, extra: row?.extra ?? 0 }
  })

  const keywordEntries = Effect.gen(function* () {
    const counts = yield* Effect.forEach(["crosswalk_keyword", "crosswalk_trigram"], entries)
    const wrong = counts.filter(({ extra, lost }) => extra + lost > 0)
    return wrong.length === 0
      ? ok("keyword index", "has an entry for every reference")
      : failed(
          "keyword index",
          wrong
            .map(({ extra, lost, table }) => `${table} lacks ${lost} references and has ${extra} that are gone`)
            .join("; "),
          { action: "repairDatabase" }
        )
  })

  /** Everything a reference's row says about itself: its JSON, and the hashes of its content and of the text that is embedded. */
  const references = Effect.gen(function* () {
    const textOf = yield* reader
    const wrong: Array<Rows.StoredReference> = []
    let total = 0
    let retold = 0
    yield* Stream.runForEach(Rows.references(sql), (stored) =>
      Effect.sync(() => {
        const { row } = stored
        total++
        if (row === undefined) wrong.push(stored)
        else if (ReferenceRow.hashOf(textOf(ReferenceRow.toReference(row))) !== row.text_hash) retold++
      })
    )
    if (wrong.length > 0) {
      const problems = some(wrong.map(({ problem }) => problem))
      return wrong.every(({ isMarked }) => isMarked)
        ? failed("references", `wait for their sources to be imported again: ${problems}`, { action: "import" })
        : failed("references", problems, { action: "repairDatabase" })
    }
    return retold === 0
      ? ok("references", `${total}, all as they were saved`)
      : ({
          name: "references",
          status: "warning",
          detail: `${retold} of ${total} read otherwise now`,
          remedy: { action: "updateEmbeddings" }
        } as const)
  })

  const tags = Effect.gen(function* () {
    const [row] = yield* sql<{ readonly wrong: number }>`
      SELECT count(*) AS wrong FROM (
        SELECT r.id, t.value FROM crosswalk_reference AS r, json_each(r.tags) AS t
        EXCEPT SELECT reference_id, tag FROM crosswalk_tag
        UNION ALL SELECT * FROM (
          SELECT reference_id, tag FROM crosswalk_tag
          EXCEPT SELECT r.id, t.value FROM crosswalk_reference AS r, json_each(r.tags) AS t))`
    return row?.wrong === 0
      ? ok("tags", "agree with the references")
      : failed("tags", `${row?.wrong} are lost or left over`, { action: "repairDatabase" })
  })

  const abbreviations = Effect.map(Abbreviations.wrong(sql), ({ extra, lost }) =>
    extra + lost === 0
      ? ok("abbreviations", "are those that the texts explain")
      : failed("abbreviations", `${lost} are lost and ${extra} left over`, { action: "repairDatabase" })
  )

  const vectors = Effect.gen(function* () {
    const wrong: Array<string> = []
    let total = 0
    yield* Stream.paginate(0, (after) =>
      Effect.gen(function* () {
        const rows = yield* sql<{
          readonly id: number
          readonly dimensions: number | null
          readonly vector: ArrayBuffer | Uint8Array
        }>`
          SELECT e.reference_id AS id, ${sql.literal(Columns.integer("m.dimensions"))} AS dimensions,
            ${sql.literal(Columns.bytes("e.vector"))} AS vector
          FROM crosswalk_embedding AS e LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id
          WHERE e.reference_id > ${after} ORDER BY e.reference_id LIMIT ${pageSize}`
        for (const { dimensions, id, vector } of rows) {
          total++
          if (dimensions === null || ofBytes(vector, dimensions) === undefined) wrong.push(`row ${id}`)
        }
        return [[], Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
      })
    ).pipe(Stream.runDrain)
    yield* Stream.runForEach(Passages.all(sql), ({ isSound, owner }) =>
      Effect.sync(() => {
        total++
        if (!isSound) wrong.push(`a passage of row ${owner}`)
      })
    )
    return wrong.length === 0
      ? ok("vectors", `${total}, of the right dimensions and of length 1`)
      : failed("vectors", `${wrong.length} of ${total} are damaged: ${some(wrong)}`, {
          action: "updateEmbeddings",
          force: true
        })
  })

  const embeddings = Effect.gen(function* () {
    const [row] = yield* sql<{
      readonly missing: number
      readonly stale: number
      readonly whole: number
      readonly models: number
    }>`
      SELECT count(*) FILTER (WHERE e.reference_id IS NULL) AS missing,
        count(*) FILTER (WHERE e.text_hash <> r.text_hash) AS stale,
        count(*) FILTER (WHERE e.tokens > m.max_length AND NOT EXISTS (
          SELECT 1 FROM crosswalk_passage AS p WHERE p.reference_id = r.id)) AS whole,
        count(DISTINCT e.model_id) AS models
      FROM crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id
        LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id`
    const { missing, models, stale, whole } = row ?? { missing: 0, models: 0, stale: 0, whole: 0 }
    const problems = [
      ...(missing > 0 ? [`${missing} references have none`] : []),
      ...(stale > 0 ? [`${stale} are of an older text`] : []),
      ...(whole > 0 ? [`${whole} are of long texts, whose passages have none`] : []),
      ...(models > 1 ? [`they are of ${models} models, which cannot be compared`] : [])
    ]
    return problems.length === 0
      ? ok("embeddings", "every reference has one of its present text")
      : ({
          name: "embeddings",
          status: "warning",
          detail: problems.join("; "),
          remedy: { action: "updateEmbeddings" }
        } as const)
  })

  const textLengths = Effect.gen(function* () {
    const rows = yield* Effect.flatMap(
      sql`
        SELECT ${sql.literal(lengthColumns.sql)} FROM crosswalk_embedding AS e
          JOIN crosswalk_embedding_model AS m ON m.id = e.model_id JOIN crosswalk_reference AS r ON r.id = e.reference_id
        WHERE e.tokens > m.max_length ORDER BY e.tokens DESC, r.uri`,
      Effect.forEach(decodeLength)
    )
    const [row] = yield* sql<{ readonly total: number; readonly unknown: number }>`
      SELECT count(*) AS total, count(*) - count(tokens) AS unknown FROM crosswalk_embedding`
    const { total, unknown } = row ?? { total: 0, unknown: 0 }
    const parts = [
      ...(rows.length > 0
        ? [
            `${rows.length} of ${total} texts are longer than the ${rows[0]?.most} tokens that the model reads at once, so they ` +
              "are found by their passages, and suggestions compare their beginnings: " +
              some(rows.map(({ tokens, uri }) => `${uri} (${tokens})`))
          ]
        : []),
      ...(unknown > 0
        ? [
            `of ${unknown} of ${total} the length is not known: an earlier version embedded them, or their embedder does ` +
              "not tell it"
          ]
        : [])
    ]
    return ok("text lengths", parts.length > 0 ? parts.join("; ") : `the model read all of the ${total} texts`)
  })

  /** What decisions rest on: every end has a pin, and no pin is left over. */
  const pins = Effect.gen(function* () {
    const found = [yield* Rows.readings(sql), yield* Rows.orphans(sql)]
    const wrong = found.flatMap((one) => one.wrong)
    if (wrong.length > 0) return failed("pins", some(wrong))
    const [{ extra, lost, mistold } = { extra: 0, lost: 0, mistold: 0 }] = yield* Rows.pins(sql)
    if (extra + lost > 0) {
      return failed(
        "pins",
        `${lost} ends of decisions lack what was read, and ${extra} are left over. Decide again on them`
      )
    }
    if (mistold > 0) {
      const problem = `of ${mistold} texts it is not told rightly whether they are what is stored`
      return failed("pins", problem, { action: "repairDatabase" })
    }
    const [readings, orphans] = found.map(({ total }) => total)
    const gone = orphans === 0 ? "" : `; ${orphans} decisions on references that are gone`
    return ok("pins", `${readings} texts that were decided on${gone}`)
  })

  const checks = {
    "database file": integrity,
    tables,
    "foreign keys": foreignKeys,
    values,
    references,
    catalogs: readable("catalogs", Rows.catalogs(sql), { action: "repairDatabase" }),
    relations: readable("relations", Rows.relations(sql)),
    pins,
    decisions: readable("decisions", Rows.decisions(sql)),
    "change log": changeLog,
    "keyword index": keywordEntries,
    tags,
    abbreviations,
    vectors,
    embeddings,
    "text lengths": textLengths
  }
  // What cannot be read in one place holds up no other.
  const alone = (name: Check["name"], check: Effect.Effect<Check, SqlError.SqlError | DatabaseError>) =>
    Effect.catch(check, (error) => {
      const known = error._tag === "DatabaseError" ? error : toDatabaseError("Doctor.run")(error)
      const isOfRows = known.reason === "corrupt" || (known.reason === "unknown" && faultOf(error) !== "schema")
      return isOfRows ? Effect.succeed(failed(name, known.problem)) : Effect.fail(error)
    })
  return { integrity, tables, differences, checks: Effect.forEach(names, (name) => alone(name, checks[name])) }
})

/** What can be said of a database whose tables are not those of this version. */
const ofTables = (detail: string, remedy: Remedy, status: Check["status"] = "warning"): Check => ({
  name: "tables",
  status,
  detail,
  remedy
})

const present = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const [found] = yield* sql.unsafe<{ readonly others: number; readonly own: number }>(inventory)
  return found ?? { others: 0, own: 0 }
})

/**
 * Looks at every part of a database and changes nothing; a connection that cannot write will do. Of a database that is still
 * empty, or of another version, only the file and that are looked at: a process that was killed before or in a migration left
 * it so, and it is migrated when it is next opened for writing.
 *
 * Fails where the database cannot be read at all, or is another program's.
 */
export const run: Effect.Effect<ReadonlyArray<Check>, DatabaseError, SqlClient.SqlClient> = Effect.gen(function* () {
  const state = yield* Migrations.state
  const { checks, differences, integrity, tables } = yield* make
  const { others, own } = yield* present
  switch (state) {
    case "none":
      if (own > 0) return [yield* integrity, yield* tables]
      if (others === 0) {
        const none = "there are none yet: they are made when the database is next opened for writing"
        return [yield* integrity, ofTables(none, { action: "import" })]
      }
      return yield* new DatabaseError({
        operation: "Doctor.run",
        reason: "migration",
        isRetryable: false,
        problem: "the database has no tables of Crosswalk, but those of another program",
        remedy: { action: "chooseDatabase" }
      })
    case "older":
      return [
        yield* integrity,
        ofTables("they are of an earlier version, and will be brought up to date", { action: "migrateDatabase" })
      ]
    case "newer":
      return [yield* integrity, ofTables("they are of a later version", { action: "update" }, "failed")]
    case "current": {
      const found = yield* differences
      // Without a table nothing can be said of what refers to it.
      return found.missing.some(({ type }) => type === "table") ? [yield* integrity, yield* tables] : yield* checks
    }
  }
}).pipe(
  // What is written meanwhile would look like damage.
  (all) => Effect.flatMap(Snapshot.make, ({ read }) => read(all)),
  Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Doctor.run")(error))),
  Effect.withSpan("Doctor.run")
)

/**
 * Compares the words of both keyword indexes with the texts of the references.
 *
 * FTS5 offers that as a statement that counts as a write, so it needs a connection that may write; it runs in a
 * transaction that is rolled back.
 */
export const keywordWords: Effect.Effect<Check, DatabaseError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const compare = (table: string) =>
    sql
      .withTransaction(
        Effect.flatMap(sql.unsafe(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`), () =>
          Effect.fail("agrees" as const)
        )
      )
      .pipe(
        Effect.as(""),
        Effect.catch((error) => {
          if (error === "agrees") return Effect.succeed("")
          const problem = toDatabaseError("Doctor.run")(error)
          return problem.reason === "corrupt" ? Effect.succeed(table) : Effect.fail(problem)
        })
      )
  const wrong = (yield* Effect.forEach(["crosswalk_keyword", "crosswalk_trigram"], compare)).filter(
    (table) => table !== ""
  )
  return wrong.length === 0
    ? ok("keyword index", "equals the references, entry by entry and word by word")
    : failed("keyword index", `${wrong.join(" and ")} do not agree with the texts`, { action: "repairDatabase" })
}).pipe(Effect.withSpan("Doctor.keywordWords"))
