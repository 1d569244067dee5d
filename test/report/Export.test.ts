import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Result, Schema, Stream } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Export from "../../src/report/Export.ts"
import * as ExportCycloneDx from "../../src/report/ExportCycloneDx.ts"
import * as ExportOscal from "../../src/report/ExportOscal.ts"
import { RelationImport, type RelationImportOptions } from "../../src/catalog/RelationImport.ts"
import type { Reference, ReferenceInput } from "../../src/domain/Reference.ts"
import { Made, RelationStatus, RelationType } from "../../src/domain/Relation.ts"
import { Role } from "../../src/domain/Role.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import * as Sources from "../../src/importer/Sources.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Arbitraries from "../support/arbitraries.ts"
import { rolledBack } from "../support/rolledBack.ts"

const { metadata, optional, textOf } = Arbitraries

const store = Layer.fresh(
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, RelationImport.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
)

const pieces = [
  "a",
  "é",
  "漢",
  "😀",
  " ",
  "\n",
  "\r\n",
  "\r",
  "\t",
  "'",
  '"',
  ",",
  ";",
  "=",
  "+",
  "-",
  "@",
  "[",
  "]",
  "\\",
  "\u0001",
  "\u2028",
  "\uFEFF",
  "word"
] as const
const text = textOf(pieces, 10)
const filled = Arbitraries.filled(text)
const inputs = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.all({
      title: filled,
      entityType: filled,
      description: optional(text),
      tags: Arbitrary.array(filled, { maxLength: 3 }),
      metadata: optional(metadata),
      identifier: optional(filled),
      label: optional(filled),
      role: optional(Arbitrary.schema(Role)),
      tail: text
    }),
    { minLength: 1, maxLength: 5 }
  ),
  (all) => all.map(({ tail, ...rest }, i): ReferenceInput => ({ ...rest, uri: `${i}${tail}`, catalog: "c@1" }))
)

/** What is kept of a reference, its times apart. */
const content = ({ createdAt: _createdAt, updatedAt: _updatedAt, ...rest }: Reference) => rest

const stored = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  return (yield* Stream.runCollect(references.findAll())).map(content)
})

const bytesOf = <E, R>(document: Stream.Stream<string, E, R>) =>
  Effect.map(Stream.runCollect(document), (all) => Stream.make(new TextEncoder().encode(all.join(""))))

/** Saves references, exports them, imports them into a store without them, and gives what is there. */
const roundTrip = (
  given: ReadonlyArray<ReferenceInput>,
  write: (references: ReadonlyArray<Reference>) => Stream.Stream<string>,
  options: { readonly catalog?: string } = {}
) =>
  Effect.gen(function* () {
    const [before, all] = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.saveMany(given)
      return [yield* stored, yield* Stream.runCollect(references.findAll())] as const
    }).pipe(rolledBack)
    const bytes = yield* bytesOf(write(all))
    const after = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      expect(yield* stored).toEqual([])
      const { items } = yield* Sources.read("export", bytes, options)
      const read = yield* Stream.runCollect(items)
      expect(read.filter(Result.isFailure)).toEqual([])
      yield* references.saveMany(
        read.flatMap((item) =>
          Result.isSuccess(item) && item.success._tag === "Entry" ? [item.success.reference] : []
        )
      )
      return yield* stored
    }).pipe(Effect.scoped, rolledBack)
    return { before, after }
  })

