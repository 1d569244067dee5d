import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Carry } from "../../src/crosswalk/Carry.ts"
import { Pins } from "../../src/crosswalk/Pins.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { setText, targetsText } from "../../src/domain/RelationEnds.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const uuidOf = (n: number) => `3f2504e0-4f89-41d3-9a0c-0305e82c33${String(n).padStart(2, "0")}`

const control = (id: string, title: string, uuid?: number, catalog = "rules") => ({
  uri: `${catalog}:${id}`,
  title,
  description: `${title}, always.`,
  entityType: "rule",
  catalog,
  identifier: id,
  ...(uuid !== undefined && { metadata: { uuid: uuidOf(uuid) } })
})

/** A rolling catalogue, and a company that implements each of its controls; then the catalogue as it was imported again. */
const rolled = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const titles = ["Hash passwords", "End sessions", "Write logs", "Encrypt disks", "Keep backups", "Lock doors"]
  yield* references.saveMany([
    ...titles.map((title, i) => control(String(i + 1), title, i < 4 ? i + 1 : undefined)),
    ...titles.map((title, i) => control(`C${i + 1}`, `We do: ${title}`, undefined, "own"))
  ])
  yield* relations.saveMany([
    ...titles.map((_, i) => ({ sources: [`own:C${i + 1}`] as const, targets: [`rules:${i + 1}`] })),
    { sources: ["own:C5"], targets: ["rules:4", "rules:5"], type: "equal" as const, confidence: 0.5 }
  ])
  yield* references.saveMany([
    // The identifier of 1 is reused: what it said is renumbered. 2 is merged into 3. 4 is split, 5 renumbered, 6 gone.
    control("1", "Ask for consent", 9),
    control("10", "Hash passwords", 1),
    control("3", "Write logs", 3),
    control("4a", "Encrypt disks at rest", 4),
    control("4b", "Encrypt disks of laptops", 4),
    control("50", "Keep backups")
  ])
  yield* references.removeMany(["rules:2", "rules:4", "rules:5", "rules:6"], { force: true })
  return { references, relations }
})

const carry = (options: { readonly acceptUnchanged?: boolean; readonly store?: boolean } = {}) =>
  Carry.use((service) => service.carry({ catalog: "own", from: "rules", to: "rules", by: "Ann", ...options }))

const told = Effect.fnUntraced(function* (options: Parameters<typeof carry>[0]) {
  const { relations } = yield* carry(options)
  return relations.map(({ missing, reused, sources, successors, targets, to, type }) => [
    `${setText(sources)} ${type} ${targetsText({ targets, to })}`,
    ...successors.map(
      (one) => `${one.outcome} ${setText(one.sources)} → ${targetsText(one)} (${one.reasons.join(", ")})`
    ),
    ...missing.map((uri) => `missing ${uri}`),
    ...reused.map((uri) => `reused ${uri}`)
  ])
})

const lost = Effect.map(
  Pins.use(({ moved }) => moved()),
  (all) => all.flatMap(({ kind, uri }) => (kind === "gone" || kind === "other" ? [uri] : []))
)

const accepted = Effect.map(
  RelationRepository.use(({ findAll }) => Stream.runCollect(findAll({ status: ["accepted"] }))),
  (all) => all.map(({ sources, targets }) => `${setText(sources)} → ${setText(targets)}`)
)

describe("carrying within a rolling catalogue", () => {
  it.effect("proposes where what was read went, and never follows an identifier that another control has now", () =>
    Effect.gen(function* () {
      yield* rolled
      assert.deepStrictEqual(yield* told({ acceptUnchanged: true, store: false }), [
        ["own:C1 implements rules:1", "accepted own:C1 → rules:10 (reused, moved, unchanged)", "reused rules:1"],
        ["own:C2 implements rules:2", "missing rules:2"],
        [
          "own:C4 implements rules:4",
          "suggested own:C4 → rules:4a (split, moved, reworded)",
          "suggested own:C4 → rules:4b (split, moved, reworded)"
        ],
        [
          "own:C5 equal {rules:4, rules:5}",
          "suggested own:C5 → {rules:4a, rules:50} (split, moved, reworded)",
          "suggested own:C5 → {rules:4b, rules:50} (split, moved, reworded)"
        ],
        ["own:C5 implements rules:5", "accepted own:C5 → rules:50 (moved, unchanged)"],
        ["own:C6 implements rules:6", "missing rules:6"]
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("is settled by the accepted successor, untold by undo, and dropped where it is removed", () =>
    Effect.gen(function* () {
      const { relations } = yield* rolled
      const before = yield* accepted
      assert.deepStrictEqual(yield* lost, ["rules:1", "rules:2", "rules:4", "rules:5", "rules:6"])
      yield* carry()
      assert.deepStrictEqual(yield* accepted, before)
      assert.deepStrictEqual(yield* lost, ["rules:1", "rules:2", "rules:4", "rules:5", "rules:6"])
      const { step } = yield* carry({ acceptUnchanged: true })
      assert.isDefined(step)
      const [found] = yield* Stream.runCollect(relations.findAll({ target: "rules:50", status: ["accepted"] }))
      assert.deepStrictEqual(
        found?.provenance.path?.map(({ basis, sources, targets }) => [...sources, ...targets, basis].join(" ")),
        ["own:C5 rules:5 relation", "rules:5 rules:50 text"]
      )
      // 5 is still an end of the set; the identifier of 1 is a decision to take back, not only to follow.
      yield* Review.use(({ decide }) =>
        decide([{ sources: ["own:C5"], targets: ["rules:4a", "rules:50"], type: "equal", status: "accepted" }])
      )
      yield* Review.use(({ decide }) =>
        decide([{ sources: ["own:C4"], targets: ["rules:4a"], type: "implements", status: "accepted" }])
      )
      assert.deepStrictEqual(yield* lost, ["rules:1", "rules:2", "rules:6"])
      yield* Review.use(({ decide }) =>
        decide([{ sources: ["own:C1"], targets: ["rules:1"], type: "implements", status: "rejected" }])
      )
      for (const n of [2, 6]) {
        yield* relations.remove({ sources: [`own:C${n}`], targets: [`rules:${n}`], type: "implements" })
      }
      assert.deepStrictEqual(yield* lost, [])
      assert.deepStrictEqual((yield* carry()).relations, [])
      yield* Review.use(({ undo }) => undo({ steps: 4 }))
      assert.deepStrictEqual(yield* lost, ["rules:1", "rules:4", "rules:5"])
      assert.deepStrictEqual(yield* accepted, before)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("carries what was read, not what is stored under its identifier, to another edition", () =>
    Effect.gen(function* () {
      const { references } = yield* rolled
      yield* references.saveMany([
        control("1", "Ask for consent", 9, "rules@2"),
        control("7", "Hash passwords", 1, "rules@2"),
        control("3", "Write logs", 3, "rules@2"),
        control("5", "Keep backups", undefined, "rules@2")
      ])
      const { relations } = yield* Carry.use((service) =>
        service.carry({ catalog: "own", from: "rules", to: "rules@2", method: "keyword", acceptUnchanged: true })
      )
      assert.deepStrictEqual(
        relations.flatMap(({ successors }) =>
          successors.map((one) => `${one.outcome} ${setText(one.sources)} → ${targetsText(one)}`)
        ),
        ["accepted own:C3 → rules@2:3", "accepted own:C1 → rules@2:7", "accepted own:C5 → rules@2:5"]
      )
    }).pipe(Effect.provide(TestStore.layer))
  )
})
