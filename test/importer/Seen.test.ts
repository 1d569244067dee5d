import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Seen } from "../../src/importer/Seen.ts"

describe("Seen", () => {
  it.prop(
    "knows what a map of all texts would",
    [Schema.Array(Schema.Tuple([Schema.String, Schema.String]))],
    ([pairs]) => {
      const seen = new Seen()
      const first = new Map<string, string>()
      for (const [text, at] of pairs) {
        assert.strictEqual(seen.has(text), first.has(text))
        assert.strictEqual(seen.add(text, at), first.get(text))
        if (!first.has(text)) first.set(text, at)
      }
      assert.strictEqual(seen.size, first.size)
    }
  )

  it("gives back every kind of place", () => {
    const places = [
      "line 12",
      "$.a[3].b[04]",
      "a/b-2.md, line 7",
      "$",
      "",
      "007",
      "row 12345678901",
      "line 0",
      "\0 1 \0",
      "3\n4"
    ]
    const seen = new Seen()
    for (const at of places) assert.isUndefined(seen.add(`text of ${at}`, at))
    for (const at of places) assert.strictEqual(seen.add(`text of ${at}`, "elsewhere"), at)
  })

  it("keeps as many texts as there are, in some 40 bytes each", () => {
    const seen = new Seen()
    const count = 60_000
    for (let index = 0; index < count; index++) assert.isUndefined(seen.add(`c@1:R-${index}`, `line ${index + 2}`))
    for (let index = 0; index < count; index++) assert.isTrue(seen.has(`c@1:R-${index}`))
    assert.isFalse(seen.has("c@1:R-"))
    assert.strictEqual(seen.size, count)
    assert.strictEqual(seen.add("c@1:R-41000"), "line 41002")
  })
})