layer(store)("export and import of references", (it) => {
  it.effect.prop(
    "are the identity as NDJSON and as CSV",
    { given: inputs },
    ({ given }) =>
      Effect.gen(function* () {
        const ndjson = yield* roundTrip(given, (all) => Export.referencesNdjson(Stream.fromIterable(all), "c@1"))
        expect(ndjson.after).toEqual(ndjson.before)
        const csv = yield* roundTrip(given, (all) => Export.referencesCsv(Stream.fromIterable(all)))
        expect(csv.after).toEqual(csv.before)
      }),
    { arbitrary: { runs: 40 } }
  )

  const requirement = (id: string, level: number): ReferenceInput => ({
    uri: `c:1/${id}`,
    title: `Title <of> "${id}"`,
    description: `What ${id} asks for.\n\nIn two paragraphs.`,
    entityType: "requirement",
    metadata: { level, chapter: { id: id.slice(0, 2), name: "A chapter" } },
    catalog: "c@1",
    identifier: id
  })
  const chapter = (id: string): ReferenceInput => ({
    uri: `c:1/${id}`,
    title: "A chapter",
    entityType: "requirement",
    catalog: "c@1",
    identifier: id,
    role: "heading"
  })
  const given = [requirement("V1.1", 1), requirement("V1.2", 3), requirement("V2.1", 2)]

  it.effect("keep what CycloneDX has a place for", () =>
    Effect.gen(function* () {
      const whole = [...given, chapter("V1"), chapter("V2")]
      const { after, before } = yield* roundTrip(whole, (all) => Stream.make(ExportCycloneDx.standard("c@1", all)))
      expect(after).toEqual(before)
    })
  )

  it.effect("keep what OSCAL has a place for", () =>
    Effect.gen(function* () {
      const { after } = yield* roundTrip(given, (all) => Stream.make(ExportOscal.catalog("c@1", all)))
      expect(after.map(({ catalog, description, title, uri }) => ({ catalog, description, title, uri }))).toEqual(
        given.map(({ catalog, description, title, uri }) => ({ catalog, description, title, uri }))
      )
      expect(after[0]).toMatchObject({ metadata: { chapter: { id: "V1", name: "A chapter" } } })
    })
  )
})

const relation = Arbitrary.all({
  source: Arbitrary.schema(Schema.Literals(["a", "=b", "c,d"])),
  others: Arbitrary.schema(Schema.Array(Schema.Literals(["a", "=b", "c,d"]))),
  target: Arbitrary.schema(Schema.Literals(["e", "'f", "g"])),
  type: Arbitrary.schema(RelationType),
  status: Arbitrary.schema(RelationStatus),
  needsReview: Arbitrary.schema(Schema.Boolean),
  confidence: Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  method: filled,
  by: optional(text),
  note: optional(text),
  model: optional(text),
  made: Arbitrary.schema(Made),
  scores: optional(Arbitrary.schema(Schema.Struct({ cosine: Schema.Finite, "a b": Schema.Finite })))
})

/** Relations in a store without others, from a file. */
const imported = (bytes: Stream.Stream<Uint8Array>, options: RelationImportOptions = {}) =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const relations = yield* RelationRepository
    expect(yield* relations.count()).toBe(0)
    yield* references.saveMany(
      ["a", "=b", "c,d", "e", "'f", "g"].map((uri) => ({ uri, title: "t", entityType: "r", catalog: "c" }))
    )
    const report = yield* (yield* RelationImport).run({ name: "relations", bytes }, options)
    const found = yield* Stream.runCollect(relations.findAll())
    return { report, found }
  }).pipe(rolledBack)

const withoutTimes = (found: ReadonlyArray<object>) =>
  found.map((one) => JSON.stringify({ ...one, createdAt: 0, updatedAt: 0 })).sort()

