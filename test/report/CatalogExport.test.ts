import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { RelationImport } from "../../src/catalog/RelationImport.ts"
import { CatalogExport, type RelationExportOptions } from "../../src/report/CatalogExport.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const source = (name: string, text: string) => ({ name, bytes: Stream.encodeText(Stream.make(text)) })

const catalogs = (...ids: ReadonlyArray<string>) =>
  ReferenceRepository.use((references) =>
    references.saveMany(
      ids.map((catalog) => ({ uri: `${catalog}:1`, title: `Of ${catalog}`, entityType: "rule", catalog, tags: ["x"] }))
    )
  )

const references = (options?: { readonly catalog?: string; readonly format?: "csv" | "oscal" | "cyclonedx" }) =>
  CatalogExport.use((exports) => Stream.mkString(exports.references(options)))

const relations = (options?: RelationExportOptions) =>
  CatalogExport.use((exports) => Stream.mkString(exports.relations(options)))

describe("CatalogExport", () => {
  it.effect("writes references that are imported again without a change", () =>
    Effect.gen(function* () {
      yield* catalogs("a")
      const { run } = yield* CatalogImport
      for (const [name, text] of [
        ["a.ndjson", yield* references()],
        ["a.csv", yield* references({ format: "csv" })]
      ] as const) {
        expect(yield* run(source(name, text), { embed: false })).toMatchObject({ created: 0, updated: 0, unchanged: 1 })
      }
      expect(JSON.parse(yield* references({ format: "oscal" }))).toHaveProperty("catalog")
      expect(JSON.parse(yield* references({ format: "cyclonedx" }))).toMatchObject({ bomFormat: "CycloneDX" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("writes relations that are imported again without a change, and a mapping of two catalogs", () =>
    Effect.gen(function* () {
      yield* catalogs("a", "b")
      const repository = yield* RelationRepository
      yield* repository.save({ sources: ["a:1"], targets: ["b:1"], type: "equal", status: "accepted" })
      const again = yield* RelationImport.use(({ run }) =>
        Effect.flatMap(relations(), (text) => run(source("r", text)))
      )
      expect(again).toMatchObject({ created: 0, failed: [] })
      const mapping = yield* relations({ from: "a", to: "b", format: "oscal" })
      expect(JSON.parse(mapping)).toHaveProperty("mapping-collection")
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("begins CSV with a byte order mark on request, which imports read over", () =>
    Effect.gen(function* () {
      yield* catalogs("a", "b")
      const repository = yield* RelationRepository
      yield* repository.save({ sources: ["a:1"], targets: ["b:1"], type: "equal", status: "accepted" })
      const { run } = yield* RelationImport
      for (const format of ["csv", "strm", "trestle", "pairs"] as const) {
        const text = yield* relations({ from: "a", to: "b", format, byteOrderMark: true })
        expect(text.startsWith("\uFEFF")).toBe(true)
        const report = yield* run(source("r.csv", text), { from: "a", to: "b" })
        expect(report).toMatchObject({ created: 0, failed: [] })
        expect(report.kept + report.unchanged).toBe(1)
      }
      expect(yield* Effect.flip(relations({ byteOrderMark: true }))).toMatchObject({ field: "byteOrderMark" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("writes a workbook of set theory relationships, which is imported again without a change", () =>
    Effect.gen(function* () {
      yield* catalogs("a", "b")
      const repository = yield* RelationRepository
      const provenance = { method: "manual", note: '=1+1, "why"', strength: 7 }
      yield* repository.save({ sources: ["a:1"], targets: ["b:1"], type: "subset", provenance })
      const { workbook } = yield* CatalogExport
      const bytes = yield* workbook({ from: "a", to: "b" })
      yield* repository.remove({ sources: ["a:1"], targets: ["b:1"], type: "subset" })
      const { run } = yield* RelationImport
      const report = yield* run({ name: "r.xlsx", bytes: Stream.make(bytes) }, { from: "a", to: "b" })
      expect(report).toMatchObject({ created: 1, failed: [] })
      expect(yield* repository.find("a:1", "outgoing")).toMatchObject([
        { targets: ["b:1"], type: "subset", provenance: { note: provenance.note, strength: 7 } }
      ])
      expect(yield* Effect.flip(workbook({ from: "a", to: "c" }))).toMatchObject({ _tag: "NotFoundError" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("asks which catalog is meant, and says which there is not", () =>
    Effect.gen(function* () {
      yield* catalogs("a", "b")
      expect(yield* Effect.flip(references())).toMatchObject({ _tag: "ValidationError", field: "catalog" })
      expect(yield* Effect.flip(references({ catalog: "c" }))).toMatchObject({ _tag: "NotFoundError", uri: "c" })
      expect(yield* Effect.flip(relations({ to: "c" }))).toMatchObject({ _tag: "NotFoundError", uri: "c" })
      expect(yield* Effect.flip(relations({ from: "a", format: "oscal" }))).toMatchObject({ field: "to" })
      expect(yield* Effect.flip(relations({ from: "a", to: "b", format: "oscal" }))).toMatchObject({ field: "format" })
      expect(
        yield* Effect.flip(relations({ from: "a", to: "b", format: "oscal", status: ["rejected"] }))
      ).toMatchObject({ field: "status" })
    }).pipe(Effect.provide(TestStore.layer))
  )
})
