import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Lint } from "../../src/catalog/Lint.ts"
import { Status } from "../../src/catalog/Status.ts"
import { Pins } from "../../src/crosswalk/Pins.ts"
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
  metadata: uuid === undefined ? {} : { props: { "alt-identifier": uuidOf(uuid) } }
})

/** A rolling catalogue, and a company that implements each of its controls. */
const filled = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const controls = [
    control("1", "Hash passwords", 1),
    control("2", "End sessions", 2),
    control("3", "Write logs", 3),
    control("4", "Encrypt disks", 4),
    control("5", "Keep backups")
  ]
  yield* references.saveMany([
    ...controls,
    ...controls.map(({ title }, i) => control(`C${i + 1}`, title, undefined, "own"))
  ])
  yield* relations.saveMany([
    ...controls.map(({ uri }, i) => ({ sources: [`own:C${i + 1}`] as const, targets: [uri] })),
    { sources: ["own:C1"], targets: ["rules:2"], status: "rejected" as const }
  ])
  return { references, relations }
})

const lines = Effect.gen(function* () {
  const { moved } = yield* Pins
  return (yield* moved()).map(({ kind, now, read, relations, uri, went }) =>
    [
      uri,
      kind,
      read,
      now ?? "-",
      went.map((one) => one.uri).join() || "-",
      relations.map(({ sources }) => sources.join()).join()
    ].join(" | ")
  )
})

const counts = Effect.map(
  Status.use(({ read }) => read),
  ({ moved }) => moved
)

describe("what moved under accepted relations", () => {
  it.effect("is nothing where nothing changed", () =>
    Effect.gen(function* () {
      yield* filled
      assert.deepStrictEqual(yield* lines, [])
      assert.deepStrictEqual(yield* counts, { gone: 0, other: 0, unknown: 0, reworded: 0 })
      assert.deepStrictEqual((yield* Lint.use(({ relations }) => relations())).findings, [])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("is told of each reference: renumbered, reused, reworded, gone, and where it went", () =>
    Effect.gen(function* () {
      const { references, relations } = yield* filled
      yield* references.saveMany([
        // 1 is renumbered, and its identifier reused; 3 is reworded; of 4 only the metadata change; 2 and 5 are gone.
        control("1", "Ask for consent", 9),
        control("6", "Hash passwords", 1),
        control("3", "Write and keep logs", 3),
        { ...control("4", "Encrypt disks", 4), tags: ["storage"] },
        control("7", "Keep backups", undefined, "other")
      ])
      yield* references.removeMany(["rules:2", "rules:5"], { force: true })
      assert.deepStrictEqual(yield* lines, [
        "rules:1 | other | Hash passwords | Ask for consent | rules:6 | own:C1",
        "rules:2 | gone | End sessions | - | - | own:C2",
        "rules:3 | reworded | Write logs | Write and keep logs | - | own:C3",
        "rules:4 | metadata | Encrypt disks | Encrypt disks | - | own:C4",
        "rules:5 | gone | Keep backups | - | other:7 | own:C5"
      ])
      assert.deepStrictEqual(yield* counts, { gone: 2, other: 1, unknown: 0, reworded: 1 })
      // Each counts once, for the worst of its ends.
      yield* references.save({ ...control("C2", "Ends of sessions", undefined, "own") })
      yield* relations.save({ sources: ["own:C4"], targets: ["rules:4"], needsReview: true })
      assert.deepStrictEqual(yield* counts, { gone: 2, other: 1, unknown: 1, reworded: 1 })
      const { findings } = yield* Lint.use(({ relations }) => relations({ from: "own", to: "rules" }))
      assert.deepStrictEqual(
        findings.filter(({ rule }) => rule !== "changed-text").map(({ message, rule }) => `${rule}: ${message}`),
        [
          'other-control: rules:1 is another control now. It read "Hash passwords" when own:C1 implements rules:1 was accepted. It is rules:6 now.',
          'gone: rules:2 is gone. It read "End sessions" when own:C2 implements rules:2 was accepted.',
          'gone: rules:5 is gone. It read "Keep backups" when own:C5 implements rules:5 was accepted. It is other:7 now.'
        ]
      )
      assert.deepStrictEqual(
        findings.flatMap(({ rule, targets }) => (rule === "changed-text" ? [targets.join()] : [])),
        ["rules:1", "rules:3", "rules:4"]
      )
      assert.deepStrictEqual((yield* Lint.use(({ relations }) => relations({ from: "other" }))).findings, [])
    }).pipe(Effect.provide(TestStore.layer))
  )
})
