import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { SqlClient } from "effect/sql"
import { Review } from "../../src/crosswalk/Review.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"

const store = Layer.fresh(
  Layer.mergeAll(Review.layer, ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
)

const reference = (catalog: string, id: string, title = `Title of ${id}`) => ({
  uri: `${catalog}:${id}`,
  title,
  description: `Text of ${id}`,
  entityType: "requirement",
  catalog
})

const suggestion = (source: string, target: string, confidence: number): RelationInput => ({
  sources: [`a:${source}`],
  targets: [`b:${target}`],
  type: "implements",
  confidence,
  status: "suggested",
  provenance: { method: "suggest:test", model: "m1", scores: { cosine: confidence } }
})

/** Two catalogs of three, and three suggestions between them. */
const suggested = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  for (const id of ["1", "2", "3"]) yield* references.saveMany([reference("a", id), reference("b", id)])
  yield* relations.saveMany([suggestion("1", "1", 0.95), suggestion("1", "2", 0.4), suggestion("2", "2", 0.9)])
  const stateOf = (source: string, target: string) =>
    Effect.map(relations.find(`a:${source}`, "outgoing"), (found) =>
      found
        .filter((one) => one.targets[0] === `b:${target}`)
        .map(({ provenance, status, type }) => ({ status, type, ...provenance }))
    )
  return { review: yield* Review, references, relations, stateOf }
})

const on = (source: string, target: string) => ({
  sources: [`a:${source}`] as const,
  targets: [`b:${target}`]
})

