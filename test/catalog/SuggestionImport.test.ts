import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { RelationImport } from "../../src/catalog/RelationImport.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const pair = { from: "company@1", to: "std@1" } as const

const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const words = "passwords sessions logs keys backups tokens uploads".split(" ")
  const text = (i: number) => `${words[i % 7]} number${i} are kept with ${words[(i * 3) % 7]}`
  yield* references.saveMany(
    Array.from({ length: 40 }, (_, i) => [
      { uri: `c:${i}`, title: `Our ${text(i)}`, entityType: "requirement", catalog: pair.from },
      { uri: `s:${i}`, title: `All ${text(i)}`, entityType: "requirement", catalog: pair.to }
    ]).flat()
  )
})

const inDatabase = Effect.provide(Layer.fresh(TestStore.layer))

/** The open suggestions, with what their confidences are said to be. */
const open = Effect.gen(function* () {
  const review = yield* Review
  const items = yield* Stream.runCollect(review.items(pair))
  return {
    items: items.map(({ relation: { confidence, provenance, sources, targets } }) => ({
      ends: `${sources[0]} ${targets[0]}`,
      confidence,
      scores: provenance.scores ?? {}
    })),
    calibration: (yield* review.calibrations(pair))[0]
  }
})

const rejectSample = (size: number) =>
  Effect.gen(function* () {
    const review = yield* Review
    yield* review.decide(
      (yield* review.sample({ ...pair, size })).map(({ relation: { sources, targets } }) => ({
        sources,
        targets,
        status: "rejected",
        chosen: "sample"
      }))
    )
  })

const bring = (file: string) =>
  RelationImport.use((relations) =>
    relations.run({ name: "relations.ndjson", bytes: Stream.succeed(new TextEncoder().encode(file)) })
  )

/** What a database says whose confidences 30 decisions taught. */
const taughtElsewhere = Effect.gen(function* () {
  yield* fill
  yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ ...pair, method: "keyword" }))
  yield* rejectSample(30)
  const exports = yield* CatalogExport
  return { file: (yield* Stream.runCollect(exports.relations(pair))).join(""), before: yield* open }
}).pipe(inDatabase)

describe("suggestions that come from another database", () => {
  it.effect("have the confidences that decisions here teach: an order, until there are some", () =>
    Effect.gen(function* () {
      const { before, file } = yield* taughtElsewhere
      assert.isTrue(before.calibration?.isCalibrated)
      yield* Effect.gen(function* () {
        yield* fill
        yield* bring(file)
        const { calibration, items } = yield* open
        assert.strictEqual(items.length, before.items.length)
        assert.deepInclude(calibration, { decisions: 0, isCalibrated: false })
        for (const { confidence, scores } of items) {
          assert.strictEqual(confidence, scores["uncalibrated"])
          assert.isUndefined(scores["decisions"])
        }
        assert.deepInclude(yield* bring(file), { created: 0, updated: 0 })
      }).pipe(inDatabase)
    })
  )

  it.effect("come back to where they were taught as they were", () =>
    Effect.gen(function* () {
      yield* fill
      yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ ...pair, method: "keyword" }))
      const exports = yield* CatalogExport
      const early = (yield* Stream.runCollect(exports.relations(pair))).join("")
      yield* rejectSample(30)
      const taught = yield* open
      assert.isTrue(taught.items.every(({ scores }) => scores["decisions"] === 30))
      // Even of a file from before the sample: the log counts, not the file.
      assert.deepInclude(yield* bring(early), { created: 0, updated: 0 })
      assert.deepStrictEqual(yield* open, taught)
    }).pipe(inDatabase)
  )

  it.effect("are somebody's own where the file has another confidence than they were made with, and stay so", () =>
    Effect.gen(function* () {
      yield* fill
      yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ ...pair, method: "keyword", limit: 2 }))
      const exports = yield* CatalogExport
      const rows = (yield* Stream.runCollect(exports.relations(pair))).join("").trim().split("\n")
      const last = rows.findLastIndex((row) => row.includes('"rank":2'))
      const file = rows.map((row, i) => (i === last ? row.replace(/"confidence":[\d.]+/u, '"confidence":0.77') : row))
      assert.notDeepEqual(file, rows)
      yield* bring(file.join("\n"))
      yield* rejectSample(30)
      const own = (yield* open).items.filter(({ scores }) => scores["uncalibrated"] === undefined)
      assert.deepStrictEqual(
        own.map(({ confidence }) => confidence),
        [0.77]
      )
    }).pipe(inDatabase)
  )
})