layer(store)("export and import of relations", (it) => {
  it.effect.prop(
    "are the identity as NDJSON and as CSV",
    { given: Arbitrary.array(relation, { minLength: 1, maxLength: 6 }) },
    ({ given }) =>
      Effect.gen(function* () {
        const rows = [
          ...new Map(
            given.map(
              ({
                by,
                confidence,
                made,
                method,
                model,
                needsReview,
                note,
                others,
                scores,
                source,
                status,
                target,
                type
              }) => [
                `${[...new Set([source, ...others])].sort().join()} ${target} ${type}`,
                {
                  sources: [...new Set([source, ...others])],
                  targets: [target],
                  type,
                  status,
                  confidence: Object.is(confidence, -0) ? 0 : confidence,
                  needsReview: needsReview && status !== "suggested",
                  provenance: {
                    method,
                    ...made,
                    ...(model === undefined ? {} : { model }),
                    ...(scores === undefined
                      ? {}
                      : { scores: { cosine: scores.cosine + 0, "a b": scores["a b"] + 0 } }),
                    ...(by === undefined ? {} : { by }),
                    ...(note === undefined ? {} : { note })
                  }
                }
              ]
            )
          ).values()
        ]
        const lines = [{ crosswalk: "relations", version: 1 }, ...rows].map((row) => JSON.stringify(row)).join("\n")
        const first = yield* imported(Stream.make(new TextEncoder().encode(lines)))
        expect(first.report.failed).toEqual([])
        expect(first.found).toHaveLength(rows.length)
        for (const write of [Export.relationsNdjson, Export.relationsCsv]) {
          const { found, report } = yield* imported(yield* bytesOf(write(Stream.fromIterable(first.found))))
          expect(report.failed).toEqual([])
          expect(withoutTimes(found)).toEqual(withoutTimes(first.found))
        }
      }),
    { arbitrary: { runs: 40 } }
  )

  it.effect("keep type, confidence and note of accepted relations in an OSCAL mapping", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      for (const catalog of ["a@1", "b"]) {
        const prefix = catalog === "b" ? "b:" : "a:1/"
        yield* references.saveMany(
          ["X1", "X2"].map((id) => ({ uri: prefix + id, title: id, entityType: "r", catalog }))
        )
      }
      yield* relations.saveMany(
        RelationType.literals.map((type, i) => ({
          sources: ["a:1/X1"],
          targets: [i % 2 === 0 ? "b:X1" : "b:X2"],
          type,
          confidence: i / 10,
          provenance: { method: "manual", note: `because ${i}` }
        }))
      )
      const found = yield* Stream.runCollect(relations.findAll())
      const ends = yield* references.findMany(["a:1/X1", "b:X1", "b:X2"])
      const document = ExportOscal.mapping({
        from: "a@1",
        to: "b",
        relations: found.map((relation) => ({
          relation,
          sources: [ends.get(relation.sources[0])!],
          targets: [ends.get(relation.targets[0]!)!]
        }))
      })
      const { items } = yield* Mappings.read("m.json", Stream.make(new TextEncoder().encode(document ?? "")))
      const read = (yield* Stream.runCollect(items)).map((item) =>
        Result.isSuccess(item) ? item.success : item.failure
      )
      expect(read).toMatchObject(
        found.map(({ confidence, provenance, sources, targets, type }) => ({
          sources,
          targets,
          type,
          confidence,
          provenance
        }))
      )
    }).pipe(Effect.scoped, rolledBack)
  )
})

layer(store)("import of relations", (it) => {
  const file = (text: string) => Stream.make(new TextEncoder().encode(text))

  it.effect("tells which rows are wrong or relate what is not stored, and imports the others", () =>
    Effect.gen(function* () {
      const csv = "\uFEFFsource;target;type\r\na;e;equal\r\na;nowhere;equal\r\na;g;like\r\n"
      const { found, report } = yield* imported(file(csv), { from: "c", to: "c" })
      expect(found).toMatchObject([{ sources: ["a"], targets: ["e"] }])
      const uris = csv.replaceAll("\na;", "\nx:a;")
      const other = yield* imported(file(uris))
      expect(report.failed.length + other.report.failed.length).toBeGreaterThan(0)
      const good = yield* imported(
        file(
          '{"crosswalk":"relations"}\n{"sources":["a"],"targets":["e"],"type":"equal","confidence":1,"status":"accepted","needsReview":false,"provenance":{"method":"m"}}\n{"sources":["a"],"targets":["zz"],"type":"equal","confidence":1,"status":"accepted","needsReview":false,"provenance":{"method":"m"}}\nnonsense\n'
        )
      )
      expect(good.report).toMatchObject({ created: 1, format: "crosswalk-ndjson" })
      expect(good.report.failed.map(({ at }) => at)).toEqual(["line 4, column 1", "line 3"])
    })
  )

  it.effect("writes nothing with strict, and leaves alone what was decided", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      yield* references.saveMany(["a:1", "a:2"].map((uri) => ({ uri, title: "t", entityType: "r" })))
      yield* relations.save({ sources: ["a:1"], targets: ["a:2"], status: "rejected" })
      const run = (text: string, options: RelationImportOptions = {}) =>
        RelationImport.use(({ run }) => run({ name: "m.csv", bytes: file(text) }, options))
      const good = "source,target,type\na:1,a:2,implements\n"
      expect(yield* run(`${good}a:1,a:9,equal\n`, { strict: true })).toMatchObject({
        created: 0,
        kept: 0,
        failed: [{}]
      })
      expect(yield* run(good)).toMatchObject({ kept: 1, updated: 0 })
      expect((yield* relations.find("a:1", "outgoing"))[0]?.status).toBe("rejected")
      expect(yield* run(good, { force: true })).toMatchObject({ kept: 0, updated: 1 })
    }).pipe(rolledBack)
  )
})
