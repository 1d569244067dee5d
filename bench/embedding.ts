/**
 * How fast texts become vectors: Crosswalk against transformers.js's own pipeline (batches of 32 in input order) and against
 * bare onnxruntime-node (pre-tokenised, two workers of one thread), all on the same weights; and how long a query waits
 * beside a bulk job. The rounds alternate, so that what else the machine does meets all alike; figures are medians.
 *
 *     node bench/embedding.ts [--full] [--json]
 *
 * The texts are those of ASVS 5.0.0 where ../shared/asvs has it, else the titles and descriptions in examples/.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import { AutoTokenizer, env, pipeline } from "@huggingface/transformers"
import { Context, Effect, Fiber, Layer } from "effect"
import { Embedder } from "../src/embedder/Embedder.ts"
import * as Transformers from "../src/embedder/Transformers.ts"
import type { BareInput } from "./peers/onnxruntime.ts"

const root = join(import.meta.dirname, "..")
const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const rounds = values.full === true ? 15 : 5
const workers = 2
const queries = 50
const folder = join(root, "models", "Xenova", "all-MiniLM-L6-v2")

/** The texts of every object with one of these fields, however deep it lies. */
const textsOf = (value: unknown): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  const field = (name: string): unknown => Reflect.get(value, name)
  const title = field("section_name") ?? field("title")
  const description = field("req_description") ?? field("description")
  if (typeof title === "string" && typeof description === "string") return [`${title}\n\n${description}`]
  return Object.values(value).flatMap(textsOf)
}

const readTexts = (): { readonly source: string; readonly texts: ReadonlyArray<string> } => {
  const asvs = join(root, "..", "shared", "asvs", "asvs-5.0.0.flat.json")
  if (existsSync(asvs)) return { source: "ASVS 5.0.0", texts: textsOf(JSON.parse(readFileSync(asvs, "utf8"))) }
  const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".json"))
  return {
    source: "examples",
    texts: examples.flatMap((name) => textsOf(JSON.parse(readFileSync(join(root, "examples", name), "utf8"))))
  }
}

const median = (numbers: ReadonlyArray<number>) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const percentile = (numbers: ReadonlyArray<number>, p: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * p)] ?? 0

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now()
    yield* effect
    return (performance.now() - start) / 1000
  })

/** transformers.js as its documentation shows it. */
const makePipeline = Effect.promise(async () => {
  env.allowRemoteModels = false
  const extract = await pipeline("feature-extraction", folder, { dtype: "q8" })
  return (texts: ReadonlyArray<string>) =>
    Effect.promise(async () => {
      for (let i = 0; i < texts.length; i += 32) {
        await extract(texts.slice(i, i + 32), { pooling: "mean", normalize: true })
      }
    })
})

const makeBare = (texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const tokenizer = yield* Effect.promise(() => AutoTokenizer.from_pretrained(folder))
    const tokens: ReadonlyArray<ReadonlyArray<number>> = texts.map(
      (text) => tokenizer(text, { truncation: true, max_length: 256, return_tensor: false }).input_ids
    )
    const next = new SharedArrayBuffer(4)
    const input: BareInput = { weights: join(folder, "onnx", "model_quantized.onnx"), tokens, next }
    const threads = yield* Effect.acquireRelease(
      Effect.sync(() =>
        Array.from(
          { length: workers },
          () => new Worker(new URL("./peers/onnxruntime.ts", import.meta.url), { workerData: input })
        )
      ),
      (threads) => Effect.sync(() => threads.forEach((thread) => thread.postMessage("close")))
    )
    const allDone = () =>
      Promise.all(threads.map((thread) => new Promise((resolve) => thread.once("message", resolve))))
    yield* Effect.promise(allDone)
    return Effect.promise(() => {
      Atomics.store(new Int32Array(next), 0, 0)
      const done = allDone()
      for (const thread of threads) thread.postMessage("round")
      return done
    })
  })

const program = Effect.gen(function* () {
  const { source, texts } = readTexts()
  const context = yield* Layer.build(Transformers.layer({ workers }))
  const embedder = Context.get(context, Embedder)
  const runPipeline = yield* makePipeline
  const runBare = yield* makeBare(texts)

  const subjects = [
    { name: "crosswalk", run: Effect.asVoid(embedder.embedMany(texts)) },
    { name: "onnxruntime", run: Effect.asVoid(runBare) },
    { name: "pipeline", run: runPipeline(texts) }
  ] as const
  const rates = { crosswalk: new Array<number>(), onnxruntime: new Array<number>(), pipeline: new Array<number>() }
  yield* embedder.embedMany(texts)
  yield* runBare
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of subjects) rates[name].push(texts.length / (yield* timed(run)))
  }

  const bulk = yield* Effect.forkChild(Effect.forever(embedder.embedMany(texts)))
  const waits: Array<number> = []
  for (let i = 0; i < queries; i++) {
    yield* Effect.sleep(20)
    waits.push(1000 * (yield* timed(embedder.embed(`how are passwords hashed, question ${i}`, "query"))))
  }
  yield* Fiber.interrupt(bulk)

  const [cpu] = cpus()
  return {
    machine: `${cpus().length} × ${cpu?.model ?? "unknown"}, Node ${process.version}`,
    texts: texts.length,
    source,
    rounds,
    textsPerSecond: {
      crosswalk: median(rates.crosswalk),
      onnxruntime: median(rates.onnxruntime),
      pipeline: median(rates.pipeline)
    },
    // Of neighbours in time, so that a busy moment of the machine is in both.
    timesPipeline: median(rates.crosswalk.map((rate, i) => rate / (rates.pipeline[i] ?? rate))),
    shareOfOnnxruntime: median(rates.crosswalk.map((rate, i) => rate / (rates.onnxruntime[i] ?? rate))),
    queryBesideBulkMs: { median: median(waits), p95: percentile(waits, 0.95) }
  }
}).pipe(Effect.scoped)

const result = await Effect.runPromise(program)
const { queryBesideBulkMs: wait, textsPerSecond: rate } = result
process.stdout.write(`
Embedding ${result.texts} texts (${result.source}), medians of ${result.rounds} rounds
${result.machine}

  crosswalk, ${workers} workers        ${rate.crosswalk.toFixed(0).padStart(5)} texts/s
  onnxruntime, ${workers} workers      ${rate.onnxruntime.toFixed(0).padStart(5)} texts/s   crosswalk has ${(
    100 * result.shareOfOnnxruntime
  ).toFixed(0)} % of it (target: 90 %)
  transformers.js pipeline   ${rate.pipeline.toFixed(0).padStart(5)} texts/s   crosswalk is ${result.timesPipeline.toFixed(
    1
  )} times as fast (target: 3.5)
  a query beside bulk work   ${wait.median.toFixed(1).padStart(5)} ms        95 %: ${wait.p95.toFixed(1)} ms (target: 10 ms)
`)
if (values.json === true) process.stdout.write(`${JSON.stringify(result)}\n`)
