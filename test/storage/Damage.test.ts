import { describe, expect, it } from "@effect/vitest"
import { type Client, createClient, type InStatement, type ResultSet, type TransactionMode } from "@libsql/client"
import { Cause, Effect, Exit, type Layer, Option, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Status } from "../../src/catalog/Status.ts"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Graph from "../../src/crosswalk/Graph.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { CrosswalkError } from "../../src/domain/CrosswalkError.ts"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { Search } from "../../src/search/Search.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as CatalogLanguages from "../../src/storage/CatalogLanguages.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Store from "../../src/Store.ts"
import { TestStore } from "../../src/testing.ts"

/** What another program, or one flipped bit, can leave in a column, as SQL. */
const damages = {
  "not UTF-8": "CAST(x'70ff71' AS TEXT)",
  "cut in a character": "CAST(x'61e4b8' AS TEXT)",
  "a lone surrogate": "CAST(x'61eda08062' AS TEXT)",
  bytes: "x'00ff'",
  nothing: "NULL",
  "a number": "-7.5",
  "half a document": `'{"a":'`,
  "another document": `'[{"a":[1]}]'`,
  huge: "replace(hex(zeroblob(200000)), '0', 'é')"
} as const

/** What no column of ours is for. */
const isDamage = (kind: string) => ["not UTF-8", "cut in a character", "a lone surrogate"].includes(kind)

const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const texts = ["Passwords are hashed", "Sessions end", "管理 of keys"]
  yield* references.saveMany(
    ["a@1", "b@1"].flatMap((catalog) =>
      texts.map((title, i) => ({
        uri: `${catalog}:${i}`,
        title,
        description: `${title} in ${catalog}`,
        entityType: "rule",
        catalog,
        identifier: `V${i}`,
        label: `No. ${i}`,
        tags: ["x", `t${i}`],
        metadata: { level: i }
      }))
    )
  )
  yield* references.learnBoilerplate("a@1")
  yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
  yield* Crosswalk.use(({ suggest }) => suggest({ from: "a@1", to: "b@1" }))
  const { decide } = yield* Review
  yield* decide([{ sources: ["a@1:0"], targets: ["b@1:0"], status: "accepted", note: "yes" }], { by: "Ann" })
  yield* decide([{ sources: ["a@1:1"], targets: ["b@1:1"], status: "rejected" }])
})

/** Whatever reads tables, and what writes where it reads first. */
const calls = Effect.gen(function* () {
  const services = yield* Effect.context<Layer.Success<typeof TestStore.layer>>()
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const embeddings = yield* EmbeddingRepository
  const { search } = yield* Search
  const crosswalk = yield* Crosswalk
  const { count, decide, find, items, log, undo } = yield* Review
  const exports = yield* CatalogExport
  const calls = {
    find: references.find("a@1:0"),
    findMany: references.findMany(["a@1:0", "b@1:0"]),
    findAll: Stream.runDrain(references.findAll()),
    findByTag: Stream.runDrain(
      references.findAll({ tags: ["x"], metadata: [{ path: "level", operator: ">=", value: 0 }] })
    ),
    words: references.search("passwords keys"),
    resolve: references.resolve("V0", { catalog: "a@1" }),
    catalogs: references.catalogs,
    count: references.count({ catalog: "a@1" }),
    language: references.languageOf("a@1"),
    languages: CatalogLanguages.all,
    save: references.save({ uri: "a@1:0", title: "Passwords are hashed", entityType: "rule" }),
    learn: references.learnBoilerplate("a@1", { refresh: true }),
    relationsOf: relations.find("a@1:0", "outgoing"),
    relations: Stream.runDrain(relations.findAll()),
    relate: relations.save({ sources: ["a@1:0"], targets: ["b@1:0"], type: "equal" }),
    embedding: embeddings.findWithEmbedding("a@1:0"),
    similar: embeddings.findSimilarTo("a@1:0"),
    embeddingStatus: embeddings.status,
    embed: embeddings.updateAllEmbeddings(),
    hybrid: search("passwords 管理 V0", { facets: true }),
    semantic: search("passwords", { mode: "semantic", filter: { catalog: "a@1" } }),
    suggest: crosswalk.suggest({ from: "a@1", to: "b@1" }),
    diff: CatalogDiff.use(({ diff }) => diff({ before: "a@1", after: "b@1" })),
    coverage: Coverage.use(({ report }) => report({ to: "b@1", by: "a@1" })),
    graph: Graph.read(),
    items: Stream.runDrain(items()),
    pending: count(),
    item: find({ sources: ["a@1:0"], targets: ["b@1:0"] }),
    log: log(),
    decide: decide([{ sources: ["a@1:0"], targets: ["b@1:0"], status: "rejected" }]),
    undo: undo(),
    exported: Stream.runDrain(exports.references({ catalog: "a@1", format: "csv" })),
    oscal: Stream.runDrain(exports.references({ catalog: "a@1", format: "oscal" })),
    exportedRelations: Stream.runDrain(exports.relations()),
    mapping: Stream.runDrain(exports.relations({ from: "a@1", to: "b@1", format: "oscal" })),
    status: Status.use(({ read }) => read),
    migrate: Migrations.run
  }
  return Object.entries(calls).map(([name, call]) => ({
    name,
    call: Effect.provide(call as Effect.Effect<unknown, unknown, Layer.Success<typeof TestStore.layer>>, services)
  }))
})

