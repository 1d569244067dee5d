import { assert, describe, it } from "@effect/vitest"
import { ValidationError } from "../../src/domain/ValidationError.ts"
import { parse } from "../../src/domain/MetadataCondition.ts"

describe("a condition as it is typed", () => {
  it.each([
    ["level>=2", { path: "level", operator: ">=", value: 2 }],
    ["level <= -1.5e2", { path: "level", operator: "<=", value: -150 }],
    ["owner.team = platform team", { path: "owner.team", operator: "=", value: "platform team" }],
    ['level="2"', { path: "level", operator: "=", value: "2" }],
    ["draft!=true", { path: "draft", operator: "!=", value: true }],
    ["reviewed=null", { path: "reviewed", operator: "=", value: null }],
    ["version<2.10.1", { path: "version", operator: "<", value: "2.10.1" }],
    ["url=https://a.b/?c=d", { path: "url", operator: "=", value: "https://a.b/?c=d" }],
    ["note=", { path: "note", operator: "=", value: "" }],
    ["code=007", { path: "code", operator: "=", value: "007" }],
    [`${" ".repeat(100_000)}a  b${" ".repeat(100_000)}= 1 `, { path: "a  b", operator: "=", value: 1 }]
  ] as const)("%s", (text, condition) => {
    assert.deepStrictEqual(parse(text), condition)
  })

  it.each(["", "level", ">=2", "a..b=1", ".a=1", 'a"b=1', "a\\b=1"])(
    "%j is none, and the error says what is",
    (text) => {
      const error = parse(text)
      assert.instanceOf(error, ValidationError)
      assert.include(error.message, "level>=2")
    }
  )
})
