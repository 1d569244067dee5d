import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { type Inventory, inventory } from "../libsql/CreateTables.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { faultOf } from "../libsql/LibsqlError.ts"
import { type Check, failed, names, warning } from "./doctor/Check.ts"
import * as Derived from "./doctor/Derived.ts"
import * as File from "./doctor/File.ts"
import * as Keywords from "./doctor/Keywords.ts"
import * as Pins from "./doctor/Pins.ts"
import * as References from "./doctor/References.ts"
import * as Rows from "./doctor/Rows.ts"
import * as Tables from "./doctor/Tables.ts"
import * as Values from "./doctor/Values.ts"
import * as Vectors from "./doctor/Vectors.ts"
import * as Migrations from "./Migrations.ts"
import * as Snapshot from "./Snapshot.ts"

type Checking = Effect.Effect<Check, SqlError.SqlError | DatabaseError>

/** What cannot be read in one place holds up no other. */
const alone = (name: Check["name"], check: Checking): Checking =>
  Effect.catch(check, (error) => {
    const known = error._tag === "DatabaseError" ? error : toDatabaseError("Doctor.run")(error)
    const isOfRows = known.reason === "corrupt" || (known.reason === "unknown" && faultOf(error) !== "schema")
    return isOfRows ? Effect.succeed(failed(name, known.problem)) : Effect.fail(error)
  })
/** Every side of a database whose tables are there. */
const sides = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, found: Tables.Differences) {
  const checks: Readonly<Record<Check["name"], Checking>> = {
    "database file": File.integrity(sql),
    tables: Effect.succeed(Tables.check(found)),
    "foreign keys": File.foreignKeys(sql),
    values: Values.check(sql),
    references: References.check(sql),
    catalogs: Rows.check("catalogs", Rows.catalogs(sql), { action: "repairDatabase" }),
    relations: Rows.check("relations", Rows.relations(sql)),
    pins: Pins.check(sql),
    decisions: Rows.check("decisions", Rows.decisions(sql)),
    "change log": Derived.changeLog(sql),
    "keyword index": Keywords.entries(sql),
    tags: Derived.tags(sql),
    metadata: Derived.metadata(sql),
    abbreviations: Derived.abbreviations(sql),
    vectors: Vectors.check(sql),
    embeddings: Vectors.embeddings(sql),
    "text lengths": Vectors.textLengths(sql),
    map: Derived.map(sql)
  }
  return yield* Effect.forEach(names, (name) => alone(name, checks[name]))
})

const present = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [found] = yield* sql.unsafe<Inventory>(inventory)
  return found ?? { others: 0, own: 0, alike: 0 }
})

/**
 * Looks at every part of a database and changes nothing; a connection that cannot write will do. Of a database that is still
 * empty, or of another version, only the file and that are looked at: a process that was killed before or in a migration left
 * it so, and it is migrated when it is next opened for writing.
 *
 * Fails where the database cannot be read at all, or is another program's.
 */
export const run: Effect.Effect<ReadonlyArray<Check>, DatabaseError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const state = yield* Migrations.state
  const integrity = File.integrity(sql)
  const { alike, others, own } = yield* present(sql)
  switch (state) {
    case "none":
      if (own > 0 || (alike > 0 && others === 0)) return [yield* integrity, Tables.check(yield* Tables.differences)]
      if (others === 0) {
        const none = "there are none yet: they are made when the database is next opened for writing"
        return [yield* integrity, warning("tables", none, { action: "import" })]
      }
      return yield* new DatabaseError({
        operation: "Doctor.run",
        reason: "migration",
        isRetryable: false,
        problem: "the database has no tables of Crosswalk, but those of another program",
        remedy: { action: "chooseDatabase" }
      })
    case "older": {
      const found = yield* Tables.differences
      if (found.unlisted.length > 0 || found.missing.some(({ type }) => type === "table"))
        return [yield* integrity, Tables.check(found)]
      return [
        yield* integrity,
        warning("tables", "they are of an earlier version, and will be brought up to date", {
          action: "migrateDatabase"
        })
      ]
    }
    case "newer":
      return [yield* integrity, failed("tables", "they are of a later version", { action: "update" })]
    case "current": {
      const found = yield* Tables.differences
      // Without a table nothing can be said of what refers to it.
      return found.missing.some(({ type }) => type === "table")
        ? [yield* integrity, Tables.check(found)]
        : yield* sides(sql, found)
    }
  }
}).pipe(
  // What is written meanwhile would look like damage.
  (all) => Effect.flatMap(Snapshot.make, ({ read }) => read(all)),
  Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Doctor.run")(error))),
  Effect.withSpan("Doctor.run")
)
