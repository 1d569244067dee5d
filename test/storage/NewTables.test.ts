import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import * as NewTables from "../../src/storage/NewTables.ts"

const inMemory = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.provide(effect, Layer.fresh(LibsqlClient.layer({ url: ":memory:" })))

interface Part {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

const parts = SqlClient.SqlClient.use(
  (sql) =>
    sql<Part>`SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> ${"sqlite_sequence"} ORDER BY rowid`
)

const count = SqlClient.SqlClient.use((sql) =>
  Effect.map(
    sql<{ readonly n: number }>`SELECT max(migration_id) AS n FROM crosswalk_migration`,
    ([row]) => row?.n ?? 0
  )
)

/** A database that was made by an earlier version and brought up to date, which runs the migrations. */
const migrated = Effect.gen(function* () {
  yield* Migrations.runTo((yield* inMemory(Effect.andThen(Migrations.run, count))) - 1)
  yield* Migrations.run
})

/** What FTS5 makes by itself for a table of its own. */
const isShadow = ({ name }: Part) =>
  /^crosswalk_(keyword|trigram|metadata)_(data|idx|content|docsize|config)$/.test(name)

const path = join(import.meta.dirname, "../../src/storage/NewTables.ts")

if (process.env["UPDATE_FIXTURES"] === "1") {
  const all = await Effect.runPromise(inMemory(Effect.andThen(migrated, parts)))
  const texts = all.flatMap((part) =>
    part.sql === null || isShadow(part) || part.name === "crosswalk_migration" ? [] : [part.sql]
  )
  const literals = texts.map((text) => `  \`${text.replaceAll(/[\\`]|\$\{/g, "\\$&")}\``)
  writeFileSync(
    path,
    `/**
 * What the migrations make of an empty database, in the order in which it is made: a new database needs no history.
 *
 * Written by \`UPDATE_FIXTURES=1 vitest run test/storage/NewTables.test.ts\`, which otherwise compares it with the migrations.
 */
export const statements: ReadonlyArray<string> = [
${literals.join(",\n")},
  // The state before the first change has a nonce too.
  \`INSERT INTO crosswalk_change (reference_id) VALUES (0)\`,
  \`INSERT INTO crosswalk_text_change (reference_id) VALUES (0)\`
]
`
  )
}

/** Rows of every table but what is made by chance or of the time. */
const contents = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{
    readonly name: string
  }>`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`
  return yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(sql.unsafe<Record<string, unknown>>(`SELECT * FROM "${name}"`), (rows) => ({
      name,
      // A sequence that nothing was taken from is none.
      rows: rows.filter(({ seq }) => seq !== 0).map((row) => ({ ...row, created_at: 0, nonce: 0 }))
    }))
  )
})

describe("a new database", () => {
  it.live("has what the migrations make of an empty one, and the rows that they write", () =>
    Effect.gen(function* () {
      const byName = (all: ReadonlyArray<Part>) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
      const wanted = yield* inMemory(Effect.andThen(migrated, Effect.all([parts, contents])))
      const made = yield* inMemory(Effect.andThen(Migrations.run, Effect.all([parts, contents])))
      assert.deepStrictEqual(byName(made[0]), byName(wanted[0]))
      assert.deepStrictEqual(made[1], wanted[1])
      assert.isAbove(made[0].length, NewTables.statements.length)
    })
  )
})
