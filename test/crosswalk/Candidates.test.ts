import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Candidates from "../../src/crosswalk/Candidates.ts"
import { randomOf } from "../../src/domain/Random.ts"
import type { Similarity } from "../../src/crosswalk/Similarity.ts"

/** Similarities of a table, some of them equal. */
const table = (from: number, to: number, seed: number): ReadonlyArray<Float32Array> => {
  const random = randomOf(seed)
  return Array.from({ length: from }, () => Float32Array.from({ length: to }, () => Math.round(random() * 50) / 50))
}

const transposed = (rows: ReadonlyArray<Float32Array>): ReadonlyArray<Float32Array> =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => Float32Array.from(rows, (row) => row[i] ?? 0))

const similarityOf = (rows: ReadonlyArray<Float32Array>): Similarity => {
  const columns = transposed(rows)
  const empty = new Float32Array(columns.length)
  return {
    row: (i) => ({ total: rows[i] ?? empty, meaning: empty, words: empty, trigrams: empty }),
    column: (i) => columns[i] ?? empty
  }
}

describe("candidates both ways", () => {
  it.effect("are those of each way alone", () =>
    Effect.gen(function* () {
      for (const [from, to] of [
        [1, 1],
        [1, 7],
        [30, 4],
        [23, 40]
      ] as const) {
        const rows = table(from, to, from * 100 + to)
        const both = yield* Candidates.findBoth(similarityOf(rows), { from, to, limit: 5 })
        assert.deepStrictEqual(both.found, yield* Candidates.find(similarityOf(rows), { from, to, limit: 5 }))
        const back = yield* Candidates.find(similarityOf(transposed(rows)), { from: to, to: from, limit: 5 })
        assert.deepStrictEqual(
          both.back.map(({ candidates, source }) => ({ source, candidates })),
          back.map(({ candidates, source }) => ({
            source,
            candidates: candidates.map(({ competition, margin, similarity, target }) => ({
              target,
              similarity,
              margin,
              competition
            }))
          }))
        )
        for (const [i, { background, crowd, nearest }] of both.back.entries()) {
          assert.closeTo(background, back[i]?.background ?? 0, 1e-6)
          assert.closeTo(crowd, back[i]?.crowd ?? 0, 1e-6)
          assert.strictEqual(nearest, back[i]?.nearest)
        }
      }
    })
  )
})
