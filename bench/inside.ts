/**
 * What a store of many others costs a small catalog: nDCG@10 of collections in BEIR's layout by themselves, inside a big store,
 * and there under a filter by their catalog, in each mode.
 *
 *     node bench/inside.ts [DIRECTORY …] [--others 100000] [--queries 40] [--store FILE] [--modes keyword,semantic,hybrid]
 *         [--every-entry]
 *
 * Without a directory: our own sample, and the development collections where ../shared is. The others are made of the words of
 * these collections, each as often as it is there; their vectors are means of those of two such texts. `--store` keeps the big
 * store for the next run. `--every-entry` scores every text that has a word of the query, to see what is lost by reading less.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Embedder } from "../src/embedder/Embedder.ts"
import * as Transformers from "../src/embedder/Transformers.ts"
import { LibsqlClient } from "../src/libsql.ts"
import * as Beir from "../src/search/Beir.ts"
import * as Measures from "../src/search/Measures.ts"
import { Search } from "../src/search/Search.ts"
import { SearchMode } from "../src/search/SearchOptions.ts"
import { EmbeddingRepository } from "../src/storage/EmbeddingRepository.ts"
import { KeywordLimits } from "../src/storage/legs/KeywordLimits.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import * as Usearch from "../src/vectors/Usearch.ts"
import { directoriesOf } from "./collections.ts"
import { type Block, dimensions, fill, random } from "./vectors/data.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    others: { type: "string", default: "100000" },
    queries: { type: "string", default: "40" },
    modes: { type: "string", default: SearchMode.literals.join(",") },
    store: { type: "string" },
    "every-entry": { type: "boolean" }
  }
})
const others = Number(values.others)
const modes = Schema.decodeUnknownSync(Schema.Array(SearchMode))(values.modes.split(","))
const directories = directoriesOf(positionals)

/** So many different texts of others are embedded. */
const embedded = 2000

const next = random(11)
const one = <A>(all: ReadonlyArray<A>): A => all[Math.floor(((next() + 1) / 2) * all.length)] ?? all[0]!

/** Texts of 10 to 20 words of the collections. */
const texterOf = Effect.fnUntraced(function* (collections: ReadonlyArray<Beir.Collection>) {
  const documents = yield* Effect.forEach(collections, (collection) => Stream.runCollect(collection.documents))
  const words = documents.flat().flatMap(({ text, title }) => `${title} ${text}`.match(/\p{L}+/gu) ?? [])
  return () => Array.from({ length: 10 + Math.floor((next() + 1) * 5) }, () => one(words)).join(" ")
})

/** Vectors between two of some. */
function* between(some: ReadonlyArray<Float32Array>): Iterable<Block> {
  for (let from = 0; from < others; from += 1000) {
    const size = Math.min(1000, others - from)
    const vectors = new Float32Array(size * dimensions)
    for (let i = 0; i < size; i++) {
      const [a, b] = [one(some), one(some)]
      const mean = a.map((value, j) => value + (b[j] ?? 0))
      const length = Math.hypot(...mean)
      vectors.set(
        mean.map((value) => value / length),
        i * dimensions
      )
    }
    yield { from, size, vectors }
  }
}

const make = Effect.fnUntraced(function* (path: string, collections: ReadonlyArray<Beir.Collection>) {
  const { embedMany, model } = yield* Embedder
  const text = yield* texterOf(collections)
  const some = yield* embedMany(
    Array.from({ length: embedded }, () => text()),
    "document"
  )
  const vectors = some.map((vector) => vector ?? new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions)))
  yield* Effect.promise(() => fill(path, others, { texts: text, model: model.fingerprint, blocks: between(vectors) }))
})

const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

