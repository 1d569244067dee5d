import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { CatalogImport, type ImportOptions } from "../../src/catalog/CatalogImport.ts"
import { ImportReport } from "../../src/catalog/ImportReport.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

interface Item {
  readonly id: string
  readonly covers?: ReadonlyArray<string>
}

/** Items of OpenFastTrace, which name what they cover. */
const items = (...found: ReadonlyArray<Item>) => ({
  name: "rules.json",
  bytes: Stream.encodeText(
    Stream.make(
      JSON.stringify({ header: { oftVersion: "4" }, items: found.map((item) => ({ title: item.id, ...item })) })
    )
  )
})

/** A control of Gemara that is mapped to entries of a standard. */
const mapped = (standard: string, ...entries: ReadonlyArray<string>) => ({
  name: "gemara.json",
  bytes: Stream.encodeText(
    Stream.make(
      JSON.stringify({
        controls: [
          {
            id: "C-1",
            title: "t",
            "guideline-mappings": [{ "reference-id": standard, entries }],
            "assessment-requirements": []
          }
        ]
      })
    )
  )
})

const run = Effect.fnUntraced(function* (source: ReturnType<typeof items>, options: ImportOptions = {}) {
  return yield* (yield* CatalogImport).run(source, { links: true, ...options })
})

const save = Effect.fnUntraced(function* (...found: ReadonlyArray<readonly [catalog: string, identifier: string]>) {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    found.map(([catalog, identifier]) => ({
      uri: `${catalog.replace("@", ":")}/${identifier}`,
      identifier,
      catalog,
      title: identifier,
      entityType: "requirement"
    }))
  )
})

const saved = Effect.gen(function* () {
  const all = yield* Stream.runCollect((yield* RelationRepository).findAll())
  return all.map(({ provenance, sources, status, targets, type }) => [sources[0], type, targets[0], status, provenance])
})

describe("links of an import", () => {
  it.effect("are relations to what is stored, in the catalog or another; other ends are told once", () =>
    Effect.gen(function* () {
      yield* save(["feats@1", "feat~keys~1"])
      const { failed, links, unread, unresolved } = yield* run(
        items(
          { id: "req~a~1", covers: ["req~b~1", "feat~keys~1", "feat~hats~1"] },
          { id: "req~b~1", covers: ["feat~hats~1", "req~b~1", ""] }
        )
      )
      const note = { method: "import:openfasttrace", note: "covers" }
      expect(yield* saved).toEqual([
        ["rules:req~a~1", "implements", "rules:req~b~1", "accepted", note],
        ["rules:req~a~1", "implements", "feats:1/feat~keys~1", "accepted", note]
      ])
      expect([failed, unread]).toEqual([[], []])
      expect(links).toEqual({ created: 2, updated: 0, unchanged: 0, kept: 0 })
      expect(unresolved).toEqual([
        {
          at: "$.items[0]",
          other: "feat~hats~1",
          nature: "covers",
          problem: "is no reference that is stored",
          count: 2
        },
        { at: "$.items[1]", other: "req~b~1", nature: "covers", problem: "is the reference itself", count: 1 }
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("of a standard are looked for in the catalog that is called so, and nowhere else", () =>
    Effect.gen(function* () {
      yield* save(["nist-csf@2.0", "PR.AA-02"], ["pci-dss@4.0", "1.2"], ["other@1", "1.2"], ["other@1", "9.9"])
      expect(yield* run(mapped("CSF", "PR.AA-02"))).toMatchObject({ links: { created: 1 }, unresolved: [] })
      expect(yield* run(mapped("PCIDSS", "1.2", "9.9"))).toMatchObject({
        links: { created: 1 },
        unresolved: [{ other: "PCIDSS 9.9" }]
      })
      expect(yield* run(mapped("CRA", "1.2"))).toMatchObject({
        links: { created: 0 },
        unresolved: [{ other: "CRA 1.2" }]
      })
      expect((yield* saved).map(([source, type, target]) => [source, type, target])).toEqual([
        ["gemara:C-1", "intersects", "nist-csf:2.0/PR.AA-02"],
        ["gemara:C-1", "intersects", "pci-dss:4.0/1.2"]
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("that only look like a reference of their standard are told first, with what was meant", () =>
    Effect.gen(function* () {
      yield* save(["ssdf@1.1", "PO.3.1"], ["ssdf@1.1", "PO.3.2"], ["other@1", "P0.9"])
      const { unresolved } = yield* run(mapped("SSDF", "PS.1", "PO.9", "P0.3.1"))
      expect(unresolved.map(({ other, problem, remedy }) => [other, problem, remedy])).toEqual([
        [
          "SSDF P0.3.1",
          "is no reference that is stored: PO.3.1 is, and P0.3.1 has the digit 0 where that has the letter O",
          { action: "chooseOne", field: "uri", values: ["ssdf:1.1/PO.3.1"] }
        ],
        ["SSDF PS.1", "is no reference that is stored", undefined],
        ["SSDF PO.9", "is no reference that is stored", undefined]
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("lead nowhere where several references are called so", () =>
    Effect.gen(function* () {
      yield* save(["a@1", "S-1"], ["b@1", "S-1"], ["iso@1", "5.1"], ["iso@2", "5.1"])
      expect(yield* run(items({ id: "x~1", covers: ["S-1"] }))).toMatchObject({
        unresolved: [{ other: "S-1", problem: "2 references are called so" }]
      })
      expect(yield* run(mapped("ISO", "5.1"))).toMatchObject({
        unresolved: [{ other: "ISO 5.1", problem: "2 references are called so" }]
      })
      expect(yield* saved).toEqual([])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("change nothing the second time, and nothing that a person decided", () =>
    Effect.gen(function* () {
      const source = () => items({ id: "a~1", covers: ["b~1", "c~1"] }, { id: "b~1" }, { id: "c~1" })
      yield* run(source(), { links: false })
      const relations = yield* RelationRepository
      yield* relations.save({ sources: ["rules:a~1"], targets: ["rules:b~1"], type: "implements", status: "rejected" })
      expect((yield* run(source())).links).toMatchObject({ created: 1, kept: 1 })
      const report = yield* run(source())
      expect(report).toMatchObject({ unchanged: 3, links: { created: 0, updated: 0, unchanged: 0, kept: 2 } })
      const encoded = yield* Schema.encodeEffect(ImportReport)(report)
      expect(yield* Schema.decodeEffect(ImportReport)(encoded)).toEqual(report)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("are left alone unless they are asked for, where nothing is written, and of rows that do not count", () =>
    Effect.gen(function* () {
      const repeated = () => items({ id: "a~1" }, { id: "b~1" }, { id: "a~1", covers: ["b~1"] })
      expect((yield* run(repeated(), { links: false })).links).toBeUndefined()
      expect((yield* run(repeated(), { strict: true })).links).toBeUndefined()
      expect(yield* run(repeated())).toMatchObject({ failed: [{}], links: { created: 0 }, unresolved: [] })
      expect(yield* saved).toEqual([])
    }).pipe(Effect.provide(TestStore.layer))
  )
})
