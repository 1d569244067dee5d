import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Metric, Schedule, Scope } from "effect"
import * as Metrics from "../../src/domain/Metrics.ts"
import type { ModelSpec } from "../../src/embedder/ModelSpec.ts"
import * as WorkerPool from "../../src/embedder/WorkerPool.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const url = new URL("./fixtures/fakeWorker.ts", import.meta.url)

const spec: ModelSpec = {
  id: "fake",
  folder: "nowhere",
  dtype: "q8",
  dimensions: 2,
  maxLength: 8,
  pooling: "mean",
  oneTextPerRun: true,
  queryPrefix: "",
  documentPrefix: "",
  files: {}
}

const pools = (options: Partial<WorkerPool.WorkerPoolOptions> = {}) =>
  WorkerPool.make({ url, spec, workers: 1, batchSize: 4, ...options })

/** A pool that gives vectors alone. */
const make = (options: Partial<WorkerPool.WorkerPoolOptions> = {}) =>
  Effect.map(pools(options), ({ run, warm }) => ({
    warm,
    run: (texts: ReadonlyArray<string>, urgent: boolean) =>
      Effect.map(run(texts, urgent), (embedded) => embedded.map(({ vector }) => vector))
  }))

const named = (id: string) => make({ spec: { ...spec, id } })

const threads = (vectors: ReadonlyArray<Float32Array>) => new Set(vectors.map((vector) => vector[1])).size

const repeat = (text: string, times: number) => Array.from({ length: times }, () => text)

