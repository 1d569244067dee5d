import { assert, describe, it } from "@effect/vitest"
import * as Composition from "../../src/crosswalk/Composition.ts"
import type { Standing } from "../../src/crosswalk/Composition.ts"
import { RelationType } from "../../src/domain/Relation.ts"

/** Every set of up to five things that is not empty, as bits. Five are enough for each standing of three sets to occur. */
const sets = Array.from({ length: 31 }, (_, i) => i + 1)

const standing = (a: number, b: number): Standing =>
  a === b ? "=" : (a & b) === 0 ? "|" : (a & b) === a ? "<" : (a & b) === b ? ">" : "x"

/** Of each two standings, those in which the ends were met among all sets. */
const met = new Map<string, Set<Standing>>()
for (const a of sets) {
  for (const b of sets) {
    for (const c of sets) {
      const key = standing(a, b) + standing(b, c)
      met.set(key, (met.get(key) ?? new Set()).add(standing(a, c)))
    }
  }
}

const sorted = (some: Iterable<Standing>) => [...some].toSorted()

describe("Composition", () => {
  for (const first of Composition.standings) {
    for (const second of Composition.standings) {
      it(`of ${first} and ${second} is what sets do, no more and no less`, () => {
        assert.deepStrictEqual(sorted(Composition.compose([first], [second])), sorted(met.get(first + second) ?? []))
      })
    }
  }

  it("turned round is the composition of both turned round", () => {
    for (const first of RelationType.literals) {
      for (const second of RelationType.literals) {
        const [a, b] = [Composition.standingsOf[first], Composition.standingsOf[second]]
        assert.deepStrictEqual(
          sorted(Composition.converse(Composition.compose(a, b))),
          sorted(Composition.compose(Composition.converse(b), Composition.converse(a)))
        )
      }
    }
  })

  it("of unions holds for all sets whose members stand so", () => {
    const few = sets.filter((one) => one < 16)
    for (const a of few) {
      for (const b of few) {
        for (const c of few) {
          for (const d of few.slice(0, 7)) {
            const possible = Composition.union([[standing(a, b)], [standing(c, d)]])
            assert.include(possible, standing(a | c, b | d))
          }
        }
      }
    }
  })

  it("says in types what is known", () => {
    const then = (before: RelationType, step: RelationType) =>
      Composition.typeAfter(before, Composition.compose(Composition.standingsOf[before], Composition.standingsOf[step]))
    const rows = ["equal", "subset", "superset", "intersects", "no-relationship"] as const
    const table = Object.fromEntries(
      ([...rows, "implements"] as const).map((before) => [before, rows.map((step) => then(before, step) ?? "?")])
    )
    assert.deepStrictEqual(table, {
      equal: ["equal", "subset", "superset", "intersects", "no-relationship"],
      subset: ["subset", "subset", "?", "?", "no-relationship"],
      superset: ["superset", "intersects", "superset", "intersects", "?"],
      intersects: ["intersects", "intersects", "?", "?", "?"],
      "no-relationship": ["no-relationship", "?", "no-relationship", "?", "?"],
      implements: ["implements", "intersects", "implements", "intersects", "?"]
    })
  })
})
