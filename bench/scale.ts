/**
 * How the single-file store grows: import, status, facets, and searches by words, by meaning, with and without a filter, and by both
 * with one caller and with four, at several sizes, beside FTS5 and sqlite-vec by themselves and LanceDB.
 *
 *     node bench/scale.ts [--sizes 10000,100000] [--full] [--folder DIRECTORY] [--no-lance] [--tables] [--json]
 *
 * `--full` is 10 000, 100 000 and a million; the graph of a million takes 10 minutes to build on a quiet machine, and all needs
 * 7 GB on disk. `--folder` keeps what was filled and built, such as `1000000.db`, for the next run. Texts are of made-up words
 * as frequent as words of a language are, vectors are clustered. Words are in memory, as in a server; `--tables` leaves them in FTS5. Beside the time stands the work of all threads of the process
 * (CPU), which says more on a busy machine.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import { Effect, Layer, Metric, Schedule } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { ModelInfo } from "../src/domain/Embedding.ts"
import { Embedder } from "../src/embedder/Embedder.ts"
import { LibsqlClient } from "../src/libsql.ts"
import { Search, type SearchError } from "../src/search/Search.ts"
import * as Metrics from "../src/domain/Metrics.ts"
import * as CosineSql from "../src/storage/CosineSql.ts"
import * as FacetCounts from "../src/storage/FacetCounts.ts"
import * as MissingVectors from "../src/storage/MissingVectors.ts"
import { EmbeddingRepository } from "../src/storage/EmbeddingRepository.ts"
import { KeywordMemory } from "../src/storage/legs/KeywordMemory.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../src/storage/VectorIndex.ts"
import * as IndexAdmin from "../src/vectors/IndexAdmin.ts"
import * as Usearch from "../src/vectors/Usearch.ts"
import { clustered, dimensions, fill, fingerprint, texter } from "./vectors/data.ts"

const { values } = parseArgs({
  options: {
    sizes: { type: "string" },
    full: { type: "boolean" },
    folder: { type: "string" },
    lance: { type: "boolean", default: true },
    tables: { type: "boolean" },
    json: { type: "boolean" }
  },
  allowNegative: true
})
const sizes = (values.sizes ?? (values.full === true ? "10000,100000,1000000" : "10000,100000")).split(",").map(Number)
const log = (text: string) => process.stderr.write(`${text}\n`)
const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

/** Every tenth, every second and every thousandth reference has a tag; `small` is a catalog of 500; all have metadata. */
const label = Effect.fnUntraced(function* (count: number) {
  const sql = yield* SqlClient.SqlClient
  const small = Math.min(500, count)
  yield* sql`INSERT INTO crosswalk_catalog (id, created_at) VALUES ('small@1', 0), ('big@1', 0)`
  yield* sql`UPDATE crosswalk_reference SET catalog = iif(id <= ${small}, 'small@1', 'big@1'),
    metadata = json_object('tenth', id % 10, 'owner', id % 1000),
    tags = (SELECT json_group_array(value) FROM (
      SELECT 'half' AS value WHERE id % 2 = 0 UNION ALL SELECT 'tenth' WHERE id % 10 = 0
      UNION ALL SELECT 'thousandth' WHERE id % 1000 = 0))`
})

const filters = {
  "by meaning": undefined,
  "a catalog of 500": { catalog: "small@1" },
  "a tag of 0.1 %": { tags: ["thousandth"] },
  "a tag of 10 %": { tags: ["tenth"] },
  "a tag of 50 %": { tags: ["half"] },
  "metadata of 10 %": { metadata: [{ path: "tenth", operator: "=", value: 4 }] },
  "metadata of 0.1 %": { metadata: [{ path: "owner", operator: "=", value: 4 }] },
  "metadata of 50 %, by <": { metadata: [{ path: "owner", operator: "<", value: 500 }] }
} as const

/** In the place of a model: a query has the next of some vectors that lie as those that are stored do. */
const embedder = (count: number) =>
  Layer.sync(Embedder, () => {
    const vectors = clustered(count).queries(200)
    let asked = 0
    const next = () => vectors[asked++ % vectors.length] ?? new Float32Array(dimensions)
    return Embedder.of({
      model: new ModelInfo({ id: fingerprint, dimensions, maxLength: 256, fingerprint }),
      embed: () => Effect.sync(next),
      embedMany: (texts) => Effect.sync(() => texts.map(next)),
      tokensOf: () => undefined
    })
  })

