import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as TextDiff from "../../src/crosswalk/TextDiff.ts"

const pieces = ["key", "keys", " ", "  ", "\n", ".", "<b>", "é", "管理", "🙂", "10", "12"]
const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 15 }), (parts) =>
  parts.join("")
)

describe("TextDiff", () => {
  it("marks words, not letters, and draws neighbours together", () => {
    assert.deepStrictEqual(TextDiff.words("at least 10 characters", "at least 12 characters"), [
      { operation: "equal", text: "at least " },
      { operation: "delete", text: "10" },
      { operation: "insert", text: "12" },
      { operation: "equal", text: " characters" }
    ])
    assert.deepStrictEqual(TextDiff.words("red green", "blue yellow"), [
      { operation: "delete", text: "red green" },
      { operation: "insert", text: "blue yellow" }
    ])
    assert.deepStrictEqual(TextDiff.words("", ""), [])
  })

  it.effect.prop(
    "keeps both texts: one without what is inserted, one without what is deleted",
    { a: text, b: text },
    ({ a, b }) =>
      Effect.sync(() => {
        const changes = TextDiff.words(a, b)
        const without = (operation: string) =>
          changes.flatMap((change) => (change.operation === operation ? [] : [change.text])).join("")
        assert.strictEqual(without("insert"), a)
        assert.strictEqual(without("delete"), b)
        assert.isTrue(changes.every(({ text }) => text !== ""))
      })
  )

  it("ends in time for long texts that have nothing in common", () => {
    const long = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join(" ")
    const before = process.cpuUsage()
    assert.isNotEmpty(TextDiff.words(long("a"), long("b")))
    // What it takes of a processor, however busy that is.
    assert.isBelow(process.cpuUsage(before).user, 10_000_000)
  })

  it("sees no difference in white space", () => {
    assert.isTrue(TextDiff.same("a  b\n", " a b"))
    assert.isFalse(TextDiff.same("a b", "ab"))
  })
})
