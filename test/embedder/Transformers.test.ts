import { assert, describe, it, layer } from "@effect/vitest"
import { Config, ConfigProvider, Context, Effect, Fiber, Layer, Schema } from "effect"
import { readFile } from "node:fs/promises"
import * as EarlyWorker from "../../src/embedder/EarlyWorker.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as Transformers from "../../src/embedder/Transformers.ts"
import { cosine, illFormed, texts } from "./fixtures/texts.ts"

const Golden = Schema.fromJsonString(
  Schema.Struct({
    texts: Schema.Array(Schema.String),
    vectors: Schema.Array(Schema.Array(Schema.Number))
  })
)

const golden = Effect.promise(() => readFile(new URL("../fixtures/golden.json", import.meta.url), "utf8")).pipe(
  Effect.flatMap(Schema.decodeEffect(Golden))
)

const build = (options: Transformers.TransformersOptions) =>
  Effect.map(Layer.build(Layer.fresh(Transformers.layer(options))), (context) => Context.get(context, Embedder))

const lengthOf = (vector: Float32Array) => Math.hypot(...vector)

/** Another embedder, of one worker that takes another number of texts at a time. */
class Other extends Context.Service<Other, Embedder["Service"]>()("test/Other") {}
const layerOther = Layer.effect(Other, build({ workers: 1, batchSize: 3 }))

layer(Layer.merge(Transformers.layer({ workers: 2 }), layerOther))("Transformers", (it) => {
  it.effect("agrees with the fp32 reference: cosine 0.97 for every text, 0.985 on average", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      const { texts, vectors } = yield* golden
      const found = yield* embedder.embedMany(texts)
      const cosines = found.map((vector, i) => cosine(vector, vectors[i] ?? []))
      assert.isAtLeast(Math.min(...cosines), 0.97)
      assert.isAtLeast(cosines.reduce((a, b) => a + b) / cosines.length, 0.985)
    })
  )

  it.effect("knows its model", () =>
    Effect.gen(function* () {
      const { model } = yield* Embedder
      assert.strictEqual(model.id, "Xenova/all-MiniLM-L6-v2")
      assert.strictEqual(model.dimensions, 384)
      assert.strictEqual(model.maxLength, 256)
      assert.match(model.fingerprint, /^[0-9a-f]{16}$/u)
    })
  )

  it.effect("tells how many tokens the text of a vector has, beyond those that it reads too", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      // Two tokens frame a text.
      const many = ["", "salt", `salt${" salt".repeat(253)}`, `salt${" salt".repeat(299)}`, "salt"]
      const vectors = yield* embedder.embedMany(many)
      assert.deepStrictEqual(
        vectors.map((vector) => embedder.tokensOf?.(vector)),
        [2, 3, 256, 302, 3]
      )
      const one = yield* embedder.embed(many[3] ?? "")
      assert.strictEqual(embedder.tokensOf?.(one), 302)
      assert.strictEqual(embedder.tokensOf?.(one.slice()), undefined)
    })
  )

  it.effect("gives unit vectors of their own, in order, once for each text", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      const some = [...texts, ...texts.toReversed()]
      const vectors = yield* embedder.embedMany(some)
      assert.strictEqual(vectors.length, some.length)
      for (const [i, vector] of vectors.entries()) {
        assert.strictEqual(vector.length, 384)
        assert.strictEqual(vector.byteOffset, 0)
        assert.strictEqual(vector.buffer.byteLength, 384 * 4)
        assert.closeTo(lengthOf(vector), 1, 1e-5)
        assert.deepStrictEqual(vector, vectors[some.length - 1 - i])
      }
      assert.deepStrictEqual(yield* embedder.embedMany([]), [])
    })
  )

  it.effect("brings near what means the same in other words", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      const [query, same, other] = yield* embedder.embedMany([
        "hash passwords with a slow function so that brute force fails",
        "Credentials are kept with a key derivation function that makes guessing expensive.",
        "The office is closed on public holidays."
      ])
      assert.isAbove(cosine(query ?? [], same ?? []), cosine(query ?? [], other ?? []) + 0.3)
    })
  )

  it.effect("is not harmed by ill-formed text", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      for (const vector of yield* embedder.embedMany(illFormed)) assert.closeTo(lengthOf(vector), 1, 1e-5)
      assert.strictEqual((yield* embedder.embed("a\ud800", "query")).length, 384)
    })
  )

  it.effect("reads of a text what the model can, however long it is", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      const long = "Every request is checked on the server. ".repeat(50)
      const [a, b] = yield* embedder.embedMany([long, long + "salt ".repeat(400_000)])
      assert.deepStrictEqual(a, b)
    })
  )

  it.effect.prop(
    "gives a text the same vector, bit for bit, whatever is beside it and whichever worker has it",
    [Schema.Array(Schema.Literals(texts)).check(Schema.isMaxLength(8)), Schema.String],
    ([beside, text]) =>
      Effect.gen(function* () {
        const embedder = yield* Embedder
        const other = yield* Other
        const alone = yield* other.embed(text)
        const [first] = yield* embedder.embedMany([text, ...beside])
        const last = (yield* embedder.embedMany([...beside, text])).at(-1)
        const elsewhere = (yield* other.embedMany([...beside, text, ...beside]))[beside.length]
        assert.deepStrictEqual(first, alone)
        assert.deepStrictEqual(last, alone)
        assert.deepStrictEqual(elsewhere, alone)
        assert.strictEqual(embedder.model.fingerprint, other.model.fingerprint)
      }),
    { arbitrary: { runs: 12 } }
  )

  it.effect("answers a query beside a bulk job after one text at most", () =>
    Effect.gen(function* () {
      const embedder = yield* Embedder
      const many = Array.from({ length: 400 }, (_, i) => `Requirement ${i}: every request is checked on the server.`)
      yield* embedder.embedMany(many.slice(0, 64))
      const begin = performance.now()
      yield* embedder.embedMany(many.slice(64, 128))
      const oneText = ((performance.now() - begin) / 64) * 2 // two workers
      const bulk = yield* Effect.forkChild(embedder.embedMany(many))
      const waits: Array<number> = []
      for (let i = 0; i < 9; i++) {
        const start = performance.now()
        yield* embedder.embed(`query ${i}`, "query")
        waits.push(performance.now() - start)
      }
      yield* Fiber.interrupt(bulk)
      waits.sort((a, b) => a - b)
      // The text that runs and its own, with room for a busy machine; the bench has the real figure.
      assert.isBelow(waits[4] ?? Infinity, 8 * oneText)
    })
  )
})