describe("WorkerPool", () => {
  it.live("answers in the order of the texts, over several workers and many pieces", () =>
    Effect.gen(function* () {
      const pool = yield* make({ workers: 3, batchSize: 2 })
      const vectors = yield* pool.run(repeat("sleep 3", 60), false)
      assert.strictEqual(vectors.length, 60)
      assert.isAbove(threads(vectors), 1)
      for (const thread of new Set(vectors.map((vector) => vector[1]))) {
        const counts = vectors.filter((vector) => vector[1] === thread).map((vector) => vector[0] ?? 0)
        assert.deepStrictEqual(
          counts,
          counts.toSorted((a, b) => a - b)
        )
      }
    })
  )

  it.live("says how long each text is", () =>
    Effect.gen(function* () {
      const pool = yield* pools({ workers: 2, batchSize: 2 })
      const embedded = yield* pool.run(["a", "four", "sleep 1", "", "bb"], false)
      assert.deepStrictEqual(
        embedded.map(({ tokens }) => tokens),
        [1, 4, 7, 0, 2]
      )
    })
  )

  it.live("starts one worker for one text and no worker for none", () =>
    Effect.gen(function* () {
      const pool = yield* make({ workers: 4 })
      assert.deepStrictEqual(yield* pool.run([], false), [])
      const first = yield* pool.run(["a"], true)
      const second = yield* pool.run(["b"], true)
      assert.deepStrictEqual(second[0], Float32Array.of(2, first[0]?.[1] ?? 0))
    })
  )

  it.live("says how many texts wait, over every pool of the model", () =>
    Effect.gen(function* () {
      const queued = Effect.map(
        Metric.value(Metric.withAttributes(Metrics.queuedTexts, { model: "queued" })),
        ({ value }) => value
      )
      const pool = yield* named("queued")
      const other = yield* named("queued")
      const bulk = yield* Effect.forkChild(pool.run(repeat("sleep 200", 3), false), { startImmediately: true })
      const more = yield* Effect.forkChild(other.run(repeat("sleep 200", 2), false), { startImmediately: true })
      assert.strictEqual(yield* queued, 5)
      yield* Fiber.interrupt(more)
      assert.strictEqual(yield* queued, 3)
      yield* Fiber.join(bulk)
      assert.strictEqual(yield* queued, 0)
      yield* Effect.flip(pool.run(["fail", "never"], false))
      assert.strictEqual(yield* queued, 0)
    })
  )

  it.live("lets an urgent text overtake the bulk between two texts", () =>
    Effect.gen(function* () {
      const pool = yield* make({ batchSize: 50 })
      const gate = join(yield* temporaryFolder, "gate")
      yield* pool.run(["first"], true)
      const bulk = yield* Effect.forkChild(pool.run([`until ${gate}`, ...repeat("next", 49)], false))
      yield* Effect.repeat(
        Effect.sync(() => existsSync(`${gate}.waiting`)),
        { until: (isThere) => isThere, schedule: Schedule.spaced("5 millis") }
      )
      const overtaking = yield* Effect.forkChild(pool.run(["urgent"], true))
      yield* Effect.sleep("5 millis")
      writeFileSync(gate, "")
      const [urgent] = yield* Fiber.join(overtaking)
      // After the first text and the one that was being embedded.
      assert.strictEqual(urgent?.[0], 3)
      assert.strictEqual((yield* Fiber.join(bulk)).length, 50)
    })
  )

  it.live("fails the request of a text that cannot be embedded, and only that one", () =>
    Effect.gen(function* () {
      const pool = yield* make()
      const [bad, good] = yield* Effect.all(
        [Effect.flip(pool.run(["ok", "fail", "ok"], false)), pool.run(["ok", "ok"], false)],
        { concurrency: 2 }
      )
      assert.strictEqual(bad._tag, "EmbeddingError")
      assert.include(bad.message, '"fail"')
      assert.include(bad.message, "this text is bad")
      assert.strictEqual(good.length, 2)
    })
  )

  for (const [how, text] of [
    ["exits", "exit 3"],
    ["throws", "throw 1000"]
  ] as const) {
    it.live(`fails the texts of a worker that ${how}, and replaces it`, () =>
      Effect.gen(function* () {
        const pool = yield* make()
        const [before] = yield* pool.run(["a"], false)
        const error = yield* Effect.flip(pool.run([text], false))
        assert.strictEqual(error._tag, "EmbeddingError")
        assert.include(error.message, how === "exits" ? "code 3" : "thrown outside")
        const [after] = yield* pool.run(["a"], false)
        assert.strictEqual(after?.[0], 1)
        assert.notStrictEqual(after?.[1], before?.[1])
      })
    )
  }

  it.live("gives what waited behind a lost worker to its replacement", () =>
    Effect.gen(function* () {
      const pool = yield* make()
      const [lost, behind, waiting] = yield* Effect.all(
        [
          Effect.flip(pool.run(["exit 1"], false)),
          Effect.flip(pool.run(["b"], false)), // a worker gets its next piece while it has one, and loses it too
          pool.run(["c"], false)
        ],
        { concurrency: 3 }
      )
      assert.include(lost.message, "code 1")
      assert.include(behind.message, "code 1")
      assert.strictEqual(waiting[0]?.[0], 1)
    })
  )

  it.live("reports a model that is refused, at once and again", () =>
    Effect.gen(function* () {
      const pool = yield* named("refused")
      for (let i = 0; i < 2; i++) {
        const error = yield* Effect.flip(pool.run(["a"], false))
        assert.strictEqual(error._tag, "ModelLoadError")
        assert.include(error.message, "the weights are sour. Buy others.")
      }
    })
  )

  it.live("reports a worker that ends while it loads", () =>
    Effect.gen(function* () {
      const pool = yield* named("crash")
      const error = yield* Effect.flip(pool.run(["a"], true))
      assert.strictEqual(error._tag, "ModelLoadError")
      assert.include(error.message, "code 9")
    })
  )

  it.live("drops what an interrupted request has not embedded", () =>
    Effect.gen(function* () {
      const pool = yield* make({ batchSize: 100 })
      yield* pool.run(["a"], false)
      const bulk = yield* Effect.forkChild(pool.run(repeat("sleep 20", 1000), false))
      yield* Effect.sleep(100)
      yield* Fiber.interrupt(bulk)
      const [next] = yield* pool.run(["b"], false)
      assert.isBelow(next?.[0] ?? 1000, 1000)
    })
  )

  it.live("closes with its scope between two texts, and fails what was left", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const pool = yield* make({ workers: 2, batchSize: 100 }).pipe(Scope.provide(scope))
      yield* pool.run(["a"], false)
      const bulk = yield* Effect.forkChild(Effect.flip(pool.run(repeat("sleep 20", 1000), false)))
      yield* Effect.sleep(50)
      const start = performance.now()
      yield* Scope.close(scope, Exit.void)
      // All of them take 20 seconds.
      assert.isBelow(performance.now() - start, 15_000)
      assert.include((yield* Fiber.join(bulk)).message, "closed")
      assert.include((yield* Effect.flip(pool.run(["b"], false))).message, "closed")
    })
  )

  it.live("closes while the model loads", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const pool = yield* named("slow").pipe(Scope.provide(scope))
      yield* pool.warm
      yield* Scope.close(scope, Exit.void)
      assert.include((yield* Effect.flip(pool.run(["b"], false))).message, "closed")
    })
  )

  it.live("keeps no worker for nothing: warm starts one, and it is used", () =>
    Effect.gen(function* () {
      const pool = yield* make({ workers: 2 })
      yield* pool.warm
      yield* pool.warm
      assert.strictEqual(threads(yield* pool.run(["a", "b", "c"], false)), 1)
    })
  )

  it.live("takes thousands of urgent texts at once", () =>
    Effect.gen(function* () {
      const pool = yield* make({ workers: 2 })
      const all = yield* Effect.forEach(repeat("x", 5000), (text) => pool.run([text], true), {
        concurrency: "unbounded"
      })
      assert.strictEqual(all.length, 5000)
    })
  )
})
