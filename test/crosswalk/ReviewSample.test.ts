import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { provenanceOf } from "../../src/domain/Proposal.ts"
import type { ReviewItem } from "../../src/domain/ReviewItem.ts"
import type { Chosen } from "../../src/domain/Chosen.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { randomOf } from "../../src/domain/Random.ts"

const store = Layer.fresh(
  Layer.mergeAll(Review.layer, ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
)

const pair = { from: "company@1", to: "std@1" } as const
const size = 300

/** The probability of the first proposal of a reference. */
const probabilityOf = (i: number) => Math.round((0.02 + (0.97 * ((i * 89) % size)) / size) * 1e4) / 1e4

/** Whether it is right: far less often than its probability says. */
const truth = Array.from({ length: size }, (_, i) => {
  const random = randomOf(i)
  random()
  return random() < probabilityOf(i) ** 3
})

const numberOf = (uri: string | undefined) => Number(uri?.split(":")[1])
const isRight = ({ relation }: ReviewItem) => truth[numberOf(relation.sources[0])] === true

/** Two catalogs with two suggestions for each reference of the first. */
const prepare = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const table of ["decision", "relation", "reference", "catalog"]) {
    yield* sql.unsafe(`DELETE FROM crosswalk_${table}`)
  }
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  yield* references.saveMany(
    Array.from({ length: size }, (_, i) => [
      { uri: `c:${i}`, title: `Rule ${i}`, entityType: "requirement", catalog: pair.from },
      { uri: `s:${i}`, title: `Control ${i}`, entityType: "requirement", catalog: pair.to }
    ]).flat()
  )
  yield* relations.replaceSuggestions(
    pair,
    Array.from({ length: size }, (_, i) =>
      [probabilityOf(i), probabilityOf(i) / 10].map((probability, rank) => ({
        sources: [`c:${i}`] as const,
        targets: [`s:${(i + rank) % size}`],
        confidence: probability,
        status: "suggested" as const,
        provenance: provenanceOf(
          { method: "keyword", set: "test", probability, rank: rank + 1, noCounterpart: 1 - probability },
          {}
        )
      }))
    ).flat()
  )
  return yield* Review
})

const decide = Effect.fnUntraced(function* (items: ReadonlyArray<ReviewItem>, chosen?: Chosen) {
  const review = yield* Review
  return yield* review.decide(
    items.map((item) => ({
      sources: item.relation.sources,
      targets: item.relation.targets,
      status: isRight(item) ? ("accepted" as const) : ("rejected" as const),
      seen: item.version,
      ...(chosen !== undefined && { chosen })
    })),
    { by: "Ann" }
  )
})

/** First proposals that nobody decided on, and their confidences. */
const open = Effect.gen(function* () {
  const review = yield* Review
  const items = yield* Stream.runCollect(review.items(pair))
  return items.filter(({ relation }) => relation.provenance.scores?.["rank"] === 1)
})

const errorOf = (items: ReadonlyArray<ReviewItem>) =>
  Logistic.calibrationError(items.map((item) => ({ probability: item.relation.confidence, isTrue: isRight(item) })))

/** A reviewer who knows the answers decides on 50 sampled first proposals; the error of the others halves. */
const corrects = Effect.fnUntraced(function* (review: Review["Service"], seed: number) {
  const before = yield* open
  const sample = yield* review.sample({ ...pair, size: 50, seed })
  yield* decide(sample.slice(0, 24), "sample")
  const sampled = new Set(sample.map(({ relation }) => relation.sources[0]))
  const others = (items: ReadonlyArray<ReviewItem>) => items.filter(({ relation }) => !sampled.has(relation.sources[0]))
  const confidences = (items: ReadonlyArray<ReviewItem>) => items.map(({ relation }) => relation.confidence)
  assert.deepStrictEqual(confidences(others(yield* open)), confidences(others(before)))
  yield* decide(sample.slice(24), "sample")
  const after = others(yield* open)
  assert.isAtMost(errorOf(after), errorOf(others(before)) / 2)
  for (const { relation } of after) {
    const p = relation.provenance.scores?.["uncalibrated"]
    assert.strictEqual(p, probabilityOf(numberOf(relation.sources[0])))
  }
})

