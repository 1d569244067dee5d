import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Graph from "../../src/crosswalk/Graph.ts"
import * as GraphDocument from "../../src/report/GraphDocument.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

describe("the picture of two catalogs", () => {
  it.effect("draws every relation it counts, also what has no counterpart on either side", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.saveMany(
        ["a:1", "a:2", "a:3", "b:1", "b:2"].map((uri) => ({
          uri,
          title: `Of ${uri}`,
          entityType: "rule",
          catalog: uri.slice(0, 1)
        }))
      )
      const relations = yield* RelationRepository
      const save = (sources: readonly [string, ...Array<string>], rest: object) =>
        relations.save({ sources, type: "no-relationship", status: "accepted", confidence: 0.99, targets: [], ...rest })
      yield* save(["a:1"], { targets: ["b:1"], type: "equal" })
      yield* save(["a:2", "a:3"], { to: "b" })
      yield* save(["b:2"], { to: "a", status: "suggested" })
      const svg = yield* GraphDocument.render(yield* Graph.read({ from: "a", to: "b" }), "svg")
      const titles = [...svg.matchAll(/<title>([^<]* (?:equal|no-relationship) [^<]*)<\/title>/gu)].map(
        ([, text]) => text
      )
      expect(titles.sort()).toEqual([
        "a:1 equal b:1 (accepted, confidence 0.99)",
        "b:2 no-relationship nothing in a (suggested, confidence 0.99)",
        "{a:2, a:3} no-relationship nothing in b (accepted, confidence 0.99)"
      ])
      expect(svg).toContain("no-relationship (2)")
      expect(svg.match(/class="none"/gu)).toHaveLength(3)
      expect(svg).not.toContain('class="alone"')
    }).pipe(Effect.provide(TestStore.layer))
  )
})
