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
import { ReferenceMap } from "../../src/map/ReferenceMap.ts"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { Search } from "../../src/search/Search.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as CatalogLanguages from "../../src/storage/CatalogLanguages.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import type { TestStore } from "../../src/testing.ts"

/** What another program, or one flipped bit, can leave in a column, as SQL. */
const damages = {
  "not UTF-8": "CAST(x'70ff71' AS TEXT)",
  "cut in a character": "CAST(x'61e4b8' AS TEXT)",
  "a lone surrogate": "CAST(x'61eda08062' AS TEXT)",
  bytes: "x'00ff'",
  nothing: "NULL",
  "a number": "-7.5",
  "a blank": "' '",
  "a negative whole number": "-1",
  "a number beyond all dates": "9007199254740991",
  "half a document": `'{"a":'`,
  "another document": `'[{"a":[1]}]'`,
  huge: "replace(hex(zeroblob(200000)), '0', 'é')"
} as const

/** What no column of ours is for. */
const isDamage = (kind: string) => ["not UTF-8", "cut in a character", "a lone surrogate"].includes(kind)

/** A store with something in every table. */
export const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const texts = ["Passwords are hashed", "Sessions end", "管理 of keys"]
  yield* references.saveMany(
    ["a@1", "b@1"].flatMap((catalog) =>
      texts.map((title, i) => ({
        uri: `${catalog}:${i}`,
        title,
        description: `${title} in ${catalog}, by a multi-factor login (MFL)`,
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
  // The embedder reads every text to its end.
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO crosswalk_passage (key, reference_id, model_id, vector)
    SELECT reference_id + (1 << 40), reference_id, model_id, vector FROM crosswalk_embedding`
  yield* sql`INSERT INTO crosswalk_map (reference_id, x, y) SELECT reference_id, 0.5, reference_id FROM crosswalk_embedding`
  yield* Crosswalk.use(({ suggest }) => suggest({ from: "a@1", to: "b@1" }))
  const { decide } = yield* Review
  yield* decide([{ sources: ["a@1:0"], targets: ["b@1:0"], status: "accepted", note: "yes" }], { by: "Ann" })
  yield* decide([{ sources: ["a@1:1"], targets: ["b@1:1"], status: "rejected" }])
  yield* references.save({ uri: "a@1:9", title: "Gone", entityType: "rule", catalog: "a@1" })
  yield* decide([{ sources: ["a@1:9"], targets: ["b@1:1"], status: "accepted" }])
  yield* references.remove("a@1:9", { force: true })
})

/** Whatever reads tables, and what writes where it reads first. */
export const calls = Effect.gen(function* () {
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
    abbreviated: search("MFL", { filter: { catalog: "a@1" } }),
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
    map: ReferenceMap.use(({ read }) => read),
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
export const tables = [
  "crosswalk_reference",
  "crosswalk_catalog",
  "crosswalk_tag",
  "crosswalk_abbreviation",
  "crosswalk_embedding",
  "crosswalk_passage",
  "crosswalk_map",
  "crosswalk_embedding_model",
  "crosswalk_relation",
  "crosswalk_relation_end",
  "crosswalk_reading",
  "crosswalk_pin",
  "crosswalk_orphan",
  "crosswalk_decision",
  "crosswalk_change",
  "crosswalk_text_change",
  "crosswalk_migration"
]

const columnsOf = Effect.fnUntraced(function* (table: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly name: string }>`SELECT name FROM pragma_table_info(${table})`
  return rows.map(({ name }) => name)
})

/** Runs `use` while the rows of a table are damaged; undefined where the table takes no such value. */
const whileDamaged = Effect.fnUntraced(function* <A, E, R>(
  table: string,
  column: string,
  value: string,
  use: Effect.Effect<A, E, R>
) {
  const sql = yield* SqlClient.SqlClient
  const damage = Effect.gen(function* () {
    // No trigger mends it, and none refuses it; afterwards all are there again, so that nothing else is wrong.
    const triggers = yield* sql<{ readonly name: string; readonly made: string }>`
      SELECT name, sql AS made FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ${table} ORDER BY rowid`
    for (const { name } of triggers) yield* sql.unsafe(`DROP TRIGGER ${name}`)
    yield* sql.unsafe("PRAGMA defer_foreign_keys = ON")
    const update = `UPDATE ${table} SET ${column} = ${value}`
    const first = `${update} WHERE ${column} = (SELECT ${column} FROM ${table} LIMIT 1)`
    // Of a column that is unique, one row.
    yield* sql.unsafe(update).pipe(
      Effect.catch(() => sql.unsafe(first)),
      Effect.catch(() => Effect.void)
    )
    for (const { made } of triggers) yield* sql.unsafe(made)
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

/** Whether a call is made while a column is damaged in a way; columns, ways and calls by their numbers. */
export type Choice = (
  column: number,
  kind: { readonly number: number; readonly isText: boolean },
  call: number
) => boolean

/** Every call with every damage of every column. */
export const all: Choice = () => true

const kindsOf = (isText: boolean) => Object.keys(damages).filter((kind) => isDamage(kind) === isText)

/**
 * Every column with every damage, every call with every damage, and every call with every column: once with a text that is
 * no UTF-8, which would end the process, and once with another damage.
 */
export const pairwise =
  (seed: number): Choice =>
  (column, { isText, number }, call) =>
    (column + call + seed) % kindsOf(isText).length === number

/** Damages a table in every way and makes the chosen calls; how many there were, and what must not be. */
export const damageTable = Effect.fnUntraced(function* (table: string, choice: Choice) {
  yield* fill
  const every = yield* calls
  const found: Array<string> = []
  let made = 0
  const before = tables.slice(0, tables.indexOf(table))
  const first = (yield* Effect.forEach(before, columnsOf)).flat().length
  for (const [i, column] of (yield* columnsOf(table)).entries()) {
    for (const [kind, value] of Object.entries(damages)) {
      const isText = isDamage(kind)
      const number = kindsOf(isText).indexOf(kind)
      const isChosen = (call: number) => choice(first + i, { number, isText }, call)
      const run = Effect.gen(function* () {
        // First, because some of the calls mend what they meet.
        if (isText || isChosen(every.length)) {
          made++
          const report = yield* Effect.exit(Doctor.use(({ check }) => check))
          const problem =
            problemOf(report) ?? (Exit.isSuccess(report) && isText && report.value.sound ? "sound" : undefined)
          if (problem !== undefined) found.push(`doctor with ${kind} in ${column}: ${problem}`)
        }
        for (const [j, { call, name }] of every.entries()) {
          if (!isChosen(j)) continue
          made++
          const problem = problemOf(yield* Effect.exit(call))
          if (problem !== undefined) found.push(`${name} with ${kind} in ${column}: ${problem}`)
        }
      })
      yield* whileDamaged(table, column, value, run)
    }
  }
  return { made, found }
})
