import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { cosine, illFormed } from "./fixtures/texts.ts"

const build = (options?: Deterministic.DeterministicOptions) =>
  Effect.map(Layer.build(Deterministic.layer(options)), (context) => Context.get(context, Embedder))

describe("Deterministic", () => {
  it("can be computed by hand", () => {
    // FNV-1a of the one unit of "a" is (0x811c9dc5 ^ 0x61) * 0x01000193 = 0xe40c292c, that of "b" 0xe70c2de5.
    const expected = new Float32Array(10)
    expected[0xe40c292c % 10] = 2 / Math.sqrt(5)
    expected[0xe70c2de5 % 10] = 1 / Math.sqrt(5)
    assert.deepStrictEqual(Deterministic.vectorOf("a, B: A!", 10), expected)
  })

  it("gives texts without words one fixed vector of unit length", () => {
    for (const text of ["", " ", "—!?"]) {
      assert.deepStrictEqual(Deterministic.vectorOf(text, 4), Float32Array.of(1, 0, 0, 0))
    }
  })

  it.effect("brings near what shares words, in any script", () =>
    Effect.gen(function* () {
      const embedder = yield* build()
      const [a, b, c] = yield* embedder.embedMany(["password length", "Length of a PASSWORD", "session cookie"])
      assert.isAbove(cosine(a ?? [], b ?? []), 0.6)
      assert.isBelow(cosine(a ?? [], c ?? []), 0.1)
      const [d, e] = yield* embedder.embedMany(["パスワード 保存", "保存 パスワード"])
      assert.deepStrictEqual(d, e)
    })
  )

  it.effect.prop(
    "gives every text a unit vector, the same alone and among others",
    [Schema.String, Schema.String],
    ([text, other]) =>
      Effect.gen(function* () {
        const embedder = yield* build({ dimensions: 16 })
        const [among] = (yield* embedder.embedMany([other, text])).slice(1)
        const alone = yield* embedder.embed(text)
        assert.deepStrictEqual(among, alone)
        assert.strictEqual(alone.length, 16)
        assert.closeTo(Math.hypot(...alone), 1, 1e-6)
      })
  )

  it.effect("is not harmed by ill-formed text", () =>
    Effect.gen(function* () {
      const embedder = yield* build()
      assert.strictEqual((yield* embedder.embedMany(illFormed)).length, illFormed.length)
    })
  )

  it.effect("has a fingerprint that depends on the dimensions", () =>
    Effect.gen(function* () {
      const [a, b] = [yield* build(), yield* build({ dimensions: 64 })]
      assert.strictEqual(a.model.dimensions, 384)
      assert.notStrictEqual(a.model.fingerprint, b.model.fingerprint)
    })
  )
})
