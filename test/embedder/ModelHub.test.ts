import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Fiber, Layer } from "effect"
import { appendFile, mkdir, readdir, utimes } from "node:fs/promises"
import { join } from "node:path"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as Transformers from "../../src/embedder/Transformers.ts"
import { type Behaviour, hub } from "./fixtures/hub.ts"
import { temporary } from "./fixtures/modelFolder.ts"

const build = (options: Transformers.TransformersOptions) =>
  Effect.map(Layer.build(Layer.fresh(Transformers.layer({ model: "test/model", workers: 1, ...options }))), (context) =>
    Context.get(context, Embedder)
  )

/** All that is in a folder, files only. */
const filesIn = (folder: string) =>
  Effect.promise(async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  })

const setUp = Effect.fnUntraced(function* (behaviour: Behaviour) {
  const { requests, url } = yield* hub(behaviour)
  const cacheDirectory = yield* temporary
  return { requests, cacheDirectory, options: { hub: url, cacheDirectory, offline: false } }
})

describe("ModelHub", () => {
  for (const behaviour of ["good", "redirect"] as const) {
    it.live(`downloads a model once, with progress, and finds it in the cache then (${behaviour})`, () =>
      Effect.gen(function* () {
        const { options, requests } = yield* setUp(behaviour)
        const seen: Array<Transformers.DownloadProgress> = []
        const onProgress = (progress: Transformers.DownloadProgress) => Effect.sync(() => void seen.push(progress))
        const first = yield* build({ ...options, onProgress })
        const bundled = yield* build({ model: Transformers.defaultModel })
        assert.deepStrictEqual(yield* first.embed("salt"), yield* bundled.embed("salt"))
        assert.strictEqual(first.model.id, "test/model")
        assert.strictEqual(first.model.fingerprint, bundled.model.fingerprint)
        const last = seen.filter(({ file }) => file === "onnx/model_quantized.onnx").at(-1)
        assert.strictEqual(last?.loaded, 22_977_383)
        assert.strictEqual(last?.total, 22_977_383)

        const asked = requests.length
        const again = yield* build({ ...options, offline: true })
        assert.strictEqual(again.model.fingerprint, first.model.fingerprint)
        yield* build(options)
        assert.strictEqual(requests.length, asked)
      })
    )
  }

  it.live("checks a cached model whenever it is loaded", () =>
    Effect.gen(function* () {
      const { cacheDirectory, options } = yield* setUp("good")
      yield* build(options)
      const files = yield* filesIn(cacheDirectory)
      const weights = files.find((file) => file.endsWith(".onnx")) ?? ""
      yield* Effect.promise(() => appendFile(weights, "x"))
      const error = yield* Effect.flip(build(options))
      assert.include(error.problem, weights)
    })
  )

  for (const [behaviour, what] of [
    ["silent", "stayed silent"],
    ["stall", "stayed silent"],
    ["break", "failed"],
    ["short", "neither its length nor a checksum"],
    ["corrupt", "checksum"],
    ["error", "503"]
  ] as const) {
    it.live(`leaves nothing in the cache of a download that ends badly (${behaviour})`, () =>
      Effect.gen(function* () {
        const { cacheDirectory, options } = yield* setUp(behaviour)
        const patience = what === "stayed silent" ? "300 millis" : "60 seconds"
        const error = yield* Effect.flip(build({ ...options, patience }))
        assert.strictEqual(error._tag, "ModelLoadError")
        assert.include(error.problem, what)
        assert.include(error.problem, cacheDirectory)
        assert.isDefined(error.remedy)
        assert.deepStrictEqual(yield* filesIn(cacheDirectory), [])
      })
    )
  }

  it.live("gives up on a silent hub after 5 seconds", () =>
    Effect.gen(function* () {
      const { options } = yield* setUp("silent")
      const start = performance.now()
      yield* Effect.flip(build(options))
      const seconds = (performance.now() - start) / 1000
      assert.isAtLeast(seconds, 4.9)
    })
  )

  it.live("leaves nothing in the cache of a download that is interrupted", () =>
    Effect.gen(function* () {
      const { cacheDirectory, options } = yield* setUp("stall")
      const fiber = yield* Effect.forkChild(Effect.exit(build(options)))
      yield* Effect.sleep(300)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* filesIn(cacheDirectory), [])
    })
  )

  it.live("says that the hub has no such model", () =>
    Effect.gen(function* () {
      const { options } = yield* setUp("good")
      const error = yield* Effect.flip(build({ ...options, model: "nobody/nothing" }))
      assert.include(error.message, "nobody/nothing")
      assert.include(error.message, "404")
    })
  )

  it.live("says that the hub cannot be reached", () =>
    Effect.gen(function* () {
      const { cacheDirectory } = yield* setUp("good")
      const error = yield* Effect.flip(build({ hub: "http://127.0.0.1:1", cacheDirectory, offline: false }))
      assert.include(error.message, "127.0.0.1:1")
    })
  )

  it.live("removes what a process that was killed left behind a day ago", () =>
    Effect.gen(function* () {
      const { cacheDirectory, options } = yield* setUp("error")
      const left = join(cacheDirectory, "test", "model", ".download-left")
      const fresh = join(cacheDirectory, "test", "model", ".download-fresh")
      yield* Effect.promise(async () => {
        await mkdir(left, { recursive: true })
        await mkdir(fresh)
        await utimes(left, 0, 0)
      })
      yield* Effect.flip(build(options))
      const names = yield* Effect.promise(() => readdir(join(cacheDirectory, "test", "model")))
      assert.deepStrictEqual(names, [".download-fresh"])
    })
  )

  it.live("refuses a hub that is no address", () =>
    Effect.gen(function* () {
      const { cacheDirectory } = yield* setUp("good")
      const error = yield* Effect.flip(build({ hub: "not a url", cacheDirectory, offline: false }))
      assert.strictEqual(error._tag, "ModelLoadError")
    })
  )

  it.live("asks nothing when it is offline", () =>
    Effect.gen(function* () {
      const { options, requests } = yield* setUp("good")
      const error = yield* Effect.flip(build({ ...options, offline: true }))
      assert.include(error.message, "network is not used")
      assert.deepStrictEqual(requests, [])
    })
  )

  for (const [value, offline] of [
    ["1", true],
    ["true", true],
    ["0", false]
  ] as const) {
    it.live(`${offline ? "asks nothing" : "asks"} with CROSSWALK_OFFLINE=${value}`, () =>
      Effect.gen(function* () {
        const { options, requests } = yield* setUp("error")
        yield* Effect.flip(build({ hub: options.hub, cacheDirectory: options.cacheDirectory }))
        assert.strictEqual(requests.length === 0, offline)
      }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: { CROSSWALK_OFFLINE: value } }))))
    )
  }

  it.live("lets two that download the same model at once both have it", () =>
    Effect.gen(function* () {
      const { options } = yield* setUp("good")
      const [a, b] = yield* Effect.all([build(options), build(options)], { concurrency: 2 })
      assert.strictEqual(a.model.fingerprint, b.model.fingerprint)
    })
  )
})