describe("Review", () => {
  it.effect("gives suggestions with both texts, those of one source together, the surest first", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      const items = yield* Stream.runCollect(review.items({ from: "a", to: "b" }))
      expect(
        items.map(({ relation, sources, targets }) => [sources[0].uri, targets[0]?.uri, relation.confidence])
      ).toEqual([
        ["a:1", "b:1", 0.95],
        ["a:1", "b:2", 0.4],
        ["a:2", "b:2", 0.9]
      ])
      expect(items[0]?.targets[0]?.description).toBe("Text of 1")
      expect(yield* review.count({ from: "b", to: "a", minConfidence: 0.9 })).toBe(2)
      expect(yield* review.count({ uri: "b:2" })).toBe(2)
      expect(yield* review.count({ status: "accepted" })).toBe(0)
    }).pipe(Effect.provide(store))
  )

  it.effect("gives the same a page at a time, none twice and none missing while some are decided and made", () =>
    Effect.gen(function* () {
      const { relations, review } = yield* suggested
      // Equal confidences, and one that has no target.
      yield* relations.saveMany([
        suggestion("1", "3", 0.4),
        { ...suggestion("2", "2", 0.9), type: "equal" },
        { sources: ["a:3"], targets: [], to: "b", status: "suggested" }
      ])
      const all = yield* Stream.runCollect(review.items())
      const idOf = ({
        sources,
        targets,
        type
      }: {
        sources: Iterable<string>
        targets: Iterable<string>
        type: string
      }) => [...sources, type, ...targets].join(" ")
      const seen: Array<string> = []
      let after: string | undefined
      do {
        const page = yield* review.page({ limit: 1, after })
        expect(page.total).toBe(all.length - seen.length)
        for (const { relation } of page.items) {
          seen.push(idOf(relation))
          const { sources, targets, to, type } = relation
          yield* review.decide([{ sources, targets, to, type, status: "rejected" }])
        }
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(all.map(({ relation }) => idOf(relation)))
      expect((yield* review.page({ filter: { status: "any", uri: "a:2" } })).items).toHaveLength(2)
      for (const after of ["", "x", "e30", "bnVsbA"]) {
        expect(yield* Effect.flip(review.page({ after }))).toMatchObject({ _tag: "ValidationError", field: "after" })
      }
    }).pipe(Effect.provide(store))
  )

  it.effect("marks the words of each side that the other has too", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      const [item] = (yield* review.page({ limit: 1, marked: true })).items
      expect(item?.marked?.sources).toEqual([
        {
          uri: "a:1",
          title: [
            { text: "Title", common: true },
            { text: " of ", common: false },
            { text: "1", common: true }
          ],
          description: [
            { text: "Text", common: true },
            { text: " of ", common: false },
            { text: "1", common: true }
          ]
        }
      ])
      expect((yield* review.page({ limit: 1 })).items[0]?.marked).toBeUndefined()
    }).pipe(Effect.provide(store))
  )

  it.effect("says beforehand what deciding on all that pass would change, and what not", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      yield* review.decide([{ ...on("1", "1"), status: "accepted", note: "was" }])
      const filter = { from: "a", to: "b", status: "any" } as const
      const verdict = { status: "accepted", by: "Ann" } as const
      const { changes, refused, unchanged } = yield* review.preview(filter, verdict)
      expect([refused, unchanged]).toEqual([[], 1])
      expect(yield* review.count()).toBe(2)
      const { decided } = yield* review.decideAll(filter, verdict)
      expect(changes.map(({ after, before, sources, targets }) => ({ after, before, sources, targets }))).toEqual(
        decided.map(({ after, before, sources, targets }) => ({ after, before, sources, targets }))
      )
      const error = yield* Effect.flip(review.preview({ from: "c" }, verdict))
      expect(error).toMatchObject({ _tag: "NotFoundError", entity: "catalog" })
    }).pipe(Effect.provide(store))
  )

  it.effect("keeps the history of one relation, in pieces where it is long", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      const set = { sources: ["a:2", "a:1"], targets: ["b:3"] } as const
      for (const status of ["accepted", "rejected", "accepted"] as const) {
        yield* review.decide([{ ...set, status }])
        yield* review.decide([{ ...on("1", "1"), status }])
      }
      const all = yield* review.log({ ends: { ...set, sources: ["a:1", "a:2"] } })
      expect(all.map(({ after }) => after?.status)).toEqual(["accepted", "rejected", "accepted"])
      const [last] = all
      expect(yield* review.log({ ends: set, before: last?.id })).toEqual(all.slice(1))
      expect(yield* review.log({ ends: { ...set, targets: ["b:2"] } })).toEqual([])
    }).pipe(Effect.provide(store))
  )

  it.effect("accepts, rejects, changes the type and adds, and keeps how a relation was found", () =>
    Effect.gen(function* () {
      const { review, stateOf } = yield* suggested
      const outcome = yield* review.decide(
        [
          { ...on("1", "1"), status: "accepted", as: "equal", note: "word for word" },
          { ...on("1", "2"), status: "rejected" },
          { ...on("3", "3"), status: "accepted", type: "subset" }
        ],
        { by: "Ann" }
      )
      expect(outcome).toMatchObject({ unchanged: 0, refused: [] })
      expect(outcome.decided.map(({ after, before }) => [before?.status, after?.status])).toEqual([
        ["suggested", "accepted"],
        ["suggested", "rejected"],
        [undefined, "accepted"]
      ])
      expect(yield* stateOf("1", "1")).toEqual([
        {
          status: "accepted",
          type: "equal",
          method: "suggest:test",
          model: "m1",
          scores: { cosine: 0.95 },
          by: "Ann",
          note: "word for word"
        }
      ])
      expect(yield* stateOf("3", "3")).toEqual([{ status: "accepted", type: "subset", method: "manual", by: "Ann" }])
    }).pipe(Effect.provide(store))
  )

  it.effect("changes nothing when the same is decided again", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      yield* review.decide([{ ...on("1", "1"), status: "accepted" }], { by: "Ann" })
      const again = yield* review.decide([{ ...on("1", "1"), status: "accepted" }], { by: "Bob" })
      expect(again).toEqual({ step: undefined, decided: [], unchanged: 1, refused: [] })
      expect(yield* review.log()).toHaveLength(1)
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses what it cannot carry out, and does the rest", () =>
    Effect.gen(function* () {
      const { relations, review, stateOf } = yield* suggested
      yield* relations.save({ ...on("2", "2"), type: "equal" })
      const outcome = yield* review.decide([
        { ...on("9", "1"), status: "accepted" },
        { ...on("2", "2"), status: "accepted" },
        { ...on("2", "2"), type: "implements", as: "equal", status: "accepted" },
        { ...on("1", "1"), status: "accepted" },
        { ...on("1", "1"), status: "rejected" }
      ])
      expect(outcome.refused.map(({ problem }) => problem)).toEqual([
        "there is no reference a:9",
        expect.stringContaining("say which"),
        expect.stringContaining("there is a relation equal between them already (accepted)"),
        expect.stringContaining("another verdict")
      ])
      expect(outcome.decided).toHaveLength(1)
      expect((yield* stateOf("1", "1"))[0]?.status).toBe("accepted")
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses a verdict on what has changed since it was read", () =>
    Effect.gen(function* () {
      const { references, review } = yield* suggested
      const [item] = yield* Stream.runCollect(review.items())
      const verdict = { ...on("1", "1"), status: "accepted", seen: item?.version } as const
      yield* references.save(reference("b", "1", "Another title"))
      expect((yield* review.decide([verdict])).refused[0]?.problem).toContain("has changed since it was read")
      const [fresh] = yield* Stream.runCollect(review.items())
      expect((yield* review.decide([{ ...verdict, seen: fresh?.version }])).decided).toHaveLength(1)
    }).pipe(Effect.provide(store))
  )

  it.effect("decides on all that pass a filter as one step, and takes the step back", () =>
    Effect.gen(function* () {
      const { review, stateOf } = yield* suggested
      const before = yield* stateOf("1", "1")
      const all = yield* review.decideAll({ from: "a", to: "b", minConfidence: 0.9 }, { status: "accepted", by: "Ann" })
      expect(all.decided).toHaveLength(2)
      expect(yield* review.count()).toBe(1)
      const undone = yield* review.undo({ by: "Bob" })
      expect(undone.decided).toHaveLength(2)
      expect(yield* review.count()).toBe(3)
      expect(yield* stateOf("1", "1")).toEqual(before)
      expect((yield* review.undo()).decided).toEqual([])
    }).pipe(Effect.provide(store))
  )

  it.effect("takes back several steps, the newest first, and removes what was added", () =>
    Effect.gen(function* () {
      const { review, stateOf } = yield* suggested
      yield* review.decide([{ ...on("3", "3"), status: "accepted" }])
      yield* review.decide([{ ...on("3", "3"), status: "rejected" }])
      yield* review.decide([{ ...on("1", "1"), status: "accepted" }])
      const undone = yield* review.undo({ steps: 3 })
      expect(undone.decided.map(({ after }) => after?.status)).toEqual(["suggested", "accepted", undefined])
      expect(yield* stateOf("3", "3")).toEqual([])
    }).pipe(Effect.provide(store))
  )

  it.effect("leaves alone what was decided otherwise since", () =>
    Effect.gen(function* () {
      const { relations, review, stateOf } = yield* suggested
      const { step } = yield* review.decide([{ ...on("1", "1"), status: "accepted" }])
      yield* relations.save({ ...on("1", "1"), status: "rejected" })
      const undone = yield* review.undo({ step })
      expect(undone.decided).toEqual([])
      expect(undone.refused[0]?.problem).toContain("changed since")
      expect((yield* stateOf("1", "1"))[0]?.status).toBe("rejected")
      expect(yield* Effect.flip(review.undo({ step: 99 }))).toMatchObject({ _tag: "ValidationError", field: "step" })
    }).pipe(Effect.provide(store))
  )

  it.effect("keeps a log of who decided what and when, also after the reference is gone", () =>
    Effect.gen(function* () {
      const { references, review } = yield* suggested
      yield* TestClock.setTime(1_000)
      yield* review.decide([{ ...on("1", "1"), status: "accepted", note: "yes" }], { by: "Ann" })
      yield* TestClock.setTime(2_000)
      yield* review.undo({ by: "Bob" })
      yield* references.remove("a:1", { force: true })
      const log = yield* review.log({ uri: "a:1" })
      expect(
        log.map(({ after, at, before, by, note, undoes }) => ({
          by,
          note,
          undoes,
          at: at.epochMilliseconds,
          from: before?.status,
          to: after?.status
        }))
      ).toEqual([
        { by: "Bob", note: undefined, undoes: 1, at: 2_000, from: "accepted", to: "suggested" },
        { by: "Ann", note: "yes", undoes: undefined, at: 1_000, from: "suggested", to: "accepted" }
      ])
    }).pipe(Effect.provide(store))
  )

  it.effect("flags decisions on texts that changed, whoever writes them, and drops none", () =>
    Effect.gen(function* () {
      const { references, relations, review } = yield* suggested
      yield* review.decide([
        { ...on("1", "1"), status: "accepted" },
        { ...on("1", "2"), status: "rejected" }
      ])
      yield* references.save({ ...reference("a", "1"), tags: ["new"], metadata: { level: 1 } })
      expect(yield* review.count({ needsReview: true })).toBe(0)
      yield* references.saveMany([{ ...reference("a", "1"), description: "Another text" }])
      const flagged = yield* Stream.runCollect(review.items({ needsReview: true }))
      expect(flagged.map(({ relation }) => relation.status)).toEqual(["accepted", "rejected"])
      expect(yield* review.count()).toBe(1)
      yield* review.decideAll({ needsReview: true, status: "accepted" }, { status: "accepted", by: "Ann" })
      expect((yield* relations.find("a:1", "outgoing")).map((one) => one.needsReview)).toEqual([false, true])
      yield* review.undo()
      expect((yield* relations.find("a:1", "outgoing")).map((one) => one.needsReview)).toEqual([true, true])
    }).pipe(Effect.provide(store))
  )

  it.effect("says which catalog of a filter there is not, and what is wrong with a filter", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      expect(yield* Effect.flip(review.count({ from: "c" }))).toMatchObject({ _tag: "NotFoundError", uri: "c" })
      expect(yield* Effect.flip(review.count({ minConfidence: 2 }))).toMatchObject({ _tag: "ValidationError" })
      expect(
        yield* Effect.flip(review.decide([{ sources: [""], targets: ["b:1"], status: "accepted" }]))
      ).toMatchObject({
        _tag: "ValidationError"
      })
    }).pipe(Effect.provide(store))
  )

  it.effect("writes all of a step or nothing", () =>
    Effect.gen(function* () {
      const { review } = yield* suggested
      const sql = yield* SqlClient.SqlClient
      yield* sql.unsafe(`CREATE TRIGGER full BEFORE INSERT ON crosswalk_decision BEGIN SELECT RAISE(ABORT, 'no'); END`)
      expect(yield* Effect.flip(review.decideAll({}, { status: "accepted" }))).toMatchObject({ _tag: "DatabaseError" })
      expect(yield* review.count()).toBe(3)
    }).pipe(Effect.provide(store))
  )
})
