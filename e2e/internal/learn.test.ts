import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Pairs from "../../bench/crosswalk/pairs.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import * as Store from "../../src/Store.ts"

const shared = join(import.meta.dirname, "..", "..", "..", "shared")

/** The calibration error of first proposals, without the references in `reviewed`. */
const errorOf = Effect.fn(function* ({ answers, from, to }: Pairs.Pair, reviewed: ReadonlySet<string>) {
  const { references } = yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ from, to, limit: 1, store: false }))
  return Logistic.calibrationError(
    references.flatMap(({ source, suggestions: [first] }) =>
      first === undefined || reviewed.has(source.uri)
        ? []
        : { probability: first.confidence, isTrue: answers.get(source.uri)?.has(first.target.uri) ?? false }
    )
  )
})

/** A reviewer who knows the answers decides on a sample; the errors before and after, of what was not reviewed. */
const reviewed = Effect.fn(function* (pair: Pairs.Pair, size: number, seed: number) {
  const { from, to } = pair
  const crosswalk = yield* Crosswalk
  const review = yield* Review
  yield* crosswalk.suggest({ from, to })
  const sample = yield* review.sample({ from, to, size, seed })
  const uris = new Set(sample.map(({ relation }) => relation.sources[0]))
  const others = uris.size < size ? new Set<string>() : uris
  const before = yield* errorOf(pair, others)
  const verdicts = sample.map(({ relation: { sources, targets }, version }) => {
    const isRight = pair.answers.get(sources[0])?.has(targets[0] ?? "") === true
    return { sources, targets, status: isRight ? "accepted" : "rejected", seen: version, chosen: "sample" } as const
  })
  yield* review.decide(verdicts)
  const after = yield* errorOf(pair, others)
  const [calibration] = yield* review.calibrations({ from, to })
  yield* review.undo()
  assert.strictEqual(yield* errorOf(pair, others), before)
  return { before, after, calibration }
})

const store = Layer.fresh(Layer.merge(Store.layerLibsql(), NodeServices.layer))

describe.skipIf(!Pairs.isThere(shared))(
  "a review of 50 sampled first proposals (skipped without ../shared/eval)",
  () => {
    for (const name of ["opencre-samm", "opencre-nist-ssdf", "opencre-owasp-cheat-sheets"] as const) {
      it.live(`halves the calibration error of those that nobody looked at: ${name}, backwards`, () =>
        Effect.gen(function* () {
          const pair = Pairs.reverse(yield* Pairs.read(name, shared))
          const errors = yield* Effect.forEach([1, 2, 3], (seed) => reviewed(pair, 50, seed))
          const mean = (side: "before" | "after") => errors.reduce((sum, one) => sum + one[side], 0) / errors.length
          for (const { calibration } of errors) assert.isTrue(calibration?.isCalibrated)
          assert.isAtMost(mean("after"), mean("before") / 2)
        }).pipe(Effect.provide(store))
      )
    }
  }
)
