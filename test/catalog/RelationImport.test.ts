import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { RelationImportReport } from "../../src/catalog/ImportReport.ts"
import { RelationImport } from "../../src/catalog/RelationImport.ts"
import { relationColumns } from "../../src/importer/mapping/RelationFile.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const pairs = (...lines: ReadonlyArray<string>) => ({
  name: "pairs.csv",
  bytes: Stream.encodeText(Stream.make(["source,target,type", ...lines, ""].join("\n")))
})

const run = Effect.fnUntraced(function* (...args: Parameters<(typeof RelationImport)["Service"]["run"]>) {
  return yield* (yield* RelationImport).run(...args)
})

/** References `a:1`, `a:2` and `b:1`, `b:2` of two catalogs. */
const references = Effect.gen(function* () {
  const repository = yield* ReferenceRepository
  yield* repository.saveMany(
    ["a:1", "a:2", "b:1", "b:2"].map((uri) => ({ uri, title: "t", entityType: "r", catalog: uri.slice(0, 1) }))
  )
  return yield* RelationRepository
})

describe("RelationImport", () => {
  it.effect("takes identifiers of two catalogs, and keeps who answers for the relations", () =>
    Effect.gen(function* () {
      const relations = yield* references
      const report = yield* run(pairs("1,2,implements"), { from: "a", to: "b", by: "Ann" })
      expect(report).toMatchObject({ format: "csv", created: 1, refused: false, failed: [] })
      expect(yield* relations.find("a:1", "outgoing")).toMatchObject([
        { targets: ["b:2"], type: "implements", status: "accepted", provenance: { method: "import:csv", by: "Ann" } }
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("reports what relates nothing that is stored, and writes nothing then when it is strict", () =>
    Effect.gen(function* () {
      const relations = yield* references
      const source = () => pairs("a:1,b:1,equal", "a:1,b:9,equal")
      expect(yield* run(source(), { strict: true })).toMatchObject({ created: 0, refused: true, failed: [{}] })
      expect(yield* Stream.runCollect(relations.findAll())).toEqual([])
      const { failed, ...report } = yield* run(source())
      expect(report).toMatchObject({ created: 1, refused: false })
      expect(failed).toEqual([{ at: "line 3", problem: "there is no reference b:9" }])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells a column that somebody added to what was exported", () =>
    Effect.gen(function* () {
      yield* references
      const columns = relationColumns.filter((name) => name !== "path")
      const said: Partial<Record<string, string>> = {
        sources: "a:1",
        targets: "b:1",
        type: "equal",
        confidence: "1",
        status: "accepted",
        needsReview: "false",
        method: "manual"
      }
      const row = columns.map((name) => said[name] ?? "")
      const lines = [
        [...columns, "Owner", "Due"],
        [...row, "Ann", ""]
      ].map((cells) => cells.join(","))
      const bytes = Stream.encodeText(Stream.make(lines.join("\n")))
      const report = yield* run({ name: "relations.csv", bytes })
      const warnings = [{ _tag: "Warning", at: "line 2", problem: "the column Owner is not kept" }]
      expect(report).toMatchObject({ format: "crosswalk-csv", created: 1, failed: [], warnings })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("stores that something has no counterpart, where the catalog is known", () =>
    Effect.gen(function* () {
      const relations = yield* references
      const rows = () => pairs("1,,none", "2,,", "1,2,no relationship")
      expect(yield* run(rows(), { from: "a", to: "b", by: "Ann" })).toMatchObject({
        created: 3,
        unmapped: 2,
        failed: []
      })
      expect(yield* relations.find("a:1", "outgoing")).toMatchObject([
        { targets: [], to: "b", type: "no-relationship", status: "accepted", provenance: { by: "Ann" } },
        { targets: ["b:2"], type: "no-relationship" }
      ])
      const unknown = yield* run(pairs("a:1,,none", "a:2,,none"), { to: "c" })
      expect(unknown).toMatchObject({
        created: 0,
        failed: [{ problem: "there is no catalog c, which is named 2 times" }]
      })
      expect(yield* run(pairs("a:1,,none"))).toMatchObject({ created: 0, unmapped: 1, failed: [] })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("takes maps of sets as they are; what a missing end leaves is suggested, and each is told once", () =>
    Effect.gen(function* () {
      const relations = yield* references
      const ids = (...all: ReadonlyArray<string>) => all.map((id) => ({ "id-ref": id }))
      const map = (relationship: string, sources: ReadonlyArray<string>, targets: ReadonlyArray<string>) => ({
        relationship,
        sources: ids(...sources),
        targets: ids(...targets)
      })
      const collection = {
        mappings: [
          {
            status: "draft",
            method: "human",
            "matching-rationale": "semantic",
            "source-resource": { href: "a.json" },
            "target-resource": { href: "b.json" },
            maps: [map("equal-to", ["1", "2"], ["1"])]
          },
          {
            "source-resource": { href: "a.json" },
            "target-resource": { href: "b.json" },
            maps: [
              map("subset-of", ["1"], ["1", "2"]),
              map("subset-of", ["2"], ["1", "9"]),
              map("superset-of", ["1"], ["9"])
            ]
          }
        ]
      }
      const bytes = Stream.encodeText(Stream.make(JSON.stringify({ "mapping-collection": collection })))
      const report = yield* run({ name: "m.json", bytes })
      expect(report.failed).toEqual([
        {
          at: expect.stringContaining("mappings[1].maps[1]"),
          problem: "there is no reference b:9, which is named 2 times"
        }
      ])
      const found = yield* Stream.runCollect(relations.findAll())
      expect(found.map(({ sources, status, targets, type }) => [sources, type, targets, status])).toEqual([
        [["a:1", "a:2"], "equal", ["b:1"], "suggested"],
        [["a:1"], "subset", ["b:1", "b:2"], "accepted"],
        [["a:2"], "intersects", ["b:1"], "suggested"]
      ])
      expect(found[0]?.provenance).toMatchObject({ mapper: "human", rationale: "semantic" })
      expect(found[2]?.provenance.note).toBe("a:2 subset {b:1, b:9}, of which not all are stored")
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells once which catalog is not stored, and once which is not said", () =>
    Effect.gen(function* () {
      yield* references
      const { run } = yield* RelationImport
      const pairs = { name: "p.csv", bytes: Stream.encodeText(Stream.make("source,target\n1,1\n2,2\n2,1\n")) }
      expect((yield* run(pairs, { from: "a", to: "far@1" })).failed).toEqual([
        {
          at: "line 2",
          problem: "there is no catalog far@1, and 2 identifiers of it are named",
          remedy: { action: "import", catalog: "far@1" }
        }
      ])
      expect((yield* run(pairs, { from: "a" })).failed).toMatchObject([
        { at: "line 2, target", problem: expect.stringContaining("(the same is true of 2 more)") }
      ])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("leaves what a person decided unless it is forced", () =>
    Effect.gen(function* () {
      const relations = yield* references
      yield* relations.save({ sources: ["a:1"], targets: ["b:1"], type: "equal", status: "rejected" })
      expect(yield* run(pairs("a:1,b:1,equal"))).toMatchObject({ kept: 1, updated: 0 })
      expect(yield* run(pairs("a:1,b:1,equal"), { force: true })).toMatchObject({ kept: 0, updated: 1 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("says what it would do, as exactly as it then does, and writes nothing", () =>
    Effect.gen(function* () {
      const relations = yield* references
      yield* relations.save({ sources: ["a:1"], targets: ["b:1"], type: "equal", status: "rejected" })
      const stored = yield* Stream.runCollect(relations.findAll())
      const source = () => pairs("a:1,b:1,equal", "a:2,b:2,equal", "a:2,b:9,equal")
      const tried = yield* run(source(), { store: false })
      expect(yield* Stream.runCollect(relations.findAll())).toEqual(stored)
      expect(tried).toMatchObject({ created: 1, kept: 1, failed: [{ at: "line 4" }], rehearsed: true })
      expect({ ...(yield* run(source())) }).toEqual({ ...tried, rehearsed: false })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("refuses options that are wrong, naming them", () =>
    Effect.gen(function* () {
      const fieldOf = (options: object) =>
        run(pairs(), options).pipe(
          Effect.flip,
          Effect.map((error) => (error._tag === "ValidationError" ? error.field : error._tag))
        )
      expect(yield* fieldOf({ form: "a@1" })).toBe("form")
      expect(yield* fieldOf({ from: "a b" })).toBe("from")
      expect(yield* fieldOf({ format: "no-such" })).toBe("format")
      expect(yield* fieldOf({ status: "perhaps" })).toBe("status")
    }).pipe(Effect.provide(TestStore.layer))
  )

  it("has a report that is JSON both ways", () => {
    const json = Schema.toCodecJson(RelationImportReport)
    const counts = { created: 1, updated: 0, unchanged: 0, kept: 0, unmapped: 2, rehearsed: false, refused: false }
    const report = new RelationImportReport({
      format: "csv",
      ...counts,
      failed: [{ at: "line 2", problem: "blank" }],
      warnings: []
    })
    const text = JSON.stringify(Schema.encodeSync(json)(report))
    expect(Schema.decodeUnknownSync(json)(JSON.parse(text))).toEqual(report)
  })
})