/** Saves a collection, and asks its queries. */
const ask = Effect.fnUntraced(function* (collection: Beir.Collection, filters: ReadonlyArray<string | undefined>) {
  const references = yield* ReferenceRepository
  const { updateAllEmbeddings } = yield* EmbeddingRepository
  const { search } = yield* Search
  const sql = yield* SqlClient.SqlClient
  const catalog = collection.name
  const documents = yield* Stream.runCollect(collection.documents)
  yield* references.saveMany(
    documents.map(({ id, text, title }) => ({
      uri: `inside:${id}`,
      entityType: "document",
      catalog,
      title: title === "" ? text : title,
      ...(title === "" || text === "" ? {} : { description: text })
    }))
  )
  yield* references.learnBoilerplate(catalog)
  yield* updateAllEmbeddings({ filter: { catalog } })
  const step = Math.max(1, Math.floor(collection.queries.length / Number(values.queries)))
  const queries = collection.queries.filter((_, i) => i % step === 0).slice(0, Number(values.queries))
  const found = yield* Effect.forEach(modes, (mode) =>
    Effect.forEach(filters, (filter) =>
      Effect.gen(function* () {
        const times: Array<number> = []
        const all = yield* Effect.forEach(queries, ({ id, judgements, text }) =>
          Effect.gen(function* () {
            const started = performance.now()
            const { hits } = yield* search(text, {
              mode,
              limit: 11,
              degrade: false,
              ...(filter === undefined ? {} : { filter: { catalog: filter } })
            })
            times.push(performance.now() - started)
            const ids = hits
              .map(({ reference }) => reference.uri.slice("inside:".length))
              .filter((found) => found !== id)
            return Measures.measure(ids.slice(0, 10), judgements)["ndcg@10"]
          })
        )
        return { mode, ndcg: all.reduce((sum, n) => sum + n, 0) / all.length, ms: median(times) }
      })
    )
  )
  yield* sql`DELETE FROM crosswalk_reference WHERE catalog = ${catalog}`
  yield* sql`DELETE FROM crosswalk_catalog WHERE id = ${catalog}`
  return found
})

const limits = { entries: 1e12, single: 1e12, paired: 1e12, compared: 1000 }

const servicesOf = (url: string) =>
  Layer.mergeAll(Search.layer, ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
    Layer.provide(values["every-entry"] === true ? Layer.succeed(KeywordLimits, limits) : Layer.empty),
    Layer.provideMerge(Usearch.layer({ exactUpTo: 10_000_000 })),
    Layer.provideMerge(LibsqlClient.layer({ url, longReads: url === ":memory:" ? "inline" : "thread" }))
  )

const program = Effect.gen(function* () {
  const collections = yield* Effect.forEach(directories, (directory) => Beir.open(directory))
  const alone = yield* Effect.forEach(collections, (collection) =>
    Effect.provide(ask(collection, [undefined]), Layer.fresh(servicesOf(":memory:")))
  )
  const folder = mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
  const path = values.store ?? join(folder, "big.db")
  const inside = yield* Effect.gen(function* () {
    if (!existsSync(path)) yield* make(path, collections)
    return yield* Effect.provide(
      Effect.forEach(collections, (collection) => ask(collection, [undefined, collection.name])),
      servicesOf(path)
    )
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
  yield* Console.log(`nDCG@10 (median ms), up to ${values.queries} queries each, among ${others} others\n`)
  yield* Console.log(
    "| collection | mode | alone | its catalog, among others | all, among others |\n|---|---|---|---|---|"
  )
  for (const [i, { name }] of collections.entries()) {
    for (const [j, mode] of modes.entries()) {
      const cells = [alone[i]?.[j]?.[0], inside[i]?.[j]?.[1], inside[i]?.[j]?.[0]].map((cell) =>
        cell === undefined ? "–" : `${cell.ndcg.toFixed(3)} (${cell.ms.toFixed(1)})`
      )
      yield* Console.log(`| ${name} | ${mode} | ${cells.join(" | ")} |`)
    }
  }
})

NodeRuntime.runMain(program.pipe(Effect.provide(Layer.merge(Transformers.layer(), NodeServices.layer))))