const timed = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const started = performance.now()
  const before = process.cpuUsage()
  const result = yield* work
  const { system, user } = process.cpuUsage(before)
  return { ms: performance.now() - started, cpu: (user + system) / 1000, result }
})

type Row = readonly [name: string, ms: number, note: string]

/** The medians of what was asked one after the other. */
const rowOf = (name: string, runs: ReadonlyArray<{ readonly ms: number; readonly cpu: number }>, note = ""): Row => [
  name,
  median(runs.map(({ ms }) => ms)),
  `CPU ${median(runs.map(({ cpu }) => cpu)).toFixed(1)}${note === "" ? "" : `; ${note}`}`
]

type Part = (query: string, vector: Float32Array) => Effect.Effect<unknown, SearchError | SqlError.SqlError>

/** What a hybrid search is made of. */
const parts = Effect.fnUntraced(function* (count: number) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const index = yield* VectorIndex
  const { findMany } = yield* ReferenceRepository
  const { search } = yield* Search
  const missing = yield* MissingVectors.make(sql)
  const some = (much: number, query: string) =>
    Array.from({ length: much }, (_, i) => `r:${1 + ((query.length * 7919 + i * 104_729) % count)}`)
  const made: Readonly<Record<string, Part>> = {
    words: (query) => search(query, { mode: "keyword" }),
    meaning: (_, vector) => index.nearest(vector, { fingerprint, limit: 100 }),
    "cosines of 100": (query, vector) => CosineSql.cosinesOf(sql, vector, fingerprint, some(100, query)),
    "rows of ten hits": (query) => findMany(some(10, query)),
    "what has no vector": () => missing.count(fingerprint, undefined)
  }
  return made
})

/** Asks by words until these are in memory, as they are in a server. */
const readWords = Effect.fnUntraced(function* () {
  const { search } = yield* Search
  const text = texter(5)
  const ask = Effect.suspend(() => search(text(3), { mode: "keyword", limit: 1 }))
  yield* Effect.repeat(ask, { times: 16 })
  const read = yield* timed(
    Effect.repeat(
      Effect.map(Metric.value(Metrics.indexWords), ({ value }) => Number(value)),
      {
        until: (bytes) => bytes > 0,
        times: 30_000, // Ten minutes; more words than are kept are never there.
        schedule: Schedule.spaced("20 millis")
      }
    )
  )
  const note = `CPU ${read.cpu.toFixed(0)}; ${(read.result / 1e6).toFixed(0)} MB`
  return ["reading the words into memory", read.ms, note] satisfies Row
})

