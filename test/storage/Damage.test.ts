import { describe, expect, it } from "@effect/vitest"
import { type Client, createClient, type InStatement, type ResultSet, type TransactionMode } from "@libsql/client"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { Doctor } from "../../src/catalog/Doctor.ts"
import * as Store from "../../src/Store.ts"
import { TestStore } from "../../src/testing.ts"
import { calls, damageTable, fill, pairwise, tables } from "../support/tableDamage.ts"

/** A client in memory that notes which statements give out a text of our tables by itself. */
const noting = (client: Client, found: Set<string>): Client => {
  // Made of what was asked for, or names of the schema.
  const allowed = new Set(["term", "ids", "problem", "table", "name", "type", "uri"])
  const note = (statement: InStatement, result: ResultSet) => {
    const sql = typeof statement === "string" ? statement : statement.sql
    // What migrates reads its own list, which is looked at before.
    if (!sql.includes("crosswalk_") || sql.includes('FROM "crosswalk_migration"')) return result
    for (const [i, name] of result.columns.entries()) {
      if (!allowed.has(name) && result.rows.some((row) => typeof row[i] === "string")) found.add(`${name}: ${sql}`)
    }
    return result
  }
  const execute = async (target: Pick<Client, "execute">, statement: InStatement) =>
    note(statement, await target.execute(statement))
  return new Proxy(client, {
    get: (target, key) => {
      if (key === "execute") return (statement: InStatement) => execute(target, statement)
      if (key !== "transaction")
        return typeof Reflect.get(target, key) === "function"
          ? Reflect.get(target, key).bind(target)
          : Reflect.get(target, key)
      return async (mode: TransactionMode) => {
        const transaction = await target.transaction(mode)
        return new Proxy(transaction, {
          get: (inner, key) =>
            key === "execute"
              ? async (statement: InStatement) => note(statement, await inner.execute(statement))
              : typeof Reflect.get(inner, key) === "function"
                ? Reflect.get(inner, key).bind(inner)
                : Reflect.get(inner, key)
        })
      }
    }
  })
}

describe("a statement", () => {
  it.live("never gives out a text of a table by itself, which would end the process where it is not UTF-8", () =>
    Effect.gen(function* () {
      const found = new Set<string>()
      const client = createClient({ url: ":memory:", intMode: "bigint" })
      yield* Effect.gen(function* () {
        yield* fill
        for (const { call } of yield* calls) yield* Effect.exit(call)
        yield* Effect.exit(Doctor.use(({ repair }) => repair))
      }).pipe(
        Effect.provide(Store.layerLibsql({ liveClient: noting(client, found), embedder: { type: "deterministic" } }))
      )
      client.close()
      expect([...found]).toEqual([])
    })
  )
})

describe("whatever a table holds, every call ends with a value or an error of the family", () => {
  it.effect("knows the tables", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const found = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'
        AND name GLOB 'crosswalk_*' AND name <> 'crosswalk_commit' AND name NOT GLOB 'crosswalk_keyword*' AND name NOT GLOB 'crosswalk_trigram*'
        AND name NOT GLOB 'crosswalk_metadata*'`
      expect(found.map(({ name }) => name).sort()).toEqual([...tables].sort())
    }).pipe(Effect.provide(TestStore.layer))
  )

  // All of it is the campaign 'tables' of 'npm run soak'.
  for (const table of tables) {
    it.live(
      table,
      () =>
        Effect.gen(function* () {
          const { found, made } = yield* damageTable(table, pairwise(1))
          expect(made).toBeGreaterThan(0)
          expect(found.slice(0, 8), `${found.length} defects`).toEqual([])
        }).pipe(Effect.provide(TestStore.layer)),
      300_000
    )
  }

  it.live("and the sample pairs every column, damage and call", () =>
    Effect.gen(function* () {
      const count = (yield* calls).length
      const choose = pairwise(1)
      const kinds = [3, 9].flatMap((all) => Array.from({ length: all }, (_, number) => ({ number, isText: all === 3 })))
      for (let column = 0; column < 60; column++) {
        for (const kind of kinds) {
          const chosen = Array.from({ length: count }, (_, call) => call).filter((call) => choose(column, kind, call))
          expect(chosen.length).toBeGreaterThan(0)
        }
        for (let call = 0; call <= count; call++) {
          for (const isText of [true, false]) {
            expect(kinds.filter((kind) => kind.isText === isText && choose(column, kind, call))).toHaveLength(1)
          }
        }
      }
    }).pipe(Effect.provide(TestStore.layer))
  )
})
