import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Carry } from "../../src/crosswalk/Carry.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import type { CarryReport } from "../../src/domain/Carry.ts"
import type { CarryOptions } from "../../src/domain/CarryOptions.ts"
import { setText, targetsText } from "../../src/domain/RelationEnds.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

type Texts = Readonly<Record<string, string>>

const password = "Passwords are stored with a slow and salted hash function."
const session = "Sessions end after fifteen minutes without any activity of the user."
const logging = "Administrative actions are written to a log with time and origin."
const transport = "Traffic between components is encrypted in transit with TLS."
const backup = "Backups are kept at another site and restored every quarter as an exercise."

const rules: Texts = { R1: "Rule one", R2: "Rule two", R3: "Rule three" }

const save = Effect.fnUntraced(function* (catalog: string, texts: Texts, uuids: Texts = {}) {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    Object.entries(texts).map(([id, description]) => ({
      uri: `${catalog}/${id}`,
      title: "Requirements",
      entityType: "requirement",
      catalog,
      identifier: id,
      description,
      ...(uuids[id] !== undefined && { metadata: { uuid: uuids[id] } })
    }))
  )
})

/** `c` is the catalog `co@1`, `a` and `b` are the editions of a standard. */
const long = (name: string) => name.replace(/^c\//u, "co@1/").replace(/^a\//u, "std@1/").replace(/^b\//u, "std@2/")

const uris = (text: string) => text.split("+").filter(Boolean).map(long)

/** `c/R1 equal a/A+a/B`, or `c/R1 no-relationship @std@1`. */
const relate = (text: string, more: Partial<RelationInput> = {}): RelationInput => {
  const [sources = "", type = "", targets = ""] = text.split(" ")
  const [first = "", ...others] = uris(sources)
  const ends = targets.startsWith("@") ? { targets: [], to: targets.slice(1) } : { targets: uris(targets) }
  return { sources: [first, ...others], ...ends, type: type as "equal", ...more }
}

const prepare = Effect.fnUntraced(function* (
  before: Texts,
  after: Texts,
  relations: ReadonlyArray<string | RelationInput>
) {
  yield* save("co@1", rules)
  yield* save("std@1", before)
  yield* save("std@2", after)
  const repository = yield* RelationRepository
  yield* repository.saveMany(relations.map((one) => (typeof one === "string" ? relate(one) : one)))
})

const carry = (options: Partial<CarryOptions> = {}) =>
  Carry.use((service) => service.carry({ catalog: "co@1", from: "std@1", to: "std@2", by: "Ann", ...options }))

const short = (text: string) => text.replaceAll("co@1/", "c/").replaceAll("std@1/", "a/").replaceAll("std@2/", "b/")

/** What follows of each accepted relation, and what is known of those of which nothing does. */
const told = ({ relations }: CarryReport) =>
  Object.fromEntries(
    relations.map(({ missing, reused, sources, successors, targets, to, type, unclear }) => [
      short(`${setText(sources)} ${type} ${targetsText({ targets, to })}`),
      [
        ...successors.map((one) =>
          short(`${one.outcome} ${setText(one.sources)} ${one.type} ${targetsText(one)} (${one.reasons.join(", ")})`)
        ),
        ...missing.map((uri) => short(`missing ${uri}`)),
        ...unclear.map(({ uri }) => short(`unclear ${uri}`)),
        ...reused.map((uri) => short(`reused ${uri}`))
      ]
    ])
  )

const stored = Effect.flatMap(RelationRepository, (relations) =>
  Effect.map(Stream.runCollect(relations.findAll()), (all) =>
    all.map(({ sources, status, targets, to, type }) =>
      short(`${status} ${setText(sources)} ${type} ${targetsText({ targets, to })}`)
    )
  )
)

const fresh = <A, E>(name: string, test: () => Effect.Effect<A, E, Layer.Success<typeof TestStore.layer>>) =>
  it.effect(name, () => test().pipe(Effect.provide(Layer.fresh(TestStore.layer))))

describe("Carry through the comparison", () => {
  fresh("keeps what was carried, with its path, when suggestions are made anew", () =>
    Effect.gen(function* () {
      yield* prepare({ A1: password, A2: session }, { B1: password, B2: session }, [relate("c/R1 implements a/A1")])
      yield* carry()
      const repository = yield* RelationRepository
      const find = Effect.map(repository.find("co@1/R1", "outgoing"), (all) =>
        all.find(({ targets }) => targets[0] === "std@2/B1")
      )
      const before = yield* find
      assert.strictEqual(before?.provenance.path?.length, 2)
      const { stored } = yield* Crosswalk.use((crosswalk) =>
        crosswalk.suggest({ from: "co@1", to: "std@2", method: "keyword", type: "implements" })
      )
      assert.isAtLeast(stored?.kept ?? 0, 1)
      assert.deepStrictEqual(yield* find, before)
    })
  )

  fresh("carries relations of headings too, by UUID or by the same text", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* save("co@1", rules)
      const heading = (catalog: string, identifier: string, title: string, uuid?: string) => ({
        uri: `${catalog}/${identifier}`,
        title,
        entityType: "heading",
        role: "heading" as const,
        catalog,
        identifier,
        ...(uuid !== undefined && { metadata: { uuid } })
      })
      const uuid = "11111111-2222-4333-8444-555555555555"
      yield* references.saveMany([
        heading("std@1", "V1", "Doors"),
        heading("std@1", "V2", "Keys", uuid),
        heading("std@1", "V3", "Roofs"),
        heading("std@2", "V4", "Doors"),
        heading("std@2", "V5", "Locks and keys", uuid),
        heading("std@2", "V3", "Cellars")
      ])
      yield* save("std@1", { A1: password })
      yield* save("std@2", { B1: password })
      const repository = yield* RelationRepository
      yield* repository.saveMany(
        ["c/R1 implements a/V1", "c/R2 subset a/V2", "c/R3 equal a/V3"].map((one) => relate(one))
      )
      assert.deepStrictEqual(told(yield* carry()), {
        "c/R1 implements a/V1": ["suggested c/R1 implements b/V4 (moved, unchanged)"],
        "c/R2 subset a/V2": ["suggested c/R2 subset b/V5 (moved, reworded)"],
        "c/R3 equal a/V3": ["missing a/V3", "reused a/V3"]
      })
    })
  )

  fresh("accepts on request what says the same, and leaves to review what was reworded", () =>
    Effect.gen(function* () {
      yield* prepare(
        { A1: password, A2: session, A3: logging, A4: "Lunch is served at noon in a canteen." },
        { A1: password, B2: session, A3: logging.replace("time", "date"), A5: transport },
        ["c/R1 implements a/A1", "c/R2 equal a/A2", "c/R2 subset a/A3", "c/R3 implements a/A4"]
      )
      const dry = yield* carry({ store: false, acceptUnchanged: true })
      const expected = {
        "c/R1 implements a/A1": ["accepted c/R1 implements b/A1 (unchanged)"],
        "c/R2 equal a/A2": ["accepted c/R2 equal b/B2 (moved, unchanged)"],
        "c/R2 subset a/A3": ["suggested c/R2 subset b/A3 (reworded)"],
        "c/R3 implements a/A4": ["missing a/A4"]
      }
      assert.deepStrictEqual(told(dry), expected)
      assert.isUndefined(dry.step)
      assert.lengthOf(yield* stored, 4)
      const report = yield* carry({ acceptUnchanged: true })
      assert.deepStrictEqual(told(report), expected)
      assert.strictEqual(report.totals.withoutSuccessor, 1)
      assert.deepStrictEqual((yield* stored).slice(4), [
        "accepted c/R1 implements b/A1",
        "accepted c/R2 equal b/B2",
        "suggested c/R2 subset b/A3"
      ])
      const relations = yield* RelationRepository
      const [found] = yield* Stream.runCollect(relations.findAll({ target: "std@2/A3" }))
      assert.strictEqual(found?.provenance.method, "carry:map+diff")
      assert.deepStrictEqual(
        found?.provenance.path?.map(({ basis, sources, targets, type }) => [...sources, type, ...targets, basis]),
        [
          ["co@1/R2", "subset", "std@1/A3", "relation"],
          ["std@1/A3", "equal", "std@2/A3", "suggestion"]
        ]
      )
      assert.strictEqual(found?.confidence, found?.provenance.path?.[1]?.confidence)
    })
  )

  fresh("only suggests unless asked, and again changes nothing", () =>
    Effect.gen(function* () {
      yield* prepare({ A1: password, A2: session }, { A1: password, B2: session }, [
        "c/R1 implements a/A1",
        "c/R2 equal a/A2"
      ])
      const first = yield* carry()
      assert.deepStrictEqual(first.totals.successors, { accepted: 0, suggested: 2, unchanged: 0, decided: 0 })
      const before = yield* stored
      const again = yield* carry()
      assert.isUndefined(again.step)
      assert.deepStrictEqual(again.totals.successors, { accepted: 0, suggested: 0, unchanged: 2, decided: 0 })
      const accepting = yield* carry({ acceptUnchanged: true })
      assert.strictEqual(accepting.totals.successors.accepted, 2)
      assert.isUndefined((yield* carry({ acceptUnchanged: true })).step)
      assert.notDeepEqual(yield* stored, before)
      const review = yield* Review
      yield* review.undo()
      assert.deepStrictEqual(yield* stored, before)
      yield* review.undo()
      assert.lengthOf(yield* stored, 2)
    })
  )

  fresh("follows the words where identifiers were renumbered, and says that they name another now", () =>
    Effect.gen(function* () {
      yield* prepare({ "1": password, "2": session, "3": logging }, { "1": transport, "2": password, "3": session }, [
        "c/R1 implements a/1",
        "c/R2 implements a/2",
        "c/R3 implements a/3"
      ])
      const report = yield* carry({ acceptUnchanged: true })
      assert.deepStrictEqual(told(report), {
        "c/R1 implements a/1": ["accepted c/R1 implements b/2 (reused, moved, unchanged)", "reused a/1"],
        "c/R2 implements a/2": ["accepted c/R2 implements b/3 (reused, moved, unchanged)", "reused a/2"],
        "c/R3 implements a/3": ["missing a/3", "reused a/3"]
      })
    })
  )

  fresh("takes UUIDs before identifiers and words", () =>
    Effect.gen(function* () {
      const ids = ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"] as const
      yield* save("co@1", rules)
      yield* save("std@1", { "1": password, "2": session }, { "1": ids[0], "2": ids[1] })
      yield* save("std@2", { "1": transport, "2": session, "9": backup }, { "9": ids[0].toUpperCase(), "2": ids[1] })
      yield* RelationRepository.use((relations) =>
        relations.saveMany([relate("c/R1 implements a/1"), relate("c/R2 implements a/2")])
      )
      const report = yield* carry({ acceptUnchanged: true })
      assert.deepStrictEqual(told(report), {
        "c/R1 implements a/1": ["suggested c/R1 implements b/9 (reused, moved, reworded)", "reused a/1"],
        "c/R2 implements a/2": ["accepted c/R2 implements b/2 (unchanged)"]
      })
      assert.strictEqual(report.relations[0]?.successors[0]?.provenance.path?.[1]?.basis, "uuid")
    })
  )

  fresh("does not accept a text that several have under another identifier", () =>
    Effect.gen(function* () {
      yield* prepare({ "1": "See above.", "2": "See above." }, { "2": "See above.", "3": "See above." }, [
        "c/R1 implements a/1",
        "c/R2 implements a/2"
      ])
      assert.deepStrictEqual(told(yield* carry({ acceptUnchanged: true })), {
        "c/R1 implements a/1": ["suggested c/R1 implements b/3 (moved, reworded)"],
        "c/R2 implements a/2": ["accepted c/R2 implements b/2 (unchanged)"]
      })
    })
  )

  fresh("carries the other side, both directions, sets and those with no counterpart", () =>
    Effect.gen(function* () {
      yield* save("std@1", { A1: password, A2: session, A3: logging })
      yield* save("co@1", { R1: backup, R2: transport, R3: "Lunch is served at noon in a canteen." })
      yield* save("co@2", { R1: backup, R9: transport })
      yield* RelationRepository.use((relations) =>
        relations.saveMany(
          [
            "c/R1 implements a/A1",
            "a/A2 equal c/R2",
            "c/R1+c/R2 equal a/A2+a/A3",
            "c/R2+c/R3 superset a/A3",
            "c/R2 no-relationship @std@1",
            "a/A3 no-relationship @co@1"
          ].map((text) => relate(text))
        )
      )
      const report = yield* carry({ catalog: "std@1", from: "co@1", to: "co@2", acceptUnchanged: true })
      assert.deepStrictEqual(told(report), {
        "a/A2 equal c/R2": ["accepted a/A2 equal co@2/R9 (moved, unchanged)"],
        "a/A3 no-relationship nothing in co@1": [
          "suggested a/A3 no-relationship nothing in co@2 (negative, nothing-follows)"
        ],
        "c/R1 implements a/A1": ["accepted co@2/R1 implements a/A1 (unchanged)"],
        "{c/R1, c/R2} equal {a/A2, a/A3}": ["accepted {co@2/R1, co@2/R9} equal {a/A2, a/A3} (unchanged, moved)"],
        "{c/R2, c/R3} superset a/A3": [
          "suggested co@2/R9 intersects a/A3 (incomplete, moved, unchanged, nothing-follows)",
          "missing c/R3"
        ],
        "c/R2 no-relationship nothing in std@1": [
          "suggested co@2/R9 no-relationship nothing in std@1 (negative, moved, unchanged)"
        ]
      })
    })
  )
})

