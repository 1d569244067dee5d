import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { learn, none, withoutOpening } from "../../src/domain/Boilerplate.ts"
import { textOf } from "../../src/domain/TextOf.ts"

const texts = (...descriptions: ReadonlyArray<string>) =>
  descriptions.map((description, i) => ({ title: `Title ${i}`, description }))
const times = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i))

describe("learn", () => {
  it("finds leading words that a tenth of the texts share, longest first", () => {
    const { openings } = learn(
      texts(
        ...times(10, (i) => `Verify that the application does thing ${i}`),
        ...times(10, (i) => `Verify that users ${i} see it`),
        ...times(30, (i) => `Word${i} stands alone`)
      )
    )
    assert.deepStrictEqual(openings, [
      "Verify that the application does thing",
      "Verify that the application does",
      "Verify that the application",
      "Verify that the",
      "Verify that users",
      "Verify that"
    ])
  })

  it("a single word is one only where half of the texts begin with it", () => {
    assert.deepStrictEqual(learn(texts(...times(20, (i) => `The ${i}`), ...times(30, (i) => `x${i} y`))).openings, [])
    assert.deepStrictEqual(learn(texts(...times(20, (i) => `Verify ${i}`))).openings, ["Verify"])
  })

  it("fewer than five texts share nothing", () => {
    assert.deepStrictEqual(learn(texts(...times(4, (i) => `Verify that ${i}`))), none)
    assert.deepStrictEqual(learn([]), none)
  })

  it("tells titles that repeat from titles that name", () => {
    const titled = (titles: number) =>
      times(40, (i) => `T${i % titles}`).map((title, i) => ({ title, description: `d${i}` }))
    assert.isTrue(learn(titled(10)).titlesRepeat)
    assert.isFalse(learn(titled(40)).titlesRepeat)
    assert.isFalse(learn(titled(1).slice(0, 10)).titlesRepeat)
  })
})

describe("withoutOpening", () => {
  const openings = ["Verify that the", "Verify that", "Verify"]
  it.each([
    ["Verify that the keys rotate.", "keys rotate."],
    ["verify  that\nkeys rotate.", "keys rotate."],
    ["Verify that", "that"],
    ["Verify", "Verify"],
    ["Verify that .", "Verify that ."],
    ["Verifying that keys rotate.", "Verifying that keys rotate."],
    ["Keys rotate.", "Keys rotate."],
    ["", ""]
  ])("%j becomes %j", (text, rest) => {
    assert.strictEqual(withoutOpening(text, openings), rest)
  })

  it.prop(
    "keeps the end of any text, and something of it",
    [Arbitrary.array(Arbitrary.schema(Schema.Literals(["Verify", "that", "the", "x", " ", "\n", "é", "."])))],
    ([parts]) => {
      const text = parts.join(" ")
      const rest = withoutOpening(text, openings)
      assert.isTrue(text.endsWith(rest))
      assert.strictEqual(rest === "", text === "")
    }
  )
})

describe("textOf", () => {
  const reference = { uri: "r:1", entityType: "rule", title: "Keys", description: "Verify that the keys rotate." }
  it("is title, blank line, description where nothing was learnt", () => {
    assert.strictEqual(textOf(reference), "Keys\n\nVerify that the keys rotate.")
    assert.strictEqual(textOf({ ...reference, description: "" }), "Keys")
  })

  it("leaves out the opening, and a title that repeats", () => {
    const openings = ["Verify that the"]
    assert.strictEqual(textOf(reference, { openings, titlesRepeat: false }), "Keys\n\nkeys rotate.")
    assert.strictEqual(textOf(reference, { openings, titlesRepeat: true }), "keys rotate.")
    assert.strictEqual(textOf({ ...reference, description: "" }, { openings, titlesRepeat: true }), "Keys")
  })
})
