import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Graph from "../../src/crosswalk/Graph.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

/** A function as one may call it that no type holds back. */
const loose = (call: (...given: ReadonlyArray<never>) => unknown) => (given: ReadonlyArray<unknown>) => {
  const made: unknown = call(...(given as ReadonlyArray<never>))
  return Stream.isStream(made)
    ? Stream.runDrain(made as Stream.Stream<unknown, unknown>)
    : (made as Effect.Effect<unknown, unknown>)
}

const calls = Effect.gen(function* () {
  const { suggest } = yield* Crosswalk
  const { calibrations, count, decide, decideAll, find, items, log, sample, undo } = yield* Review
  const { report } = yield* Coverage
  const { diff } = yield* CatalogDiff
  const context = yield* Effect.context<ReferenceRepository | never>()
  const graph = (...given: ReadonlyArray<never>) =>
    Effect.provide(Graph.read(...(given as [])) as Effect.Effect<unknown, unknown, ReferenceRepository>, context)
  const verdict = { sources: ["a:1"], targets: ["b:1"], status: "accepted" }
  return [
    ["suggest", suggest, "options", [null]],
    ["suggest", suggest, "options", []],
    ["suggest", suggest, "from", [{ to: "b@1" }]],
    ["suggest", suggest, "from", [{ from: "a@1", source: "a:1", to: "b@1" }]],
    ["suggest", suggest, "fron", [{ fron: "a@1", to: "b@1" }]],
    ["suggest", suggest, "hooks.onprogress", [{ from: "a@1", to: "b@1" }, { onprogress: 1 }]],
    ["decide", decide, "verdicts", [null]],
    ["decide", decide, "verdicts.0.note", [[{ ...verdict, note: "a\0b" }]]],
    ["decide", decide, "verdicts.0.statsu", [[{ ...verdict, statsu: "accepted" }]]],
    ["decide", decide, "reviewer.by", [[verdict], { by: "a\0b" }]],
    ["decideAll", decideAll, "filter", [null, { status: "accepted" }]],
    ["decideAll", decideAll, "verdict.note", [{}, { status: "accepted", note: "a\0b" }]],
    ["decideAll", decideAll, "verdict.by", [{}, { status: "accepted", by: 7 }]],
    ["decideAll", decideAll, "verdict.minPrecision", [{}, { status: "accepted", minPrecision: 1 }]],
    ["sample", sample, "to", [{ from: "a@1" }]],
    ["sample", sample, "size", [{ from: "a@1", to: "b@1", size: 0 }]],
    ["calibrations", calibrations, "filter.form", [{ form: "a@1" }]],
    ["undo", undo, "stps", [{ stps: 1 }]],
    ["undo", undo, "steps", [{ steps: -1 }]],
    ["log", log, "options", [7]],
    ["log", log, "limit", [{ limit: "7" }]],
    ["find", find, "ends", [1, 2]],
    ["find", find, "ends.targets", [{ sources: ["a:1"] }]],
    ["find", find, "type", [{ sources: ["a:1"], targets: ["b:1"] }, "likes"]],
    ["items", items, "filter.catalog", [{ catalog: "a@1" }]],
    ["count", count, "filter", ["a@1"]],
    ["report", report, "options", [undefined]],
    ["report", report, "minConfidense", [{ to: "a@1", by: "b@1", minConfidense: 1 }]],
    ["report", report, "to", [{ to: "a@1", by: "a@1" }]],
    ["diff", diff, "options", [1]],
    ["diff", diff, "after", [{ before: "a@1", after: "a@1" }]],
    ["graph", graph, "form", [{ form: "a@1" }]]
  ] as const
})

layer(TestStore.layer)("what is wrong with a call", (it) => {
  it.effect("is a ValidationError that names the field", () =>
    Effect.gen(function* () {
      for (const [name, call, field, given] of yield* calls) {
        const error = yield* Effect.flip(loose(call)(given))
        assert.deepInclude(error, { _tag: "ValidationError", field }, name)
      }
      assert.lengthOf(yield* (yield* Review).log(), 0)
    })
  )

  it.effect("a verdict on a reference and itself is refused", () =>
    Effect.gen(function* () {
      yield* (yield* ReferenceRepository).save({ uri: "a:1", title: "A", entityType: "t" })
      const outcome = yield* (yield* Review).decide([{ sources: ["a:1"], targets: ["a:1"], status: "accepted" }])
      assert.deepStrictEqual(outcome, {
        step: undefined,
        decided: [],
        unchanged: 0,
        refused: [{ sources: ["a:1"], targets: ["a:1"], problem: "a reference cannot be related to itself (a:1)" }]
      })
    })
  )
})
