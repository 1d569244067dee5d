import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Candidates from "../../src/crosswalk/Candidates.ts"
import * as Similarity from "../../src/crosswalk/Similarity.ts"
import { trigrams, words } from "../../src/crosswalk/Terms.ts"
import { vectorOf } from "../../src/embedder/Deterministic.ts"

const dimensions = 32

const sideOf = (texts: ReadonlyArray<string>): Similarity.Side => {
  const vectors = new Float32Array(texts.length * dimensions)
  texts.forEach((text, i) => vectors.set(vectorOf(text, dimensions), i * dimensions))
  return { texts, fullTexts: texts, vectors }
}

const weights = { meaning: 0.4, words: 0.24, trigrams: 0.36 }
const vocabulary = ["hash", "hashes", "password", "session", "token", "log", "key", "管理", "", "!"]
const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(vocabulary)), { maxLength: 6 }), (parts) =>
  parts.join(" ")
)
const texts = Arbitrary.array(text, { minLength: 1, maxLength: 9 })

describe("Terms", () => {
  it("compares words without case and frequent English endings", () => {
    assert.deepStrictEqual(words("Passwords, hashed & verifies (TLS 1.3)"), [
      "password",
      "hash",
      "verify",
      "tls",
      "1",
      "3"
    ])
    assert.deepStrictEqual(words("verify"), words("verifies"))
    assert.deepStrictEqual(words("?!"), [])
  })

  it("takes words apart by characters, not by halves of them", () => {
    assert.deepStrictEqual(trigrams("key"), [" ke", "key", "ey "])
    assert.deepStrictEqual(trigrams("a"), [" a "])
    assert.deepStrictEqual(trigrams("𠮷野"), [" 𠮷野", "𠮷野 "])
  })
})

describe("Similarity", () => {
  it.effect("is about 1 for a text with itself, 0 without anything in common, and higher the more is shared", () =>
    Effect.gen(function* () {
      const from = sideOf(["passwords are hashed", "nothing alike", "sessions expire soon"])
      const to = sideOf(["sessions expire", "passwords are hashed", "qqq"])
      const { row } = yield* Similarity.make(from, to, weights)
      const line = row(0)
      assert.closeTo(line.total[1] ?? 0, 1, 0.05)
      assert.strictEqual(line.total[2], 0)
      const sessions = row(2).total
      assert.isAbove(sessions[0] ?? 0, sessions[1] ?? 0)
    })
  )

  it.effect("has nothing to say where a side is empty", () =>
    Effect.gen(function* () {
      const some = sideOf(["passwords are hashed"])
      const { row } = yield* Similarity.make(some, sideOf([]), weights)
      assert.deepStrictEqual([...row(0).total], [])
      const { column } = yield* Similarity.make(sideOf([]), some, weights)
      assert.deepStrictEqual([...column(0)], [])
    })
  )

  it.effect.prop("gives a pair the same number whichever side is asked", { first: texts, second: texts }, (sides) =>
    Effect.gen(function* () {
      const { column, row } = yield* Similarity.make(sideOf(sides.first), sideOf(sides.second), weights)
      const rows = sides.first.map((_, i) => [...row(i).total])
      sides.second.forEach((_, j) => {
        const asked = [...column(j)]
        rows.forEach((totals, i) => assert.strictEqual(asked[i], totals[j]))
      })
    })
  )
})

describe("Candidates", () => {
  it.effect.prop("agree with comparing everything, for all and for one", { first: texts, second: texts }, (sides) =>
    Effect.gen(function* () {
      const similarity = yield* Similarity.make(sideOf(sides.first), sideOf(sides.second), weights)
      const sizes = { from: sides.first.length, to: sides.second.length, limit: 3 }
      const totals = sides.first.map((_, i) => [...similarity.row(i).total])
      const all = yield* Candidates.find(similarity, sizes)
      for (const { background, candidates, crowd, nearest, source } of all) {
        const own = totals[source] ?? []
        const order = own.map((_, j) => j).toSorted((a, b) => (own[b] ?? 0) - (own[a] ?? 0) || a - b)
        assert.deepStrictEqual(
          candidates.map(({ target }) => target),
          order.slice(0, 3)
        )
        assert.closeTo(background, own.reduce((sum, value) => sum + value, 0) / own.length, 1e-6)
        const ten = order.slice(0, 10).map((j) => own[j] ?? 0)
        assert.closeTo(crowd, ten.reduce((sum, value) => sum + value, 0) / ten.length, 1e-9)
        for (const { competition, margin, similarity, target } of candidates) {
          const others = own.filter((_, j) => j !== target)
          const rivals = totals.flatMap((line, i) => (i === source ? [] : [line[target] ?? 0]))
          assert.strictEqual(margin, others.length === 0 ? 0 : similarity - Math.max(...others))
          assert.strictEqual(competition, rivals.length === 0 ? 0 : similarity - Math.max(...rivals))
        }
        assert.deepStrictEqual(yield* Candidates.near(similarity, [source]), [{ nearest, crowd, background }])
        const [alone] = yield* Candidates.find(similarity, { ...sizes, sources: [source] })
        assert.deepStrictEqual(alone, { background, candidates, crowd, nearest, source })
      }
    })
  )
})
