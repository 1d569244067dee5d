import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Graph from "../../src/crosswalk/Graph.ts"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { Search } from "../../src/search/Search.ts"
import { TestStore } from "../../src/testing.ts"

const reference = (catalog: string, id: string, title: string, role?: ReferenceInput["role"]): ReferenceInput => ({
  uri: `${catalog}:${id}`,
  title,
  entityType: "rule",
  catalog,
  identifier: id,
  role
})

const password = "Passwords are stored with a slow and salted hash"
const session = "Sessions end after minutes without activity"

const stored = Layer.effectDiscard(
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    for (const catalog of ["old", "new"]) {
      yield* references.saveMany([
        reference(catalog, "V2", "Passwords", "heading"),
        reference(catalog, "V2.10", password),
        reference(catalog, "V2.2", session),
        reference(catalog, "V2.3", `${password}: how that is done`, "guidance")
      ])
    }
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
    yield* (yield* RelationRepository).save({ sources: ["old:V2.10"], targets: ["new:V2.10"] })
  })
).pipe(Layer.provideMerge(TestStore.layer))

layer(stored)("headings and guidance", (it) => {
  it.effect("are searched, and neither suggested, covered, compared nor drawn", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      const { hits } = yield* search("passwords", { filter: { catalog: "old" }, mode: "keyword" })
      assert.deepStrictEqual(hits.map(({ reference }) => reference.role).toSorted(), [
        "guidance",
        "heading",
        "requirement"
      ])
      const { hits: headings } = yield* search("passwords", { filter: { role: "heading" } })
      assert.deepStrictEqual(headings.map(({ reference }) => reference.uri).toSorted(), ["new:V2", "old:V2"])

      const requirements = (catalog: string) => [`${catalog}:V2.2`, `${catalog}:V2.10`]
      const { suggest } = yield* Crosswalk
      const { references } = yield* suggest({ from: "old", to: "new", store: false })
      assert.deepStrictEqual(
        references.map(({ source }) => source.uri),
        requirements("old")
      )
      for (const { suggestions } of references) {
        for (const { target } of suggestions) assert.strictEqual(target.role, "requirement")
      }

      const report = yield* (yield* Coverage).report({ to: "new", by: "old" })
      assert.deepStrictEqual([report.total, report.covered, report.percent], [2, 1, 50])
      assert.deepStrictEqual(
        report.references.map(({ uri }) => uri),
        requirements("new")
      )
      assert.deepStrictEqual(
        report.unlinked.map(({ uri }) => uri),
        ["old:V2.2"]
      )

      const { changes } = yield* (yield* CatalogDiff).diff({ before: "old", after: "new" })
      assert.deepStrictEqual(
        changes.map(({ after, before, kinds }) => [before?.uri, after[0]?.reference.uri, ...kinds]),
        [
          ["old:V2.2", "new:V2.2", "unchanged"],
          ["old:V2.10", "new:V2.10", "unchanged"]
        ]
      )

      const graph = yield* Graph.read({ from: "old", to: "new" })
      assert.deepStrictEqual(
        graph.references.map(({ uri }) => uri),
        [...requirements("new"), ...requirements("old")]
      )
    })
  )

  it.effect("have no counterparts, alone and where a catalog has nothing else", () =>
    Effect.gen(function* () {
      const { suggest } = yield* Crosswalk
      for (const source of ["old:V2", "old:V2.3"]) {
        const refused = yield* Effect.flip(suggest({ source, to: "new" }))
        assert.deepInclude(refused, { _tag: "ValidationError", field: "source" })
      }
      yield* (yield* ReferenceRepository).save(reference("empty", "V1", "Passwords", "heading"))
      for (const method of ["hybrid", "keyword"] as const) {
        assert.isEmpty((yield* suggest({ from: "empty", to: "new", method, store: false })).references)
        const { references } = yield* suggest({ from: "old", to: "empty", method, store: false })
        assert.isEmpty(references.flatMap(({ suggestions }) => suggestions))
        const { totals } = yield* (yield* CatalogDiff).diff({ before: "empty", after: "new", method })
        assert.deepStrictEqual([totals.new, totals.deleted], [2, 0])
      }
      assert.strictEqual((yield* (yield* Coverage).report({ to: "empty", by: "new" })).total, 0)
    })
  )
})