describe("Carry through stored relations", () => {
  const [before, after] = [
    { A1: password, A2: session, A3: logging, A4: transport },
    { B1: password, B2: session, B3: logging, B4: backup }
  ]

  fresh("composes what was accepted with what leads to the other edition, either way round", () =>
    Effect.gen(function* () {
      yield* prepare(before, after, [
        "c/R1 implements a/A1",
        "c/R1 subset a/A1",
        "c/R2 equal a/A2",
        "c/R3 implements a/A3",
        "c/R3 equal a/A4",
        "a/A1 superset b/B1",
        "a/A1 superset b/B2",
        "b/B3 superset a/A2",
        "b/B4 supersedes a/A3",
        "a/A4 no-relationship @std@2"
      ])
      assert.deepStrictEqual(told(yield* carry({ through: "map", acceptUnchanged: true })), {
        "c/R1 implements a/A1": [
          "suggested c/R1 implements b/B1 (split, reworded)",
          "suggested c/R1 implements b/B2 (split, reworded)"
        ],
        "c/R1 subset a/A1": [
          "suggested c/R1 intersects b/B1 (split, reworded, nothing-follows)",
          "suggested c/R1 intersects b/B2 (split, reworded, nothing-follows)"
        ],
        "c/R2 equal a/A2": ["suggested c/R2 subset b/B3 (reworded)"],
        "c/R3 implements a/A3": ["suggested c/R3 intersects b/B4 (reworded)"],
        "c/R3 equal a/A4": ["missing a/A4"]
      })
    })
  )

  fresh("takes a set that was related as a whole as a whole, and members by themselves", () =>
    Effect.gen(function* () {
      yield* prepare(before, after, [
        "c/R1 equal a/A1+a/A2",
        "c/R2 equal a/A1+a/A3",
        "c/R3 equal a/A3+a/A4",
        relate("a/A1+a/A2 equal b/B1", { confidence: 0.5 }),
        "a/A3 equal b/B3"
      ])
      const report = yield* carry({ through: "map", acceptUnchanged: true })
      assert.deepStrictEqual(told(report), {
        "c/R1 equal {a/A1, a/A2}": ["suggested c/R1 equal b/B1 (reworded)"],
        "c/R2 equal {a/A1, a/A3}": ["suggested c/R2 subset {b/B1, b/B3} (reworded, merged, moved, unchanged)"],
        "c/R3 equal {a/A3, a/A4}": ["suggested c/R3 superset b/B3 (incomplete, moved, unchanged)", "missing a/A4"]
      })
      assert.strictEqual(report.relations[0]?.successors[0]?.confidence, 0.5)
    })
  )

  fresh("accepts only what both say and whose texts are the same; what awaits review goes there", () =>
    Effect.gen(function* () {
      yield* prepare(before, after, [
        "c/R1 equal a/A1",
        "c/R2 equal a/A4",
        relate("c/R3 equal a/A3", { needsReview: true }),
        "a/A1 equal b/B1",
        "a/A4 equal b/B4",
        "b/B3 equal a/A3"
      ])
      assert.deepStrictEqual(told(yield* carry({ through: "map", acceptUnchanged: true })), {
        "c/R1 equal a/A1": ["accepted c/R1 equal b/B1 (moved, unchanged)"],
        "c/R2 equal a/A4": ["suggested c/R2 equal b/B4 (moved, reworded)"],
        "c/R3 equal a/A3": ["suggested c/R3 equal b/B3 (needs-review, moved, unchanged)"]
      })
    })
  )

  fresh("never touches nor contradicts what a person decided", () =>
    Effect.gen(function* () {
      yield* prepare(before, after, [
        "c/R1 equal a/A1",
        "c/R2 equal a/A2",
        "c/R3 equal a/A3",
        "a/A1 equal b/B1",
        "a/A2 equal b/B2",
        "a/A3 equal b/B3",
        relate("c/R1 intersects b/B1", { status: "rejected" }),
        "c/R2 no-relationship @std@2",
        "c/R3 equal b/B3+b/B4"
      ])
      const earlier = yield* stored
      const report = yield* carry({ acceptUnchanged: true })
      assert.deepStrictEqual(report.totals.successors, { accepted: 0, suggested: 0, unchanged: 0, decided: 3 })
      assert.isUndefined(report.step)
      assert.deepStrictEqual(yield* stored, earlier)
    })
  )
})

describe("Carry", () => {
  fresh("refuses catalogs that are one, and names one that is not there", () =>
    Effect.gen(function* () {
      yield* prepare({ A: password }, { A: password }, [])
      assert.strictEqual((yield* Effect.flip(carry({ catalog: "std@2" })))._tag, "ValidationError")
      assert.strictEqual((yield* Effect.flip(carry({ catalog: "std@1" })))._tag, "ValidationError")
      assert.strictEqual((yield* Effect.flip(carry({ to: "std@3" })))._tag, "NotFoundError")
    })
  )
})
