import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Lint } from "../../src/catalog/Lint.ts"
import { RelationImport } from "../../src/catalog/RelationImport.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import type { RelationType } from "../../src/domain/Relation.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const entry = (uri: string, more: object = {}) => {
  const [catalog = ""] = uri.split(":")
  return { uri, title: uri, entityType: "r", catalog, identifier: uri.slice(catalog.length + 1), ...more }
}

const store = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  yield* references.saveMany([
    ...["a:1", "a:2", "a:3", "a:4"].map((uri) => entry(uri)),
    ...["b:1", "b:2", "b:3", "b:4"].map((uri) => entry(uri)),
    ...["c:1", "c:2"].map((uri) => entry(uri)),
    entry("b:H", { role: "heading" }),
    entry("b:W", { metadata: { status: "withdrawn" } })
  ])
  const relate = (source: string, type: RelationType, target: string, more: Partial<RelationInput> = {}) =>
    relations.save({ sources: [source], targets: [target], type, ...more })
  const rules = (options: object = {}) =>
    Effect.map(
      Effect.flatMap(Lint, (lint) => lint.relations(options)),
      ({ findings }) => findings.map(({ rule, sources, targets }) => `${rule} ${sources} ${targets}`)
    )
  return { references, relations, relate, rules }
})

describe("Lint.relations", () => {
  it.effect("finds nothing in what is sound, whatever is suggested or was rejected", () =>
    Effect.gen(function* () {
      const { relate, relations, rules } = yield* store
      yield* relate("a:1", "equal", "b:1")
      yield* relate("b:1", "equal", "a:1")
      yield* relate("a:2", "subset", "b:2")
      yield* relate("a:2", "implements", "b:2")
      yield* relate("a:2", "intersects", "b:3")
      yield* relate("a:1", "equal", "b:2", { status: "suggested" })
      yield* relate("a:1", "no-relationship", "b:1", { status: "rejected" })
      yield* relations.save({ sources: ["a:3"], targets: [], to: "b" })
      yield* relations.save({ sources: ["a:4"], targets: ["b:3", "b:4"], type: "equal" })
      expect(yield* rules()).toEqual([])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("finds what contradicts itself: pairs, no counterpart, cycles also over sets and equals", () =>
    Effect.gen(function* () {
      const { relate, relations, rules } = yield* store
      yield* relate("a:1", "equal", "b:1")
      yield* relate("b:1", "no-relationship", "a:1")
      yield* relations.save({ sources: ["a:2"], targets: [], to: "b" })
      yield* relate("b:2", "intersects", "a:2")
      yield* relate("a:3", "subset", "b:3")
      yield* relate("b:3", "equal", "c:1")
      yield* relations.save({ sources: ["c:1"], targets: ["a:4", "c:2"], type: "subset" })
      yield* relations.save({ sources: ["c:2", "a:4"], targets: ["a:3"], type: "subset" })
      expect(yield* rules()).toEqual(["contradiction a:2 ", "subset-cycle a:3 b:3", "contradiction b:1 a:1"])
      expect(yield* rules({ from: "b", to: "c" })).toEqual([])
      expect(yield* rules({ from: "b", to: "a" })).toEqual(["contradiction a:2 ", "contradiction b:1 a:1"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("names one cycle of all that hang together, and a long one is no matter", () =>
    Effect.gen(function* () {
      const { references, relations } = yield* store
      const count = 5_000
      const uris = Array.from({ length: count }, (_, i) => `z:${i}`)
      yield* references.saveMany(uris.map((uri) => entry(uri)))
      yield* relations.saveMany(
        uris.map((uri, i) => ({ sources: [uri], targets: [`z:${(i + 1) % count}`], type: "subset" as const }))
      )
      const { findings } = yield* Effect.flatMap(Lint, (lint) => lint.relations())
      expect(findings.map(({ rule }) => rule)).toEqual(["subset-cycle"])
      expect(findings[0]?.message).toContain(`(${count} relations)`)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("finds several equals, headings, what was withdrawn, and decisions on texts that have changed", () =>
    Effect.gen(function* () {
      const { references, relate, rules } = yield* store
      yield* relate("a:1", "equal", "b:1")
      yield* relate("a:1", "equal", "b:2")
      yield* relate("a:1", "equal", "c:1")
      yield* relate("a:3", "subset", "b:H")
      yield* relate("a:3", "subset", "b:W")
      yield* relate("a:4", "subset", "b:4")
      yield* references.saveMany([entry("b:4", { title: "Another text" })])
      expect(yield* rules()).toEqual([
        "several-equal a:1 b:2",
        "changed-text a:4 b:4",
        "heading  b:H",
        "withdrawn  b:W"
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("finds relations of a reference to itself, which earlier versions stored", () =>
    Effect.gen(function* () {
      const { relate, rules } = yield* store
      const sql = yield* SqlClient.SqlClient
      yield* relate("a:1", "intersects", "b:1")
      yield* sql`UPDATE crosswalk_relation_end SET reference_id = (SELECT id FROM crosswalk_reference WHERE uri = 'a:1')`
      expect(yield* rules()).toEqual(["self-relation a:1 a:1"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("fails where a catalog is not stored", () =>
    Effect.gen(function* () {
      const { rules } = yield* store
      expect(yield* Effect.flip(rules({ from: "x@1" }))).toMatchObject({ _tag: "NotFoundError" })
      expect(yield* Effect.flip(rules({ frm: "a" }))).toMatchObject({ _tag: "ValidationError", field: "frm" })
    }).pipe(Effect.provide(TestStore.layer))
  )
})

const csv = (...lines: ReadonlyArray<string>) => ({
  name: "pairs.csv",
  bytes: Stream.encodeText(Stream.make(["source,target,type", ...lines, ""].join("\n")))
})

describe("an end that is none", () => {
  it.effect("gets the same proposal from an import and from a check", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const one = (catalog: string, identifier: string) => ({
        uri: `${catalog}:${identifier}`,
        title: "Rule",
        entityType: "rule",
        catalog,
        identifier
      })
      const names = ["PO.3.1", "AC-2", "AC-2(1)", "CSF-7", "V10.2", "ABCDEF"]
      yield* references.saveMany([one("s", "S"), ...names.map((name) => one("t", name))])
      const wrong = ["P0.3.1", "РО.3.1", "AC-2(9)", "7", "V1O.2", "V10-2.", "ABCDEG", "AC2", "zzzzzz", "ac_2_1"]
      const lines = wrong.map((target) => `S,${target},intersects`)
      const linted = yield* Effect.flatMap(Lint, (lint) => lint.file(csv(...lines), { from: "s", to: "t" }))
      const imported = yield* Effect.flatMap(RelationImport, ({ run }) => run(csv(...lines), { from: "s", to: "t" }))
      const proposed = (found: ReadonlyArray<{ readonly at?: string; readonly remedy?: unknown }>) =>
        found.map(({ at, remedy }) => [at, remedy])
      const findings = linted.findings.filter(({ rule }) => ["look-alike", "unknown-identifier"].includes(rule))
      expect(proposed(imported.failed)).toEqual(proposed(findings))
      expect(findings.map(({ at }) => at)).toEqual(
        ["P0.3.1", "РО.3.1", "AC-2(9)", "7", "V1O.2", "ABCDEG", "zzzzzz"].map(
          (name) => `line ${wrong.indexOf(name) + 2}`
        )
      )
      expect(imported.failed[0]?.problem).toBe(
        "there is no reference t:P0.3.1: PO.3.1 is, and P0.3.1 has the digit 0 where that has the letter O"
      )
    }).pipe(Effect.provide(TestStore.layer))
  )
})

describe("Lint.file", () => {
  const check = (options: object, ...lines: ReadonlyArray<string>) =>
    Effect.flatMap(Lint, (lint) => lint.file(csv(...lines), options))

  it.effect("tells once what is not stored: a catalog, an identifier, with what is proposed and where it is", () =>
    Effect.gen(function* () {
      yield* store
      const { errors, findings, relations } = yield* check(
        { from: "a", to: "x@1" },
        "1,7,equal",
        "2,8,equal",
        "2,https://example.org/b,equal"
      )
      expect({ errors, relations }).toEqual({ errors: 2, relations: 3 })
      expect(findings).toMatchObject([
        {
          rule: "unknown-catalog",
          at: "line 2",
          message: "The catalog x@1 is not stored, so 2 of its identifiers cannot be checked."
        },
        { rule: "unknown-identifier", at: "line 4", targets: ["https://example.org/b"] }
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect(
    "takes identifiers for what their labels and other ways to write them mean, and tells where it is not clear",
    () =>
      Effect.gen(function* () {
        const { references } = yield* store
        yield* references.saveMany([
          entry("d:AC-2(5)", { label: "AC-02(05)" }),
          entry("d:x", { identifier: "X-1", label: "Y" }),
          entry("d:y", { identifier: "X_1" })
        ])
        const { findings } = yield* check(
          { from: "a", to: "d" },
          "1,ac-2.5,subset",
          "2,AC-02(05),subset",
          "3,x 1,subset",
          "3,X-1,subset"
        )
        expect(findings).toMatchObject([
          { rule: "ambiguous-identifier", at: "line 4", remedy: { action: "chooseOne", values: ["d:x", "d:y"] } }
        ])
      }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells exchanged columns where identifiers of both catalogs overlap, and not where a few are wrong", () =>
    Effect.gen(function* () {
      const { references } = yield* store
      const ids = (catalog: string, count: number) =>
        Array.from({ length: count }, (_, i) => entry(`${catalog}:${i + 1}`))
      yield* references.saveMany([...ids("m", 20), ...ids("n", 60)])
      const rows = Array.from({ length: 20 }, (_, i) => [i + 1, 3 * i + 1] as const)
      const rulesOf = (all: ReadonlyArray<readonly [number, number]>) =>
        Effect.map(check({ from: "m", to: "n" }, ...all.map(([a, b]) => `${a},${b},subset`)), ({ findings }) =>
          findings.map(({ rule }) => rule)
        )
      expect(yield* rulesOf(rows)).toEqual([])
      expect(yield* rulesOf(rows.map(([a, b]) => [b, a]))).toEqual(["swapped-columns"])
      expect(yield* rulesOf([...rows, [30, 5], [31, 6]])).toEqual(["unknown-identifier", "unknown-identifier"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells by the UUIDs of an OSCAL mapping which identifiers are another control's now, or renamed", () =>
    Effect.gen(function* () {
      const { references } = yield* store
      const uuid = (digit: number) => `c07f7e22-1641-41e2-a29c-f1180ff9f60${digit}`
      const known = (id: string, digit: number) =>
        entry(`o:${id}`, { metadata: { props: { "alt-identifier": uuid(digit) } } })
      yield* references.saveMany([known("X.1", 1), known("X.2", 2), known("X.9", 3)])
      const end = (id: string, digit?: number) => ({
        type: "control",
        "id-ref": id,
        ...(digit !== undefined && { props: [{ name: "oscal_uuid", value: uuid(digit).toUpperCase() }] })
      })
      const map = (target: object) => ({ relationship: "equal-to", sources: [end("1")], targets: [target] })
      const maps = [map(end("X.1", 1)), map(end("X.1", 2)), map(end("X.2", 7)), map(end("X.3", 3)), map(end("X.2"))]
      const text = JSON.stringify({
        "mapping-collection": { mappings: [{ maps: maps.map((one) => ({ ...one, relationship: "intersects-with" })) }] }
      })
      const lint = yield* Lint
      const { findings } = yield* lint.file(
        { name: "m.json", bytes: Stream.encodeText(Stream.make(text)) },
        { from: "a", to: "o" }
      )
      const at = (i: number) => `$["mapping-collection"].mappings[0].maps[${i}]`
      expect(findings.filter(({ rule }) => rule !== "duplicate")).toMatchObject([
        { rule: "other-control", at: at(1), targets: ["o:X.1"], remedy: { values: ["o:X.2"] } },
        { rule: "other-control", at: at(2), targets: ["o:X.2"], message: expect.stringContaining("is gone") },
        { rule: "unknown-identifier", at: at(3), targets: ["o:X.3"], remedy: { values: ["o:X.9"] } }
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("knows the URNs of a CISO Assistant library whose framework has an underscore in its name", () =>
    Effect.gen(function* () {
      const { references } = yield* store
      yield* references.saveMany([entry("pci-4_0:1.1", { catalog: "pci-4_0" }), entry("q_1:7", { catalog: "q_1" })])
      const urn = "urn:x:risk"
      const text = `urn: ${urn}:library:m
objects:
  requirement_mapping_sets:
  - source_framework_urn: ${urn}:framework:pci-4_0
    target_framework_urn: ${urn}:framework:q_1
    requirement_mappings:
    - source_requirement_urn: ${urn}:req_node:pci-4_0:1.1
      target_requirement_urn: ${urn}:req_node:q_1:7
      relationship: equal
`
      const lint = yield* Lint
      const { findings, relations } = yield* lint.file({ name: "m.yaml", bytes: Stream.encodeText(Stream.make(text)) })
      expect({ findings, relations }).toEqual({ findings: [], relations: 1 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("stores nothing", () =>
    Effect.gen(function* () {
      const { relations } = yield* store
      yield* check({ from: "a", to: "b" }, "1,1,equal")
      expect(yield* relations.count()).toBe(0)
    }).pipe(Effect.provide(TestStore.layer))
  )
})
