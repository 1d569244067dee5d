import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Evaluation from "../../src/search/Evaluation.ts"
import { measure } from "../../src/search/Measures.ts"
import * as Store from "../../src/Store.ts"

/** An answer whose right document stands at this place, from 1. */
const ranking = (query: string, place: number): Evaluation.Ranking => {
  const found = [...Array.from({ length: place - 1 }, (_, i) => `x${i}`), "right"]
  return {
    query,
    documents: found.map((id, i) => ({ id, score: 1 / (i + 1) })),
    scores: measure(found, new Map([["right", 1]]))
  }
}

const run = (places: Readonly<Record<string, number>>) =>
  Object.entries(places).map(([query, place]) => ranking(query, place))

describe("compare", () => {
  it.effect("takes differences query by query, reckoned by hand", () =>
    Effect.gen(function* () {
      // Reciprocal ranks: 1, 1/2, 1/4 against 1, 1, 1/5.
      const { differences, first, perQuery, queries, second } = yield* Evaluation.compare(
        run({ a: 1, b: 2, c: 4 }),
        run({ c: 5, b: 1, a: 1 })
      )
      assert.strictEqual(queries, 3)
      assert.closeTo(first["mrr@10"], 1.75 / 3, 1e-12)
      assert.closeTo(second["mrr@10"], 2.2 / 3, 1e-12)
      assert.closeTo(differences["mrr@10"].mean, 0.15, 1e-12)
      assert.deepInclude(differences["mrr@10"], { better: 1, worse: 1 })
      assert.deepInclude(differences["recall@10"], { mean: 0, interval: [0, 0], better: 0, worse: 0 })
      assert.deepStrictEqual(
        perQuery.map(({ query, first, second }) => [query, first["mrr@10"], second["mrr@10"]]),
        [
          ["a", 1, 1],
          ["b", 0.5, 1],
          ["c", 0.25, 0.2]
        ]
      )
    })
  )

  it.effect("pairs the queries: a gain that every query has is certain however the queries differ", () =>
    Effect.gen(function* () {
      const queries = Array.from({ length: 40 }, (_, i) => `q${i}`)
      const places = (shift: number) =>
        run(Object.fromEntries(queries.map((query, i) => [query, (i % 2 === 0 ? 1 : 9) + shift])))
      const { differences } = yield* Evaluation.compare(places(1), places(0))
      // 1/2 → 1 and 1/10 → 1/9; each half of the queries.
      const [low, high] = differences["mrr@10"].interval
      assert.closeTo(differences["mrr@10"].mean, (1 / 2 + 1 / 90) / 2, 1e-12)
      assert.isAbove(low, 0)
      assert.isBelow(high, 1 / 2)
      assert.strictEqual(differences["mrr@10"].better, 40)
    })
  )

  it.effect("is the same for the same seed, and turned round with the runs", () =>
    Effect.gen(function* () {
      const one = run({ a: 1, b: 2, c: 4, d: 3, e: 8 })
      const other = run({ a: 2, b: 1, c: 3, d: 7, e: 2 })
      const compared = yield* Evaluation.compare(one, other, { seed: 7 })
      assert.deepStrictEqual(yield* Evaluation.compare(one, other, { seed: 7 }), compared)
      const turned = yield* Evaluation.compare(other, one, { seed: 7 })
      assert.closeTo(turned.differences["ndcg@10"].mean, -compared.differences["ndcg@10"].mean, 1e-12)
      assert.strictEqual(turned.differences["ndcg@10"].better, compared.differences["ndcg@10"].worse)
    })
  )

  it.effect("tells which of two embedders a collection is better searched with", () =>
    Effect.gen(function* () {
      const sample = fileURLToPath(new URL("../fixtures/golden-search/sample", import.meta.url))
      const rankings = (dimensions: number) =>
        Evaluation.run(sample, { modes: ["semantic"] }).pipe(
          Effect.map(({ modes }) => modes.get("semantic")?.rankings ?? []),
          Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic", dimensions } }))
        )
      const { differences, queries } = yield* Evaluation.compare(yield* rankings(384), yield* rankings(4))
      assert.strictEqual(queries, 70)
      assert.isBelow(differences["ndcg@10"].interval[1], 0)
      assert.isAbove(differences["ndcg@10"].worse, differences["ndcg@10"].better)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect.each<readonly [string, ReadonlyArray<Evaluation.Ranking>, ReadonlyArray<Evaluation.Ranking>, string]>([
    ["without a query", [], [], "first"],
    ["that lack a query", run({ a: 1 }), run({ a: 1, b: 1 }), "first"],
    ["that have other queries", run({ a: 1 }), run({ b: 1 }), "second"],
    ["with a query twice", run({ a: 1 }), [ranking("a", 1), ranking("a", 2)], "second"]
  ])("refuses runs %s", ([, first, second, field]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Evaluation.compare(first, second))
      assert.strictEqual(error._tag, "ValidationError")
      assert.strictEqual(error.field, field)
    })
  )

  it.effect("names the field that is no score", () =>
    Effect.gen(function* () {
      const given: unknown = [{ ...ranking("a", 1), scores: { "ndcg@10": "good" } }]
      const error = yield* Effect.flip(
        Reflect.apply(Evaluation.compare, undefined, [given, run({ a: 1 })]) as ReturnType<typeof Evaluation.compare>
      )
      assert.strictEqual(error.field, "first.0.scores.ndcg@10")
    })
  )
})