const measure = Effect.fnUntraced(function* (count: number) {
  const { search } = yield* Search
  const index = yield* VectorIndex
  const references = yield* ReferenceRepository
  const embeddings = yield* EmbeddingRepository
  const rows: Array<Row> = values.tables === true ? [] : [yield* readWords()]
  const text = texter(7)
  const words = Array.from({ length: 15 }, () => text(3))
  for (const [name, options] of [
    ["by three words", {}],
    ["by three words, in a catalog of 500", { filter: { catalog: "small@1" } }]
  ] as const) {
    const runs = yield* Effect.forEach(words, (query) => timed(search(query, { mode: "keyword", ...options })))
    rows.push(rowOf(name, runs))
  }
  const queries = clustered(count).queries(15)
  // The index is read or opened by the first.
  yield* index.nearest(queries[0] ?? new Float32Array(dimensions), { fingerprint, limit: 10 })
  for (const [name, filter] of Object.entries(filters)) {
    const options = { fingerprint, limit: 10, filter }
    const runs = yield* Effect.forEach(queries, (query) => timed(index.nearest(query, options)))
    const exact = yield* Effect.flatMap(VectorIndex, (inSql) =>
      Effect.forEach(queries.slice(0, 5), (query) => inSql.nearest(query, options))
    ).pipe(Effect.provide(Layer.fresh(VectorIndex.layerSql)))
    const found = runs.slice(0, 5).map(({ result }) => result.neighbours.map(({ uri }) => uri))
    const hits = exact.flatMap(({ neighbours }, i) => neighbours.filter(({ uri }) => found[i]?.includes(uri)))
    const wanted = exact.reduce((sum, { neighbours }) => sum + neighbours.length, 0)
    rows.push(rowOf(name, runs, `recall ${(hits.length / Math.max(1, wanted)).toFixed(3)}`))
  }
  for (const [name, work] of Object.entries(yield* parts(count))) {
    const runs = yield* Effect.forEach(words, (query, i) =>
      timed(work(query, queries[i] ?? new Float32Array(dimensions)))
    )
    rows.push(rowOf(`of a hybrid search: ${name}`, runs))
  }
  for (const callers of [1, 4]) {
    const asked = Array.from({ length: 200 }, () => text(3))
    const all = yield* timed(Effect.forEach(asked, (query) => timed(search(query)), { concurrency: callers }))
    const times = all.result.map(({ ms }) => ms).toSorted((a, b) => a - b)
    rows.push([
      `hybrid, three words, ${callers === 1 ? "one caller" : `${callers} callers`}`,
      median(times),
      `CPU ${(all.cpu / asked.length).toFixed(1)}; 99 %: ${(times[Math.floor(0.99 * times.length)] ?? 0).toFixed(0)}; ${((asked.length / all.ms) * 1000).toFixed(0)} a second`
    ])
  }
  const facets = yield* timed(FacetCounts.count(yield* SqlClient.SqlClient, undefined))
  rows.push(["facets of all", facets.ms, ""])
  const status = yield* timed(Effect.all([references.count(), references.catalogs, embeddings.status]))
  rows.push(["status", status.ms, ""])
  return rows
})

