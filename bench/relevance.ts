/**
 * How many hits a search with `onlyRelevant` keeps, and how many of them are right: by how far a hit may fall behind the best,
 * collection by collection, and what would be chosen without each of them.
 *
 *     node bench/relevance.ts [DIRECTORY …] [--mode hybrid]      collections in BEIR's layout
 *     node bench/relevance.ts --db FILE                          everyday questions of a database of yours
 *
 * Without a directory: our own sample, and the development collections where ../shared is.
 */
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Schema } from "effect"
import * as Beir from "../src/search/Beir.ts"
import * as Evaluation from "../src/search/Evaluation.ts"
import * as Relevance from "../src/search/Relevance.ts"
import { Search } from "../src/search/Search.ts"
import { SearchMode } from "../src/search/SearchOptions.ts"
import * as Store from "../src/Store.ts"
import { directoriesOf } from "./collections.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { mode: { type: "string", default: "hybrid" }, db: { type: "string" } }
})
const mode = Schema.decodeUnknownSync(SearchMode)(values.mode)
const directories = directoriesOf(positionals)

/** What somebody with three catalogues asks on a working day. */
const everyday = [
  "how should passwords be stored",
  "when does a session have to end",
  "do we need multi-factor authentication for administrators",
  "what has to be in our logs",
  "how long are logs kept",
  "encrypt backups",
  "prevent SQL injection",
  "who may read customer data",
  "files that users upload",
  "what to do when a laptop is stolen",
  "third-party libraries with known vulnerabilities",
  "tell people about a breach"
]

/** So many hits are looked at. */
const looked = 50

/** How far behind the best: the last is what a search without it keeps. */
const falls = [1, 1.5, 2, 2.5, 3, 4, Number.POSITIVE_INFINITY]

interface Measured {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Recall counts as twice as important. */
  readonly f2: number
  readonly kept: number
}

const mean = (numbers: ReadonlyArray<number>) => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length)

const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

const harmonic = (precision: number, recall: number, beta: number) =>
  precision + recall === 0 ? 0 : ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall)

const relevances = Effect.fnUntraced(function* (query: string) {
  const { search } = yield* Search
  const { hits } = yield* search(query, { mode, limit: looked })
  return hits.map(({ reference, relevance }) => ({ uri: reference.uri, relevance }))
})

type Found = Effect.Success<ReturnType<typeof relevances>>

const kept = (found: Found, fall: number) => {
  const least = Relevance.leastOf(
    found.map(({ relevance }) => relevance),
    fall
  )
  return found.filter(({ relevance }) => relevance >= least)
}

const measureOne = (found: Found, judgements: ReadonlyMap<string, number>, fall: number): Measured => {
  const answers = new Set([...judgements].flatMap(([id, grade]) => (grade > 0 ? [`evaluation:${id}`] : [])))
  const those = kept(found, fall)
  const right = those.filter(({ uri }) => answers.has(uri)).length
  const precision = those.length === 0 ? 0 : right / those.length
  const recall = right / answers.size
  return {
    precision,
    recall,
    f1: harmonic(precision, recall, 1),
    f2: harmonic(precision, recall, 2),
    kept: those.length
  }
}

const measure = Effect.fnUntraced(
  function* (directory: string) {
    yield* Evaluation.run(directory, { modes: [mode] })
    const { name, queries } = yield* Beir.open(directory)
    const found = yield* Effect.forEach(queries, ({ text }) => relevances(text))
    const rows = falls.map((fall) => {
      const all = queries.map(({ judgements }, i) => measureOne(found[i] ?? [], judgements, fall))
      const of = (key: keyof Measured) => mean(all.map((one) => one[key]))
      return {
        fall,
        precision: of("precision"),
        recall: of("recall"),
        f1: of("f1"),
        f2: of("f2"),
        kept: of("kept"),
        median: median(all.map((one) => one.kept))
      }
    })
    return { name, rows }
  },
  (effect) => Effect.provide(effect, Layer.fresh(Layer.merge(Store.layerLibsql(), NodeServices.layer)))
)

const sets = Effect.gen(function* () {
  const results = yield* Effect.forEach(directories, measure)
  for (const { name, rows } of results) {
    yield* Console.log(`\n${name}, ${mode}\n`)
    yield* Console.log(
      "| behind the best | precision | recall | F1 | F2 | kept, mean | median |\n|---|---|---|---|---|---|---|"
    )
    for (const { f1, f2, fall, kept, median, precision, recall } of rows) {
      const cells = [precision, recall, f1, f2].map((share) => share.toFixed(3)).join(" | ")
      yield* Console.log(`| ${fall} | ${cells} | ${kept.toFixed(1)} | ${median} |`)
    }
  }
  const meanF2 = (of: typeof results, i: number) => mean(of.map(({ rows }) => rows[i]?.f2 ?? 0))
  const chosenOf = (of: typeof results) =>
    falls[falls.map((_, i) => meanF2(of, i)).reduce((best, f2, i, all) => (f2 > (all[best] ?? 0) ? i : best), 0)]
  yield* Console.log(`\nBest mean F2 of all: ${chosenOf(results)}. Without one of them:`)
  for (const { name } of results) {
    yield* Console.log(`- ${name}: ${chosenOf(results.filter((one) => one.name !== name))}`)
  }
})

const questions = (url: string) =>
  Effect.gen(function* () {
    yield* Console.log(`| behind the best | ${falls.join(" | ")} |\n|---|${falls.map(() => "---|").join("")}`)
    for (const question of everyday) {
      const found = yield* relevances(question)
      const numbers = falls.map((fall) => kept(found, fall).length)
      yield* Console.log(`| ${question} | ${numbers.join(" | ")} |`)
    }
  }).pipe(Effect.provide(Store.layerLibsql({ url })))

NodeRuntime.runMain(values.db === undefined ? sets : questions(`file:${values.db}`))