describe("Transformers.layer", () => {
  it.live("runs weights that allow it in batches, with nearly the same vectors and another fingerprint", () =>
    Effect.gen(function* () {
      const batched = yield* build({ workers: 1, oneTextPerRun: false })
      const alone = yield* build({ workers: 1 })
      const [inBatches, oneByOne] = yield* Effect.all([batched.embedMany(texts), alone.embedMany(texts)])
      const cosines = texts.map((_, i) => cosine(inBatches[i] ?? [], oneByOne[i] ?? []))
      assert.isAbove(Math.min(...cosines), 0.95)
      assert.isAbove(cosines.reduce((a, b) => a + b) / cosines.length, 0.985)
      assert.notStrictEqual(batched.model.fingerprint, alone.model.fingerprint)
      // A text that fills a batch of its own has no neighbours.
      const long = texts.at(-1) ?? ""
      assert.deepStrictEqual(inBatches.at(-1), yield* alone.embed(long))
    }).pipe(Effect.scoped)
  )

  it.live("reads less of a text with another maximum length, and says so in the fingerprint", () =>
    Effect.gen(function* () {
      const short = yield* build({ workers: 1, maxLength: 8 })
      const whole = yield* build({ workers: 1 })
      const text = "Passwords are stored with a slow, salted hash that no table of hashes can undo."
      assert.isBelow(cosine(yield* short.embed(text), yield* whole.embed(text)), 0.99)
      assert.strictEqual(short.model.maxLength, 8)
      assert.notStrictEqual(short.model.fingerprint, whole.model.fingerprint)
    }).pipe(Effect.scoped)
  )

  it.live("puts prefixes before queries and documents", () =>
    Effect.gen(function* () {
      const embedder = yield* build({ workers: 1, queryPrefix: "query: ", documentPrefix: "passage: ", pooling: "cls" })
      const plain = yield* build({ workers: 1, pooling: "cls" })
      assert.deepStrictEqual(yield* embedder.embed("salt", "query"), yield* plain.embed("query: salt"))
      assert.deepStrictEqual(yield* embedder.embed("salt"), yield* plain.embed("passage: salt"))
      assert.deepStrictEqual((yield* embedder.embedMany(["salt"]))[0], yield* plain.embed("passage: salt"))
      assert.notStrictEqual(embedder.model.fingerprint, plain.model.fingerprint)
    }).pipe(Effect.scoped)
  )

  it.live("refuses options that cannot be", () =>
    Effect.gen(function* () {
      for (const options of [{ batchSize: 0 }, { workers: 1.5 }, { maxLength: 1000 }, { maxLength: Number.NaN }]) {
        const error = yield* Effect.flip(build(options))
        assert.strictEqual(error._tag, "ModelLoadError")
        assert.include(error.message, Object.keys(options)[0] ?? "")
      }
    }).pipe(Effect.scoped)
  )

  it.live("reads its options from the configuration", () =>
    Effect.gen(function* () {
      const config = Transformers.layerConfig({ maxLength: Config.Int("LENGTH"), workers: Config.succeed(1) })
      const context = yield* Layer.build(config).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LENGTH: "64" })))
      )
      assert.strictEqual(Context.get(context, Embedder).model.maxLength, 64)
      const error = yield* Effect.flip(
        Layer.build(config).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({}))))
      )
      assert.include(String(error), "LENGTH")
    }).pipe(Effect.scoped)
  )

  it.live("takes over a worker that was started early, once and if it has the model to use", () =>
    Effect.gen(function* () {
      const early = EarlyWorker.start()
      const first = yield* build({ workers: 1, early })
      const expected = yield* first.embed("salt")
      assert.deepStrictEqual(yield* (yield* build({ workers: 1, early })).embed("salt"), expected)
      const other = EarlyWorker.start()
      const cut = yield* build({ workers: 1, maxLength: 64, early: other })
      assert.deepStrictEqual(yield* cut.embed("salt"), expected)
    }).pipe(Effect.scoped)
  )

  it.live("fails texts that are embedded after it was closed", () =>
    Effect.gen(function* () {
      const embedder = yield* Effect.scoped(build({ workers: 1 }))
      assert.strictEqual((yield* Effect.flip(embedder.embed("late")))._tag, "EmbeddingError")
    })
  )
})
