/**
 * How long a caller waits for a hybrid search in a process that serves 100 000 references: one caller, four at once, and four
 * while 10 000 other references are being embedded by the same process.
 *
 *     node bench/serving.ts [--full] [--json]
 *
 * The references have texts of 15 words and clustered vectors under the fingerprint of the package's model, which embeds the
 * queries. `--full` measures three times as long.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Effect, Fiber, Layer } from "effect"
import { Embedder } from "../src/embedder/Embedder.ts"
import * as Transformers from "../src/embedder/Transformers.ts"
import { LibsqlClient } from "../src/libsql.ts"
import { Search } from "../src/search/Search.ts"
import * as Usearch from "../src/vectors/Usearch.ts"
import { EmbeddingRepository } from "../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import { fill, texter } from "./vectors/data.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const references = 100_000
const others = 10_000
const seconds = values.full === true ? 30 : 10
const folder = mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
const path = join(folder, "references.db")
const log = (text: string) => process.stderr.write(`${text}\n`)

const percentile = (numbers: ReadonlyArray<number>, p: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * p)] ?? 0

interface Measured {
  readonly name: string
  readonly queries: number
  readonly p50: number
  readonly p99: number
  readonly longestPause: number
}

/** Callers that search one query after the other until `while` ends. */
const measure = Effect.fnUntraced(function* (name: string, callers: number, until: Effect.Effect<unknown>) {
  const { search } = yield* Search
  const times: Array<number> = []
  let running = true
  const text = texter(callers)
  const caller = Effect.gen(function* () {
    while (running) {
      const started = performance.now()
      yield* search(`how is ${text(6)}`, { limit: 10 })
      times.push(performance.now() - started)
    }
  })
  let longestPause = 0
  let last = performance.now()
  const ticker = setInterval(() => {
    longestPause = Math.max(longestPause, performance.now() - last - 5)
    last = performance.now()
  }, 5)
  const all = yield* Effect.forkChild(
    Effect.all(
      Array.from({ length: callers }, () => caller),
      { concurrency: "unbounded" }
    )
  )
  yield* until
  running = false
  yield* Fiber.join(all)
  clearInterval(ticker)
  const measured: Measured = {
    name,
    queries: times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    longestPause
  }
  log(`${name}: ${measured.queries} queries, p50 ${measured.p50.toFixed(1)} ms, p99 ${measured.p99.toFixed(1)} ms`)
  return measured
})

const embedder = Transformers.layer({ warm: true })

const program = Effect.gen(function* () {
  const { search } = yield* Search
  for (let i = 0; i < 20; i++) yield* search("how are passwords stored")
  const one = yield* measure("1 caller", 1, Effect.sleep(`${seconds} seconds`))
  const four = yield* measure("4 callers", 4, Effect.sleep(`${seconds} seconds`))
  const text = texter(5)
  const store = yield* ReferenceRepository
  log("saving the others …")
  yield* store.saveMany(
    Array.from({ length: others }, (_, i) => ({
      uri: `other:${i}`,
      title: `Other ${i}`,
      description: text(15),
      entityType: "t",
      catalog: "other@1"
    }))
  )
  const embeddings = yield* EmbeddingRepository
  const busy = yield* measure(
    `4 callers, while ${others} references are embedded`,
    4,
    embeddings.updateAllEmbeddings({ filter: { catalog: "other@1" } }).pipe(Effect.orDie)
  )
  return [one, four, busy]
})

try {
  const { fingerprint } = await Effect.runPromise(
    Effect.map(Embedder, ({ model }) => model).pipe(Effect.provide(Transformers.layer({})))
  )
  log("filling …")
  await fill(path, references, { texts: true, model: fingerprint })
  const services = Layer.mergeAll(Search.layer, EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
    Layer.provide(Usearch.layerLibsql()),
    Layer.provide(Layer.merge(LibsqlClient.layer({ url: path, longReads: "thread" }), embedder))
  )
  const rows = await Effect.runPromise(Effect.provide(program, services))
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(rows, undefined, 2)}\n`
      : [
          `Hybrid search among ${references} references (${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}):`,
          "",
          "| | queries | p50, ms | p99, ms | longest pause of the event loop, ms |",
          "| --- | ---: | ---: | ---: | ---: |",
          ...rows.map(
            ({ longestPause, name, p50, p99, queries }) =>
              `| ${name} | ${queries} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${longestPause.toFixed(0)} |`
          ),
          ""
        ].join("\n")
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
