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

/** The first proposal of each reference, as it would be made now. */
const firsts = Effect.fn(function* ({ from, to }: Pairs.Pair) {
  const { references } = yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ from, to, limit: 1, store: false }))
  return references.flatMap(({ source, suggestions: [first] }) =>
    first === undefined ? [] : { source: source.uri, target: first.target.uri, confidence: first.confidence }
  )
})

type Firsts = Effect.Success<ReturnType<typeof firsts>>

/** The calibration error of first proposals, without the references in `reviewed`. */
const errorOf = ({ answers }: Pairs.Pair, proposals: Firsts, reviewed: ReadonlySet<string>) =>
  Logistic.calibrationError(
    proposals
      .filter(({ source }) => !reviewed.has(source))
      .map(({ confidence, source, target }) => ({
        probability: confidence,
        isTrue: answers.get(source)?.has(target) ?? false
      }))
  )

/**
 * A reviewer who knows the answers decides on a sample; the errors before and after, of what was not reviewed. All is undone
 * in the end.
 */
const reviewed = Effect.fn(function* (pair: Pairs.Pair, untouched: Firsts, size: number, seed: number) {
  const { from, to } = pair
  const review = yield* Review
  const sample = yield* review.sample({ from, to, size, seed })
  const uris = new Set(sample.map(({ relation }) => relation.sources[0]))
  const others = uris.size < size ? new Set<string>() : uris
  const verdicts = sample.map(({ relation: { sources, targets }, version }) => {
    const isRight = pair.answers.get(sources[0])?.has(targets[0] ?? "") === true
    return { sources, targets, status: isRight ? "accepted" : "rejected", seen: version, chosen: "sample" } as const
  })
  yield* review.decide(verdicts)
  const after = errorOf(pair, yield* firsts(pair), others)
  const [calibration] = yield* review.calibrations({ from, to })
  yield* review.undo()
  return { before: errorOf(pair, untouched, others), after, calibration }
})

const store = Layer.fresh(Layer.merge(Store.layerLibsql(), NodeServices.layer))

describe.skipIf(!Pairs.isThere(shared))(
  "a review of 50 sampled first proposals (skipped without ../shared/eval)",
  () => {
    for (const name of ["opencre-samm", "opencre-nist-ssdf", "opencre-owasp-cheat-sheets"] as const) {
      it.live(`halves the calibration error of those that nobody looked at: ${name}, backwards`, () =>
        Effect.gen(function* () {
          const pair = Pairs.reverse(yield* Pairs.read(name, shared))
          yield* Crosswalk.use(({ suggest }) => suggest({ from: pair.from, to: pair.to }))
          const untouched = yield* firsts(pair)
          const errors = yield* Effect.forEach([1, 2, 3], (seed) => reviewed(pair, untouched, 50, seed))
          assert.deepStrictEqual(yield* firsts(pair), untouched)
          const mean = (side: "before" | "after") => errors.reduce((sum, one) => sum + one[side], 0) / errors.length
          for (const { calibration } of errors) assert.isTrue(calibration?.isCalibrated)
          assert.isAtMost(mean("after"), mean("before") / 2)
        }).pipe(Effect.provide(store))
      )
    }
  }
)