const isOfFamily = Schema.is(CrosswalkError)

/** What may not be: a defect, or an error of another kind. */
const problemOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isSome(error) && isOfFamily(error.value)) {
    return error.value.problem.length > 1000 ? `a problem of ${error.value.problem.length} characters` : undefined
  }
  return Cause.pretty(exit.cause).split("\n").slice(0, 6).join("\n")
}

/** Every table of ours but those of the keyword indexes, and that of marks, whose texts no statement gives out. */
const tables = [
  "crosswalk_reference",
  "crosswalk_catalog",
  "crosswalk_tag",
  "crosswalk_embedding",
  "crosswalk_embedding_model",
  "crosswalk_relation",
  "crosswalk_relation_end",
  "crosswalk_decision",
  "crosswalk_change",
  "crosswalk_migration"
]

const columnsOf = Effect.fnUntraced(function* (table: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly name: string }>`SELECT name FROM pragma_table_info(${table})`
  return rows.map(({ name }) => name)
})

/** Runs `use` while the rows of a table is damaged; undefined where the table takes no such value. */
const whileDamaged = Effect.fnUntraced(function* <A, E, R>(
  table: string,
  column: string,
  value: string,
  use: Effect.Effect<A, E, R>
) {
  const sql = yield* SqlClient.SqlClient
  const damage = Effect.gen(function* () {
    // No trigger mends it, and none refuses it.
    const triggers = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'trigger'`
    for (const { name } of triggers) yield* sql.unsafe(`DROP TRIGGER ${name}`)
    yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
    const update = `UPDATE ${table} SET ${column} = ${value}`
    const first = `${update} WHERE ${column} = (SELECT ${column} FROM ${table} LIMIT 1)`
    // Of a column that is unique, one row.
    yield* sql.unsafe(update).pipe(
      Effect.catch(() => sql.unsafe(first)),
      Effect.catch(() => Effect.void)
    )
  })
  const done: { result: A | undefined } = { result: undefined }
  yield* sql
    .withTransaction(
      Effect.gen(function* () {
        yield* damage
        const [stored] = yield* sql.unsafe<{ readonly is: number }>(
          `SELECT count(*) AS "is" FROM ${table} WHERE CAST(${column} AS BLOB) IS CAST(${value} AS BLOB)`
        )
        if ((stored?.is ?? 0) > 0) done.result = yield* use
        return yield* Effect.fail("rolled back" as const)
      })
    )
    .pipe(Effect.catch((error) => (error === "rolled back" ? Effect.void : Effect.fail(error))))
  return done.result
})

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
        AND name GLOB 'crosswalk_*' AND name <> 'crosswalk_commit' AND name NOT GLOB 'crosswalk_keyword*' AND name NOT GLOB 'crosswalk_trigram*'`
      expect(found.map(({ name }) => name).sort()).toEqual([...tables].sort())
    }).pipe(Effect.provide(TestStore.layer))
  )

  for (const table of tables) {
    it.live(
      table,
      () =>
        Effect.gen(function* () {
          yield* fill
          const all = yield* calls
          const found: Array<string> = []
          let tried = 0
          for (const column of yield* columnsOf(table)) {
            for (const [kind, value] of Object.entries(damages)) {
              const run = Effect.gen(function* () {
                tried++
                for (const { call, name } of all) {
                  const problem = problemOf(yield* Effect.exit(call))
                  if (problem !== undefined) found.push(`${name} with ${kind} in ${column}: ${problem}`)
                }
                const report = yield* Effect.exit(Doctor.use(({ check }) => check))
                const problem =
                  problemOf(report) ??
                  (Exit.isSuccess(report) && isDamage(kind) && report.value.sound ? "sound" : undefined)
                if (problem !== undefined) found.push(`doctor with ${kind} in ${column}: ${problem}`)
              })
              yield* whileDamaged(table, column, value, run)
            }
          }
          expect(tried).toBeGreaterThan(0)
          expect(found.slice(0, 8), `${found.length} defects`).toEqual([])
        }).pipe(Effect.provide(TestStore.layer)),
      120_000
    )
  }
})
