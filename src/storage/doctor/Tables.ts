import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import * as Columns from "../Columns.ts"
import * as Migrations from "../Migrations.ts"
import { type Check, failed, ok, restore, some, warning } from "./Check.ts"

/** A table, an index or a trigger. */
const Part = Schema.Struct({
  name: Schema.String,
  type: Schema.Literals(["table", "index", "trigger"]),
  sql: Schema.String
})
export type Part = typeof Part.Type

const columns = Columns.make("part", { name: "name", type: "type", sql: "sql" })
const decode = Columns.decoder(columns, Part, "Doctor.run")

/** What a database has of us, and the triggers of others on it. */
const parts = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const rows = yield* sql`SELECT ${sql.literal(columns.sql)} FROM sqlite_master
    WHERE type <> 'view' AND (name GLOB 'crosswalk_*' OR type = 'trigger' AND lower(tbl_name) GLOB 'crosswalk_*')
      AND sql IS NOT NULL
    -- A table before its indexes and triggers, which go and come with it.
    ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name`
  return yield* Effect.forEach(rows, decode)
})

const ledgerColumns = Columns.make("migration", { id: "migration_id", name: "name" })
const Migration = Schema.Struct({ id: Schema.Int, name: Schema.String })
const decodeMigration = Columns.decoder(ledgerColumns, Migration, "Doctor.run")

/** The names of the migrations that were made, by their numbers. */
const ledger = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const rows = yield* sql`SELECT ${sql.literal(ledgerColumns.sql)} FROM crosswalk_migration ORDER BY migration_id`
  return new Map((yield* Effect.forEach(rows, decodeMigration)).map(({ id, name }) => [id, name]))
})

/** What the migrations up to one make of an empty database. */
const expected = (last: number) =>
  Effect.andThen(Migrations.runTo(last), Effect.all({ parts, ledger })).pipe(
    Effect.provide(Layer.fresh(LibsqlClient.layer({ url: ":memory:" }))),
    Effect.catchTag("ValidationError", Effect.die)
  )

/** What can be made again from what else is stored, or is of use for an hour only (`crosswalk_commit`). */
export const derived = [
  "crosswalk_tag",
  "crosswalk_abbreviation",
  "crosswalk_keyword",
  "crosswalk_trigram",
  "crosswalk_trigram_term",
  "crosswalk_metadata",
  "crosswalk_metadata_term",
  "crosswalk_change",
  "crosswalk_text_change",
  "crosswalk_embedding",
  "crosswalk_passage",
  "crosswalk_map",
  "crosswalk_embedding_model",
  "crosswalk_commit",
  "crosswalk_migration"
] as const

/** What triggers write down of vectors and texts, for indexes in memory to follow. */
export const logs = ["crosswalk_change", "crosswalk_text_change"] as const

/** Indexes of the texts. */
export const indexes = ["crosswalk_keyword", "crosswalk_trigram"] as const

/** The table that can be made again, of which this table is one or a part. */
export const derivedOf = (table: string): (typeof derived)[number] | undefined =>
  derived.find((name) => name === table) ??
  // FTS5 keeps an index in tables of its own, which are named after it.
  ([...indexes, "crosswalk_metadata"] as const).find((name) => table.startsWith(`${name}_`))

/** What {@link differences} finds. */
export interface Differences {
  /** What the migrations make. */
  readonly wanted: ReadonlyArray<Part>
  readonly missing: ReadonlyArray<Part>
  readonly different: ReadonlyArray<Part>
  /** Triggers on our tables that the migrations did not make: what they do is not known. */
  readonly strange: ReadonlyArray<Part>
  /** The migrations that are not written down. */
  readonly unlisted: ReadonlyArray<{ readonly id: number; readonly name: string }>
}

const compare = Effect.fnUntraced(function* (last: number) {
  const wanted = yield* expected(last)
  const present = yield* parts
  const found = new Map(present.map(({ name, sql }) => [name, sql]))
  const known = new Set(wanted.parts.map(({ name }) => name))
  const listed =
    found.get("crosswalk_migration")?.includes("migration_id") === true ? yield* ledger : new Map<number, string>()
  return {
    wanted: wanted.parts,
    missing: wanted.parts.filter(({ name }) => !found.has(name)),
    different: wanted.parts.filter(({ name, sql }) => found.has(name) && found.get(name) !== sql),
    strange: present.filter(({ name, type }) => type === "trigger" && !known.has(name)),
    unlisted: [...wanted.ledger].flatMap(([id, name]) => (listed.has(id) ? [] : [{ id, name }]))
  } satisfies Differences
})

/**
 * What differs from what the migrations make: all of them, or those that a database of an earlier version lists. Where the
 * tables are those of this version, only the list can be older.
 */
export const differences = Effect.gen(function* () {
  const now = yield* compare(Migrations.newest)
  const applied = yield* Migrations.applied
  const isOlder = applied > 0 && applied < Migrations.newest
  return isOlder && now.missing.length + now.different.length > 0 ? yield* compare(applied) : now
})

const names = (parts: ReadonlyArray<Part>) => some(parts.map(({ name, type }) => `the ${type} ${name}`))

/** In words; undefined where nothing differs. */
const problemOf = ({ different, missing, unlisted }: Differences): string | undefined => {
  const problems = [
    ...(missing.length > 0 ? [`${names(missing)} ${missing.length === 1 ? "is" : "are"} not there`] : []),
    ...(different.length > 0 ? [`${names(different)} ${different.length === 1 ? "is" : "are"} changed`] : []),
    ...(unlisted.length > 0 ? [`the list of migrations lacks ${unlisted.map(({ name }) => name).join(", ")}`] : [])
  ]
  return problems.length === 0 ? undefined : problems.join("; ")
}

/** Whether all that differs can be made again. */
export const isRepairable = ({ different, missing }: Pick<Differences, "different" | "missing">): boolean =>
  [...missing, ...different].every(({ name, type }) => type !== "table" || derivedOf(name) !== undefined)

/** Whether a table is gone whose rows nothing else tells. */
export const isLost = ({ missing }: Pick<Differences, "missing">): boolean => !isRepairable({ missing, different: [] })

export const check = (found: Differences): Check => {
  const problem = problemOf(found)
  if (problem === undefined && found.strange.length > 0)
    return warning(
      "tables",
      `${names(found.strange)} on these tables ${found.strange.length === 1 ? "is" : "are"} not Crosswalk's, and may change or ` +
        "undo what is stored. Drop what nobody wants"
    )
  if (problem === undefined)
    return ok("tables", "tables, indexes, triggers and the list of migrations are of this version")
  return isRepairable(found)
    ? failed("tables", problem, { action: "repairDatabase" })
    : failed("tables", `${problem}. ${restore}`)
}
