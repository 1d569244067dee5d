import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { appendFile, mkdir, open, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { unusable } from "../../src/embedder/ModelFolder.ts"
import * as Transformers from "../../src/embedder/Transformers.ts"
import { bundled, copied, temporary } from "./fixtures/modelFolder.ts"

const build = (options: Transformers.TransformersOptions) =>
  Effect.map(Layer.build(Layer.fresh(Transformers.layer({ workers: 1, offline: true, ...options }))), (context) =>
    Context.get(context, Embedder)
  )

const refusal = (options: Transformers.TransformersOptions) => Effect.flip(build(options))

const weights = "onnx/model_quantized.onnx"

/** Changes one byte in the middle of a file. */
const flip = (path: string) =>
  Effect.promise(async () => {
    const file = await open(path, "r+")
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.floor(size / 2))
    await file.write(Buffer.of((buffer[0] ?? 0) ^ 0xff), 0, 1, Math.floor(size / 2))
    await file.close()
  })

describe("ModelLocator", () => {
  it.live("finds the model of the package without a network or a folder", () =>
    Effect.gen(function* () {
      const { model } = yield* build({})
      assert.strictEqual(model.id, "Xenova/all-MiniLM-L6-v2")
    })
  )

  it.live("finds the same model in an explicit folder, directly or by its name, with the same fingerprint", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      const inside = yield* temporary
      yield* Effect.promise(() => mkdir(join(inside, "mine")))
      yield* Effect.promise(() => rename(folder, join(inside, "mine", "model")))
      const { model } = yield* build({})
      assert.deepStrictEqual((yield* build({ folder: join(inside, "mine", "model") })).model, model)
      assert.deepStrictEqual((yield* build({ folder: inside, model: "mine/model" })).model, model)
    })
  )

  it.live("describes a folder without a manifest from its files, and embeds the same", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      yield* Effect.promise(() => rm(join(folder, "manifest.json")))
      const described = yield* build({ folder })
      const shipped = yield* build({})
      assert.strictEqual(described.model.fingerprint, shipped.model.fingerprint)
      assert.strictEqual(described.model.maxLength, 256)
      assert.deepStrictEqual(yield* described.embed("salt"), yield* shipped.embed("salt"))
    })
  )

  for (const name of [weights, "config.json", "tokenizer.json", "tokenizer_config.json"]) {
    it.live(`names a missing ${name}, where it is and what to do`, () =>
      Effect.gen(function* () {
        const folder = yield* copied
        yield* Effect.promise(() => rm(join(folder, name)))
        const error = yield* refusal({ folder })
        assert.strictEqual(error._tag, "ModelLoadError")
        assert.include(error.problem, join(folder, name))
        assert.include(error.problem, "missing")
        assert.isDefined(error.remedy)
      })
    )

    it.live(`names a ${name} that is missing where there is no manifest either`, () =>
      Effect.gen(function* () {
        const folder = yield* copied
        yield* Effect.promise(() => rm(join(folder, "manifest.json")))
        yield* Effect.promise(() => rm(join(folder, name)))
        const error = yield* refusal({ folder })
        assert.include(error.problem, folder)
      })
    )

    it.live(`names a ${name} of another size`, () =>
      Effect.gen(function* () {
        const folder = yield* copied
        yield* Effect.promise(() => appendFile(join(folder, name), " "))
        assert.match((yield* refusal({ folder })).problem, /has \d+ bytes instead of \d+/u)
      })
    )

    it.live(`names a ${name} with flipped bytes at the first text, and again at the second`, () =>
      Effect.gen(function* () {
        const folder = yield* copied
        yield* flip(join(folder, name))
        const embedder = yield* build({ folder })
        for (const error of [yield* Effect.flip(embedder.embed("a")), yield* Effect.flip(embedder.embedMany(["a"]))]) {
          assert.strictEqual(error._tag, "ModelLoadError")
          assert.include(error.message, join(folder, name))
          assert.include(error.message, "SHA-256")
        }
      })
    )
  }

  it.live("inspects a model: where it is and that its files are right", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      const report = yield* Transformers.inspect({ folder })
      assert.strictEqual(report.folder, folder)
      assert.strictEqual(report.dtype, "q8")
      assert.strictEqual(report.bytes, 22_977_383 + 466_132 + 612 + 112 + 325)
      assert.deepStrictEqual(report.model, (yield* build({ folder })).model)
      yield* flip(join(folder, weights))
      const error = yield* Effect.flip(Transformers.inspect({ folder }))
      assert.include(error.message, join(folder, weights))
    })
  )

  it.live("never asks to remove what is in the package, and says what to do about another folder", () =>
    Effect.gen(function* () {
      const packaged = unusable("m", bundled, "damaged", "config.json is damaged")
      assert.strictEqual(packaged.problem, "config.json is damaged. Reinstall the package.")
      assert.deepStrictEqual(packaged.remedy, { action: "reinstall" })
      const folder = yield* copied
      yield* flip(join(folder, weights))
      for (const error of [
        yield* Effect.flip(Transformers.inspect({ folder })),
        yield* Effect.flip(Effect.flatMap(build({ folder }), (embedder) => embedder.embed("a")))
      ]) {
        assert(error._tag === "ModelLoadError")
        assert.include(error.problem, `if it was downloaded, remove ${folder}`)
        assert.deepStrictEqual(error.remedy, { action: "chooseModel" })
      }
    })
  )

  it.live("goes on when the file was repaired", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      yield* flip(join(folder, weights))
      const embedder = yield* build({ folder })
      yield* Effect.flip(embedder.embed("a"))
      yield* flip(join(folder, weights))
      assert.strictEqual((yield* embedder.embed("a")).length, 384)
    })
  )

  it.live("names weights that are no weights, where no manifest says what they were", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      yield* Effect.promise(() => rm(join(folder, "manifest.json")))
      yield* Effect.promise(() => writeFile(join(folder, weights), "garbage"))
      const embedder = yield* build({ folder })
      const error = yield* Effect.flip(embedder.embed("a"))
      assert.strictEqual(error._tag, "ModelLoadError")
      assert.include(error.message, folder)
    })
  )

  for (const name of ["manifest.json", "config.json", "tokenizer_config.json"]) {
    it.live(`names a ${name} that is not JSON`, () =>
      Effect.gen(function* () {
        const folder = yield* copied
        if (name !== "manifest.json") yield* Effect.promise(() => rm(join(folder, "manifest.json")))
        yield* Effect.promise(() => writeFile(join(folder, name), "{"))
        assert.include((yield* refusal({ folder })).problem, join(folder, name))
      })
    )
  }

  it.live("says where an explicit folder was looked at", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const error = yield* refusal({ folder, model: "my/model" })
      assert.include(error.problem, folder)
      assert.include(error.problem, join(folder, "my/model"))
      assert.include(error.problem, "onnx/model_quantized.onnx")
      assert.include((yield* refusal({ folder: join(folder, "absent") })).problem, "absent")
    })
  )

  it.live("says that weights of another kind are not in the folder", () =>
    Effect.gen(function* () {
      const folder = yield* copied
      assert.include((yield* refusal({ folder, dtype: "fp32" })).problem, "fp32")
    })
  )

  for (const model of [
    "no/such-model",
    "../../etc/passwd",
    "a/b/c",
    "/abs",
    "",
    "..",
    "x y",
    "https://example.org/m"
  ]) {
    it.live(`refuses the unknown model ${JSON.stringify(model)} without asking the network`, () =>
      Effect.gen(function* () {
        const cacheDirectory = yield* temporary
        const error = yield* refusal({ model, cacheDirectory })
        assert.strictEqual(error._tag, "ModelLoadError")
        assert.strictEqual(error.model, model)
      })
    )
  }

  it.live("looks for other weights of the packaged model in the cache and says so", () =>
    Effect.gen(function* () {
      const cacheDirectory = yield* temporary
      assert.include((yield* refusal({ dtype: "fp32", cacheDirectory })).problem, cacheDirectory)
    })
  )
})