layer(store)("Review.sample", (it) => {
  it.effect("spreads evenly over the order of confidence, the same each time", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const first = yield* review.sample(pair)
      assert.strictEqual(first.length, 30)
      const uris = (items: ReadonlyArray<ReviewItem>) => items.map(({ relation }) => relation.sources[0])
      assert.deepStrictEqual(uris(yield* review.sample(pair)), uris(first))
      assert.notDeepEqual(uris(yield* review.sample({ ...pair, seed: 2 })), uris(first))
      assert.strictEqual(new Set(uris(first)).size, 30)
      for (const { relation } of first) assert.strictEqual(relation.provenance.scores?.["rank"], 1)
      const confidences = first.map(({ relation }) => relation.confidence).toSorted((a, b) => a - b)
      for (const tenth of [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
        assert.isAtLeast(confidences.filter((one) => one >= tenth && one <= tenth + 0.1).length, 1)
      }
    })
  )

  it.effect("goes on where it was left, and grows", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const all = yield* review.sample(pair)
      yield* decide(all.slice(0, 10), "sample")
      const rest = yield* review.sample(pair)
      assert.deepStrictEqual(
        rest.map(({ relation }) => relation.sources),
        all.slice(10).map(({ relation }) => relation.sources)
      )
      yield* decide(rest, "sample")
      assert.deepStrictEqual(yield* review.sample(pair), [])
      assert.strictEqual((yield* review.sample({ ...pair, size: 45 })).length, 15)
      const [calibration] = yield* review.calibrations(pair)
      assert.strictEqual(calibration?.decisions, 30)
    })
  )

  it.effect("corrects confidences from 25 decisions on, and halves their error with 50", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      for (const seed of [1, 2, 3]) {
        yield* corrects(review, seed)
        yield* review.undo({ steps: 2 })
      }
    })
  )

  it.effect("forgets what is taken back, and learns what is decided otherwise", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const before = yield* open
      const sample = yield* review.sample({ ...pair, size: 40 })
      const { step } = yield* decide(sample, "sample")
      const [learnt] = yield* review.calibrations(pair)
      assert.isBelow(learnt?.intercept ?? 0, -0.5)
      yield* review.decide(
        sample.map(({ relation: { sources, targets } }) => ({ sources, targets, status: "accepted" as const }))
      )
      const [otherwise] = yield* review.calibrations(pair)
      assert.strictEqual(otherwise?.right, 40)
      assert.isAbove(otherwise?.intercept ?? 0, 0)
      yield* review.undo()
      assert.deepStrictEqual((yield* review.calibrations(pair))[0], learnt)
      yield* review.undo({ step: step ?? 0 })
      assert.strictEqual((yield* review.calibrations(pair))[0]?.decisions, 0)
      const items = yield* open
      assert.deepStrictEqual(
        items.map(({ relation }) => relation.confidence),
        before.map(({ relation }) => relation.confidence)
      )
    })
  )

  it.effect("gives a suggestion that is taken back the confidence of today", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const sample = yield* review.sample(pair)
      const drawn = new Set(sample.map(({ relation }) => relation.sources[0]))
      const [other] = (yield* open).filter(({ relation }) => !drawn.has(relation.sources[0]))
      if (other === undefined) return assert.fail()
      const { step } = yield* decide([other])
      yield* decide(sample, "sample")
      yield* review.undo({ step: step ?? 0 })
      const again = (yield* open).find(({ relation }) => relation.sources[0] === other.relation.sources[0])
      assert.notStrictEqual(again?.relation.confidence, other.relation.confidence)
    })
  )

  it.effect("learns nothing from what was decided in order, in bulk, or on other than first proposals", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const items = yield* Stream.runCollect(review.items(pair))
      const isFirst = ({ relation }: ReviewItem) => relation.provenance.scores?.["rank"] === 1
      yield* decide(items.filter(isFirst).slice(0, 60), "order")
      yield* decide(items.filter((item) => !isFirst(item)).slice(0, 60), "sample")
      yield* review.decideAll({ ...pair, maxConfidence: 0.01 }, { status: "rejected" })
      const [calibration] = yield* review.calibrations(pair)
      assert.deepInclude(calibration, { decisions: 0, isCalibrated: false, intercept: 0, slope: 1, needed: 25 })
      const chosen = new Set((yield* review.log({ limit: 1000 })).map((one) => one.chosen))
      assert.deepStrictEqual(chosen, new Set(["order", "sample", "filter"]))
    })
  )

  it.effect("counts a reference without counterpart where all of its suggestions were rejected", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const sample = yield* review.sample(pair)
      yield* decide(sample, "sample")
      const wrong = sample.filter((item) => !isRight(item))
      assert.deepInclude((yield* review.calibrations(pair))[0]?.none, {
        references: sample.length - wrong.length,
        without: 0
      })
      for (const { relation } of wrong) {
        yield* review.decideAll({ ...pair, uri: relation.sources[0] }, { status: "rejected" })
      }
      const none = (yield* review.calibrations(pair))[0]?.none
      if (none === undefined) return assert.fail()
      assert.strictEqual(none.references, 30)
      // A target of one can be the source's neighbour of another; the reference's own suggestions count.
      assert.strictEqual(none.without, wrong.length)
      assert.strictEqual(
        none.hinted,
        sample.filter(({ relation }) => (relation.provenance.scores?.["noCounterpart"] ?? 0) >= 0.5).length
      )
    })
  )
})

