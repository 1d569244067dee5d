import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import { Effect, Schema } from "effect"
import * as Natural from "../../src/domain/Natural.ts"

describe("the natural order", () => {
  it("puts numbers by their value, and letters without regard to case and accents", () => {
    const ordered = [
      "",
      "AC-2",
      "ac-2(1)",
      "AC-2(10)",
      "AC-10",
      "Ärger",
      "BR-01",
      "br-2",
      "V2.2",
      "V2.2.1",
      "V2.10",
      "V10"
    ]
    assert.deepStrictEqual(ordered.toReversed().sort(Natural.compare), ordered)
    assert.deepStrictEqual(["B", "a", "A"].sort(Natural.compare), ["A", "a", "B"])
  })

  it.effect.prop(
    "compares numbers of any length",
    {
      a: Arbitrary.schema(Schema.Natural),
      b: Arbitrary.schema(Schema.Natural),
      zeros: Arbitrary.schema(Schema.Natural)
    },
    ({ a, b, zeros }) =>
      Effect.sync(() => {
        const [long, longer] = [BigInt(a) ** 7n, BigInt(b) ** 7n]
        const expected = long < longer ? -1 : long > longer ? 1 : 0
        const found = Natural.key(`R${"0".repeat(zeros % 5)}${long}`) < Natural.key(`R${longer}`) ? -1 : 1
        assert.strictEqual(expected === 0 ? 0 : found, expected)
      })
  )
})