/** LanceDB on the same vectors, without an index of its own, and with the one that it advises. */
const lance = async (path: string, count: number): Promise<ReadonlyArray<Row>> => {
  const folder = `${path}.lance`
  try {
    const { connect, Index } = createRequire(import.meta.url)("@lancedb/lancedb")
    const database = await connect(folder)
    const { blocks, queries } = clustered(count)
    const filling = runSince()
    let table: Awaited<ReturnType<typeof database.createTable>> | undefined
    for (const { from, size, vectors } of blocks()) {
      const rows = Array.from({ length: size }, (_, i) => ({
        id: from + i + 1,
        vector: [...vectors.subarray(i * dimensions, (i + 1) * dimensions)]
      }))
      if (table === undefined) table = await database.createTable("peer", rows)
      else await table.add(rows)
    }
    await table.optimize()
    const rows: Array<Row> = [["LanceDB, filling", filling(), ""]]
    const ask = async (isIndexed: boolean) => {
      const times: Array<number> = []
      const found: Array<ReadonlyArray<number>> = []
      for (const query of queries(15)) {
        const asked = runSince()
        const search = table.vectorSearch(query).distanceType("cosine").limit(10)
        // Codes of its index are coarse; this many times ten are compared again by their vectors.
        const hits: ReadonlyArray<{ readonly id: number }> = await (isIndexed
          ? search.refineFactor(10)
          : search
        ).toArray()
        times.push(asked())
        found.push(hits.map(({ id }) => Number(id)))
      }
      return { ms: median(times), found }
    }
    const exact = await ask(false)
    rows.push(["LanceDB, by meaning", exact.ms, "exact"])
    const building = runSince()
    await table.createIndex("vector", { config: Index.ivfPq({ distanceType: "cosine" }) })
    rows.push(["LanceDB, building its index (IVF-PQ)", building(), ""])
    const indexed = await ask(true)
    const same = indexed.found.flatMap((ids, i) => ids.filter((id) => exact.found[i]?.includes(id))).length
    rows.push([
      "LanceDB, by meaning with its index",
      indexed.ms,
      `recall ${(same / exact.found.flat().length).toFixed(3)}`
    ])
    return rows
  } catch (error) {
    log(`LanceDB: ${error instanceof Error ? error.message : String(error)}`)
    return []
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** FTS5 with OR and bm25, and sqlite-vec, on tables of their own with the same texts and vectors. */
const peers = (path: string, count: number): ReadonlyArray<Row> => {
  const database = new DatabaseSync(path, { allowExtension: true })
  try {
    const rows: Array<Row> = []
    const text = texter(7)
    const ofWords = database.prepare(
      "SELECT rowid FROM crosswalk_keyword WHERE crosswalk_keyword MATCH ? ORDER BY bm25(crosswalk_keyword) LIMIT 10"
    )
    const words = Array.from({ length: 15 }, () => text(3).split(" ").join(" OR "))
    rows.push(["FTS5 alone, three words by OR", median(words.map((query) => runMs(() => ofWords.all(query)))), ""])
    const { getLoadablePath } = createRequire(import.meta.url)("sqlite-vec")
    database.loadExtension(getLoadablePath())
    database.exec(`ATTACH '${path}.peer' AS other; CREATE VIRTUAL TABLE other.peer USING vec0(id INTEGER PRIMARY KEY, vector float[${dimensions}] distance_metric=cosine);
      INSERT INTO other.peer (id, vector) SELECT reference_id, vector FROM crosswalk_embedding`)
    const nearest = database.prepare("SELECT id FROM other.peer WHERE vector MATCH ? AND k = 10")
    const times = clustered(count)
      .queries(5)
      .map((query) => runMs(() => nearest.all(new Uint8Array(query.buffer))))
    rows.push(["sqlite-vec, by meaning", median(times), "exact"])
    return rows
  } catch (error) {
    log(`peers: ${error instanceof Error ? error.message : String(error)}`)
    return []
  } finally {
    database.close()
    rmSync(`${path}.peer`, { force: true })
  }
}

const runMs = (work: () => unknown): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

const kept = values.folder
const folder = kept ?? mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
try {
  const results: Array<{ readonly size: number; readonly rows: ReadonlyArray<Row> }> = []
  for (const size of sizes) {
    const path = join(folder, `${size}.db`)
    const made: Array<Row> = []
    if (!existsSync(path)) {
      log(`${size}: filling …`)
      const filled = runSince()
      await fill(path, size, { texts: true })
      await Effect.runPromise(Effect.provide(label(size), LibsqlClient.layer({ url: path })))
      made.push(["filling the tables", filled(), "in SQL, without a model"])
    }
    if (!existsSync(`${path}.vectors`)) {
      log(`${size}: building the index …`)
      const built = await Effect.runPromise(
        Effect.provide(timed(IndexAdmin.build()), LibsqlClient.layer({ url: path }))
      )
      made.push(["building the index", built.ms, `CPU ${built.cpu.toFixed(0)}`])
    }
    log(`${size}: measuring …`)
    const services = Layer.mergeAll(Search.layer, ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
      Layer.provide(values.tables === true ? Layer.empty : KeywordMemory.layer),
      Layer.provideMerge(Usearch.layerLibsql()),
      Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: path, longReads: "thread" }), embedder(size)))
    )
    const rows: ReadonlyArray<Row> = [
      ...made,
      ...(await Effect.runPromise(Effect.provide(measure(size), services))),
      ...peers(path, size),
      ...(values.lance ? await lance(path, size) : [])
    ]
    results.push({ size, rows })
    if (kept === undefined) for (const end of ["", "-wal", "-shm", ".vectors"]) rmSync(path + end, { force: true })
  }
  const names = [...new Set(results.flatMap(({ rows }) => rows.map(([name]) => name)))]
  const cell = (rows: ReadonlyArray<Row>, name: string) => {
    const [, ms = Number.NaN, note = ""] = rows.find(([known]) => known === name) ?? []
    return Number.isNaN(ms) ? "–" : `${ms.toFixed(ms < 100 ? 1 : 0)}${note === "" ? "" : ` (${note})`}`
  }
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(results, undefined, 2)}\n`
      : [
          `Median milliseconds (${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Node ${process.versions.node}):`,
          "",
          `| | ${results.map(({ size }) => size).join(" | ")} |`,
          `| --- | ${results.map(() => "---:").join(" | ")} |`,
          ...names.map((name) => `| ${name} | ${results.map(({ rows }) => cell(rows, name)).join(" | ")} |`),
          ""
        ].join("\n")
  )
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}

function runSince() {
  const started = performance.now()
  return () => performance.now() - started
}