layer(store)("Review.decideAll", (it) => {
  it.effect("does not accept by a confidence that is an order only, unless forced", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const filter = { ...pair, minConfidence: 0.8 }
      const error = yield* Effect.flip(review.decideAll(filter, { status: "accepted" }))
      assert.strictEqual(error._tag, "ValidationError")
      assert.include(error.message, "an order only, with 0 of 25 sampled decisions")
      assert.deepInclude("remedy" in error ? error.remedy : {}, { action: "reviewSample", ...pair, force: true })
      assert.strictEqual((yield* review.log()).length, 0)
      const forced = yield* review.decideAll(filter, { status: "accepted", force: true })
      assert.isAbove(forced.decided.length, 10)
      yield* review.undo()
      yield* review.decideAll({ ...pair, maxConfidence: 0.1 }, { status: "rejected" })
      yield* review.undo()
      yield* decide(yield* review.sample(pair), "sample")
      const decided = (yield* review.decideAll(filter, { status: "accepted" })).decided
      for (const { before } of decided) assert.isAtLeast(before?.confidence ?? 0, 0.8)
    })
  )

  it.effect("accepts by a precision only as far as the sample bears it", () =>
    Effect.gen(function* () {
      const review = yield* prepare
      const accept = (minPrecision: number, filter = pair) =>
        review.decideAll(filter, { status: "accepted", minPrecision })
      const none = yield* Effect.flip(accept(0.95))
      assert.include(none.message, "at least 73 more")
      assert.deepInclude("remedy" in none ? none.remedy : {}, { action: "reviewSample", ...pair, size: 73 })
      const sample = yield* review.sample({ ...pair, size: 120 })
      yield* decide(sample, "sample")
      const error = yield* Effect.flip(accept(0.95))
      assert.match(error.message, /120 sampled decisions .* at least \d+ more/u)
      const { decided } = yield* accept(0.3)
      assert.isAbove(decided.length, 5)
      const right = decided.filter(({ sources }) => truth[numberOf(sources[0])] === true).length
      assert.isAtLeast(right / decided.length, 0.3)
      for (const { before, chosen } of decided) {
        assert.strictEqual(before?.provenance.scores?.["rank"], 1)
        assert.strictEqual(chosen, "filter")
      }
      assert.strictEqual(
        (yield* Effect.flip(review.decideAll(pair, { status: "rejected", minPrecision: 0.5 })))._tag,
        "ValidationError"
      )
      assert.strictEqual(
        (yield* Effect.flip(review.decideAll({}, { status: "accepted", minPrecision: 0.5 })))._tag,
        "ValidationError"
      )
    })
  )
})

describe("a sample of nothing", () => {
  layer(store)((it) => {
    it.effect("is empty, and of a catalog that is not there an error", () =>
      Effect.gen(function* () {
        const review = yield* Review
        const references = yield* ReferenceRepository
        for (const catalog of [pair.from, pair.to]) {
          yield* references.save({ uri: `${catalog}/1`, title: "One", entityType: "requirement", catalog })
        }
        assert.deepStrictEqual(yield* review.sample(pair), [])
        assert.deepStrictEqual(yield* review.calibrations(), [])
        assert.strictEqual((yield* Effect.flip(review.sample({ ...pair, to: "none@1" })))._tag, "NotFoundError")
      })
    )
  })
})
