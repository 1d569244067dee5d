/**
 * How good the search is: every collection in BEIR's layout that is there, by words, by meaning and hybrid, with the ways
 * to join the two beside each other, and how often a search says that there is nothing relevant.
 *
 *     node bench/quality.ts [DIRECTORY …] [--json]
 *
 * Without a directory: our own sample, and ASVS 4.0.3 → 5.0.0 where ../shared is.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Schema } from "effect"
import * as Beir from "../src/search/Beir.ts"
import * as Evaluation from "../src/search/Evaluation.ts"
import type { Measure } from "../src/search/Measures.ts"
import { Search } from "../src/search/Search.ts"
import * as Store from "../src/Store.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, full: { type: "boolean" } }
})
const root = join(import.meta.dirname, "..")
const fixtures = join(root, "test", "fixtures", "golden-search")
const directories =
  positionals.length > 0
    ? positionals
    : [join(fixtures, "sample"), join(root, "..", "shared", "eval", "asvs-4-to-5")].filter((path) => existsSync(path))

const offTopic = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ queries: Schema.Array(Schema.String) }))
)(readFileSync(join(fixtures, "off-topic.json"), "utf8")).queries

const shown = [
  "ndcg@10",
  "mrr@10",
  "recall@10",
  "recall@100",
  "hit@1",
  "hit@20"
] as const satisfies ReadonlyArray<Measure>

/** The ways of joining, by name; the first is what a search does unless told. */
const ways = {
  hybrid: {},
  "hybrid, weight 0.5": { semanticWeight: 0.5 },
  "hybrid, weight 0.9": { semanticWeight: 0.9 },
  "hybrid, by ranks": { fusion: "rrf" }
} as const

const empty = Effect.fnUntraced(function* (queries: ReadonlyArray<string>) {
  const { search } = yield* Search
  const found = yield* Effect.forEach(queries, (query) => search(query, { onlyRelevant: true, limit: 1 }))
  return found.filter(({ hits }) => hits.length === 0).length / queries.length
})

const measure = Effect.fnUntraced(
  function* (directory: string) {
    const legs = yield* Evaluation.run(directory, { modes: ["keyword", "semantic"] })
    const joined = yield* Effect.forEach(Object.entries(ways), ([name, search]) =>
      Effect.map(
        Evaluation.run(directory, { modes: ["hybrid"], search }),
        ({ modes }) => [name, modes.get("hybrid")] as const
      )
    )
    const { queries } = yield* Beir.open(directory)
    return {
      collection: legs.collection,
      queries: legs.queries,
      documents: legs.documents,
      rows: [...legs.modes, ...joined].flatMap(([name, result]) =>
        result === undefined ? [] : [{ name, means: result.means, interval: result.intervals["ndcg@10"] }]
      ),
      emptyOffTopic: yield* empty(offTopic),
      emptyAnswerable: yield* empty(queries.map(({ text }) => text))
    }
  },
  (effect) => Effect.provide(effect, Layer.fresh(Layer.merge(Store.layerLibsql(), NodeServices.layer)))
)

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

const program = Effect.gen(function* () {
  const results = yield* Effect.forEach(directories, measure)
  if (values.json === true) return yield* Console.log(JSON.stringify(results, null, 2))
  for (const { collection, documents, emptyAnswerable, emptyOffTopic, queries, rows } of results) {
    yield* Console.log(`\n${collection}: ${queries} queries, ${documents} documents\n`)
    yield* Console.log(`| | ${shown.join(" | ")} | 95 % of nDCG |\n|---|${shown.map(() => "---|").join("")}---|`)
    for (const { interval, means, name } of rows) {
      const cells = shown.map((key) => means[key].toFixed(3)).join(" | ")
      yield* Console.log(`| ${name} | ${cells} | ${interval.map((end) => end.toFixed(3)).join("–")} |`)
    }
    yield* Console.log(
      `\nNothing relevant: ${percent(emptyOffTopic)} of ${offTopic.length} questions on other subjects, ` +
        `${percent(emptyAnswerable)} of the queries that have an answer.`
    )
  }
})

NodeRuntime.runMain(program)
