import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import * as CoveragePaths from "../../src/crosswalk/CoveragePaths.ts"
import type { CoverageLink } from "../../src/domain/Coverage.ts"
import { RelationType } from "../../src/domain/Relation.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"

const store = Layer.fresh(
  Layer.mergeAll(Coverage.layer, ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
)

const reference = (catalog: string, id: string, metadata?: { readonly [key: string]: string | number }) => ({
  uri: `${catalog}:${id}`,
  title: `Title of ${id}`,
  entityType: "requirement",
  catalog,
  ...(metadata === undefined ? {} : { metadata })
})

/** Catalogs a, b and c of four each, and relations between them. */
const related = (
  ...relations: ReadonlyArray<Partial<RelationInput> & { readonly between: readonly [string, string] }>
) =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    for (const catalog of ["a", "b", "c"]) {
      yield* references.saveMany(
        ["1", "2", "3", "4"].map((id) =>
          reference(catalog, id, { chapter: id < "3" ? "V2" : "V10", level: Number(id) % 2 })
        )
      )
    }
    yield* (yield* RelationRepository).saveMany(
      relations.map(({ between: [source, target], ...rest }) => ({ ...rest, sources: [source], targets: [target] }))
    )
    return yield* Coverage
  })

const statesOf = (coverage: Coverage["Service"], options: Partial<Parameters<Coverage["Service"]["report"]>[0]> = {}) =>
  Effect.map(coverage.report({ to: "b", by: "a", ...options }), ({ references }) =>
    references.map(({ state }) => state)
  )

describe("Coverage", () => {
  it.effect.each([
    ["implements", "covered", "partly"],
    ["equal", "covered", "covered"],
    ["superset", "covered", "partly"],
    ["subset", "partly", "covered"],
    ["intersects", "partly", "partly"],
    ["supersedes", "covered", "partly"]
  ] as const)("a relation %s covers: from the coverer %s, to it %s", ([type, forward, backward]) =>
    Effect.gen(function* () {
      const coverage = yield* related({ between: ["a:1", "b:1"], type }, { between: ["b:2", "a:1"], type })
      expect(yield* statesOf(coverage)).toEqual([forward, backward, "uncovered", "uncovered"])
    }).pipe(Effect.provide(store))
  )

  it.effect(
    "counts what was accepted; suggestions only where asked for, from a confidence up; never what was rejected",
    () =>
      Effect.gen(function* () {
        const coverage = yield* related(
          { between: ["a:1", "b:1"] },
          { between: ["a:1", "b:2"], status: "suggested", confidence: 0.9 },
          { between: ["a:1", "b:3"], status: "suggested", confidence: 0.5 },
          { between: ["a:1", "b:4"], status: "rejected" }
        )
        expect(yield* statesOf(coverage)).toEqual(["covered", "uncovered", "uncovered", "uncovered"])
        expect(yield* statesOf(coverage, { includeSuggested: true })).toEqual([
          "covered",
          "covered",
          "covered",
          "uncovered"
        ])
        expect(yield* statesOf(coverage, { includeSuggested: true, minConfidence: 0.8 })).toEqual([
          "covered",
          "covered",
          "uncovered",
          "uncovered"
        ])
      }).pipe(Effect.provide(store))
  )

  it.effect("counts by chapter and level in a reader's order", () =>
    Effect.gen(function* () {
      const coverage = yield* related({ between: ["a:1", "b:1"] }, { between: ["a:1", "b:2"], type: "subset" })
      const report = yield* coverage.report({ to: "b", by: "a" })
      expect(report).toMatchObject({ total: 4, covered: 1, partly: 1, uncovered: 2, excepted: 0, percent: 25 })
      expect(report.chapters.map(({ chapter, percent }) => [chapter, percent])).toEqual([
        ["V2", 50],
        ["V10", 0]
      ])
      expect(report.levels.map(({ level, total, covered }) => [level, total, covered])).toEqual([
        ["0", 2, 0],
        ["1", 4, 1]
      ])
      expect(report.cells).toHaveLength(4)
      expect((yield* coverage.report({ to: "b", by: "a", countPartly: true })).percent).toBe(50)
    }).pipe(Effect.provide(store))
  )

  it.effect("names what leads to nothing", () =>
    Effect.gen(function* () {
      const coverage = yield* related(
        { between: ["a:1", "b:1"] },
        { between: ["a:2", "c:1"] },
        { between: ["c:1", "b:2"] }
      )
      const direct = yield* coverage.report({ to: "b", by: "a" })
      expect(direct.unlinked.map(({ uri }) => uri)).toEqual(["a:2", "a:3", "a:4"])
      const through = yield* coverage.report({ to: "b", by: "a", through: ["c"] })
      expect(through.unlinked.map(({ uri }) => uri)).toEqual(["a:3", "a:4"])
    }).pipe(Effect.provide(store))
  )

  it.effect("goes through a third catalog, as well as the weakest relation of the way", () =>
    Effect.gen(function* () {
      const coverage = yield* related(
        { between: ["a:1", "c:1"] },
        { between: ["c:1", "b:1"], type: "equal", confidence: 0.8 },
        { between: ["c:1", "b:2"], type: "intersects" },
        { between: ["a:2", "c:2"], type: "intersects" },
        { between: ["c:2", "b:3"], type: "intersects" }
      )
      expect(yield* statesOf(coverage)).toEqual(["uncovered", "uncovered", "uncovered", "uncovered"])
      const { references } = yield* coverage.report({ to: "b", by: "a", through: ["c"] })
      expect(references.map(({ state }) => state)).toEqual(["covered", "partly", "uncovered", "uncovered"])
      expect(references[0]?.by).toEqual([
        {
          uri: "a:1",
          extent: "covered",
          path: [
            {
              sources: ["c:1"],
              targets: ["b:1"],
              type: "equal",
              status: "accepted",
              confidence: 0.8,
              needsReview: false
            },
            {
              sources: ["a:1"],
              targets: ["c:1"],
              type: "implements",
              status: "accepted",
              confidence: 1,
              needsReview: false
            }
          ]
        }
      ])
    }).pipe(Effect.provide(store))
  )

  it.effect("ends on a cycle of relations", () =>
    Effect.gen(function* () {
      const coverage = yield* related(
        { between: ["a:1", "b:1"] },
        { between: ["b:1", "c:1"] },
        { between: ["c:1", "a:1"] },
        { between: ["c:1", "c:2"] },
        { between: ["c:2", "c:1"] },
        { between: ["b:1", "b:2"] }
      )
      expect(yield* statesOf(coverage, { through: ["c"] })).toEqual(["covered", "uncovered", "uncovered", "uncovered"])
    }).pipe(Effect.provide(store))
  )

  it.effect("makes exceptions until their last day, and says which have run out or are for nothing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 5, 15, 12))
      const coverage = yield* related({ between: ["a:1", "b:1"] })
      const because = { reason: "not our business", by: "Ann" }
      const exceptions = [
        { reference: "b:2", ...because },
        { reference: "b:3", ...because, until: "2026-06-15" },
        { reference: "b:4", ...because, until: "2026-06-14" },
        { reference: "a:2", ...because },
        { reference: "a:3", ...because, until: "2026-01-01" },
        { reference: "x:1", ...because }
      ]
      const report = yield* coverage.report({ to: "b", by: "a", exceptions })
      expect(report.references.map(({ state, expired }) => [state, expired])).toEqual([
        ["covered", false],
        ["excepted", false],
        ["excepted", false],
        ["uncovered", true]
      ])
      expect(report).toMatchObject({ today: "2026-06-15", percent: 75 })
      expect(report.unlinked.map(({ expired, uri }) => [uri, expired])).toEqual([
        ["a:3", true],
        ["a:4", false]
      ])
      expect(report.unlinkedExcepted.map(({ uri }) => uri)).toEqual(["a:2"])
      expect(report.unknownExceptions.map(({ reference }) => reference)).toEqual(["x:1"])
    }).pipe(Effect.provide(store))
  )

  it.effect("tells where all that covers was decided on texts that have changed", () =>
    Effect.gen(function* () {
      const coverage = yield* related(
        { between: ["a:1", "b:1"] },
        { between: ["a:2", "b:1"] },
        { between: ["a:1", "b:2"] }
      )
      yield* (yield* ReferenceRepository).save({ ...reference("a", "1"), description: "changed" })
      const { references } = yield* coverage.report({ to: "b", by: "a" })
      expect(references.map(({ needsReview }) => needsReview)).toEqual([false, true, false, false])
      expect(references[0]?.by.map(({ uri }) => uri)).toEqual(["a:2", "a:1"])
    }).pipe(Effect.provide(store))
  )

  it.effect("refuses catalogs that are not there or named twice, and exceptions that say too little", () =>
    Effect.gen(function* () {
      const coverage = yield* related()
      const failureOf = (options: Partial<Parameters<Coverage["Service"]["report"]>[0]>) =>
        Effect.flip(coverage.report({ to: "b", by: "a", ...options }))
      expect(yield* failureOf({ to: "x" })).toMatchObject({ _tag: "NotFoundError", uri: "x", entity: "catalog" })
      expect(yield* failureOf({ through: ["x"] })).toMatchObject({ _tag: "NotFoundError", uri: "x" })
      expect(yield* failureOf({ to: "a" })).toMatchObject({ _tag: "ValidationError", field: "to" })
      const exceptions = [{ reference: "b:1", reason: " ", by: "Ann" }]
      expect(yield* failureOf({ exceptions })).toMatchObject({ _tag: "ValidationError", field: "exceptions.0.reason" })
      const until = [{ reference: "b:1", reason: "r", by: "Ann", until: "2026-02-30" }]
      expect(yield* failureOf({ exceptions: until })).toMatchObject({ field: "exceptions.0.until" })
    }).pipe(Effect.provide(store))
  )

  it.live("answers over 100 000 relations, which have millions of ways through them", () =>
    Effect.gen(function* () {
      const coverage = yield* related()
      const sql = yield* SqlClient.SqlClient
      yield* sql.withTransaction(
        Effect.gen(function* () {
          for (const catalog of ["a", "b", "c"]) {
            yield* sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
              INSERT INTO crosswalk_reference (uri, title, entity_type, tags, catalog, content_hash, text_hash, created_at, updated_at)
              SELECT ${catalog} || '/' || i, 't', 'r', '[]', ${catalog}, '', '', 0, 0 FROM n`
          }
          for (const [from, to] of [
            ["a", "c"],
            ["c", "b"]
          ] as const) {
            yield* sql`INSERT INTO crosswalk_relation (key, type, confidence, status, provenance, created_at, updated_at)
              SELECT s.id || '>' || t.id, 'implements', 1, 'accepted', '{"method":"test"}', 0, 0
              FROM crosswalk_reference AS s JOIN crosswalk_reference AS t ON t.catalog = ${to} AND t.id % 20 = s.id % 20
              WHERE s.catalog = ${from} AND s.uri LIKE '%/%' AND t.uri LIKE '%/%'`
          }
          yield* sql`INSERT INTO crosswalk_relation_end
            SELECT id, 'source', substr(key, 1, instr(key, '>') - 1) FROM crosswalk_relation
            UNION ALL SELECT id, 'target', substr(key, instr(key, '>') + 1) FROM crosswalk_relation`
        })
      )
      const [{ n } = { n: 0 }] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM crosswalk_relation`
      expect(n).toBe(100_000)
      // Following every way, of which there are millions, would not end before the test is told to.
      const report = yield* coverage.report({ to: "b", by: "a", through: ["c"] })
      expect(report).toMatchObject({ total: 1_004, covered: 1_000 })
      expect(report.references.find(({ uri }) => uri === "b/7")).toMatchObject({ more: true })
    }).pipe(Effect.provide(store))
  )
})

describe("CoveragePaths", () => {
  const layers = 3
  const Node = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 }))
  const Side = Schema.Array(Node).check(Schema.isMinLength(1), Schema.isMaxLength(2))
  const Links = Schema.Array(Schema.Struct({ sources: Side, targets: Side, type: RelationType })).check(
    Schema.isMaxLength(20)
  )
  const layerOf = (uri: string) => Number(uri) % layers

  it.effect.prop("finds what walking every way finds", [Links], ([given]) =>
    Effect.sync(() => {
      const links = given.flatMap(({ sources, targets, type }): ReadonlyArray<CoverageLink> => {
        const [first, ...others] = new Set(sources.map(String))
        const onto = [...new Set(targets.map(String))].filter((uri) => !sources.map(String).includes(uri))
        const sure = { status: "accepted", confidence: 1, needsReview: false } as const
        return first === undefined ? [] : [{ sources: [first, ...others], targets: onto, type, ...sure }]
      })
      type Walked = ReadonlyArray<{ readonly uri: string; readonly partial: number }>
      const isWhole = (uri: string): boolean => layerOf(uri) === 0 || walk(uri).some(({ partial }) => partial === 0)
      /** What the members of one side say of a member of the other: 0 all that it asks, 1 a part. */
      const partOf = (coverers: ReadonlyArray<string>, type: RelationType, isSource: boolean, layer: number): number =>
        (isSource ? ["implements", "equal", "superset", "supersedes"] : ["equal", "subset"]).includes(type) &&
        (coverers.length === 1 || coverers.every((one) => layerOf(one) < layer && isWhole(one)))
          ? 0
          : 1
      const walk = (uri: string): Walked =>
        links
          .filter(({ type }) => type !== "no-relationship")
          .flatMap(({ sources, targets, type }) =>
            ([true, false] as const).flatMap((isSource): Walked => {
              const [coverers, covered] = isSource ? [sources, targets] : [targets, sources]
              if (!covered.includes(uri)) return []
              const own = partOf(coverers, type, isSource, layerOf(uri))
              return coverers
                .filter((next) => layerOf(next) < layerOf(uri))
                .flatMap((next) => (layerOf(next) === 0 ? [{ uri: next, partial: 0 }] : walk(next)))
                .map((way) => ({ ...way, partial: way.partial + own }))
                .filter(({ partial }) => partial < 2)
            })
          )
      const { reached } = CoveragePaths.find(
        links.flatMap((link) => CoveragePaths.edgesOf(link, layerOf)),
        layers
      )
      for (const uri of ["2", "5", "8"]) {
        const expected = new Map<string, number>()
        for (const way of walk(uri)) expected.set(way.uri, Math.min(expected.get(way.uri) ?? 2, way.partial))
        const found = new Map(reached.get(uri)?.ways.map((way) => [way.uri, way.partial]) ?? [])
        expect(found).toEqual(expected)
      }
    })
  )

  it("says of every type what one side covers of a member of the other", () => {
    const types = RelationType.literals
    const row = (isSource: boolean, coverers: number) =>
      Object.fromEntries(types.map((type) => [type, CoveragePaths.extentOf(type, isSource, coverers)]))
    const part = Object.fromEntries(types.map((type) => [type, "partly"]))
    const by = (extent: string, ...whole: ReadonlyArray<RelationType>) => ({
      ...part,
      ...Object.fromEntries(whole.map((type) => [type, extent]))
    })
    expect(row(true, 1)).toEqual(by("covered", "implements", "equal", "superset", "supersedes"))
    expect(row(true, 2)).toEqual(by("together", "implements", "equal", "superset", "supersedes"))
    expect(row(false, 1)).toEqual(by("covered", "equal", "subset"))
    expect(row(false, 2)).toEqual(by("together", "equal", "subset"))
  })
})
