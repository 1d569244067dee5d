import { assert, describe, expect, it } from "@effect/vitest"
import { Exit, Schema } from "effect"
import { Filter } from "../../src/domain/Filter.ts"
import { ReferenceInput } from "../../src/domain/Reference.ts"
import { NonBlankText, Text } from "../../src/domain/Text.ts"
import { ValidationError } from "../../src/domain/ValidationError.ts"

/** What a Schema says of an input, with excess keys refused as every boundary does. */
const errorOf = (schema: Schema.Codec<unknown, unknown>, input: unknown, root = "input", prefix = "") => {
  const exit = Schema.decodeUnknownExit(schema, { onExcessProperty: "error" })(input)
  assert(Exit.isFailure(exit))
  const reason = exit.cause.reasons[0]
  assert(reason?._tag === "Fail")
  return ValidationError.fromIssue(reason.error.issue, input, root, prefix)
}

const reference = { uri: "a:1", title: "One", entityType: "requirement" }
const condition = { path: "level", operator: "=", value: 1 }

const Target = Schema.Union([
  Schema.Struct({ from: NonBlankText, to: NonBlankText }),
  Schema.Struct({ source: NonBlankText, to: NonBlankText })
])

describe("ValidationError.fromIssue", () => {
  for (const [what, schema, input, expected] of [
    [
      "an excess key, with the one that was meant",
      ReferenceInput,
      { ...reference, descripton: "x" },
      {
        reason: "unexpected",
        field: "descripton",
        message: 'descripton: is not a known field; got "x". Expected description.'
      }
    ],
    [
      "an excess key, with all that there are",
      Schema.Struct({ a: Text, b: Schema.optional(Text) }),
      { a: "x", zzzzzzzzzz: 1 },
      { reason: "unexpected", message: "zzzzzzzzzz: is not a known field; got 1. Expected only a or b." }
    ],
    [
      "an excess key inside",
      Filter,
      { metadata: [{ ...condition, operater: "=" }] },
      { reason: "unexpected", field: "metadata.0.operater", expected: "operator" }
    ],
    [
      "a symbol as a key",
      ReferenceInput,
      { ...reference, [Symbol("hidden")]: 1 },
      { reason: "unexpected", field: "Symbol(hidden)" }
    ],
    [
      "a missing key, with the type that it has",
      ReferenceInput,
      { uri: "a:1", entityType: "x" },
      { reason: "missing", message: "title: is missing. Expected a text." }
    ],
    [
      "a key that is undefined",
      ReferenceInput,
      { ...reference, title: undefined },
      { reason: "missing", field: "title" }
    ],
    [
      "a value of another type",
      ReferenceInput,
      { ...reference, title: 5 },
      { reason: "type", message: "title: has the wrong type; got 5. Expected a text." }
    ],
    ["another type inside", ReferenceInput, { ...reference, tags: ["a", 2] }, { reason: "type", field: "tags.1" }],
    ["nothing at all", ReferenceInput, undefined, { reason: "missing", field: "input" }],
    ["null", ReferenceInput, null, { reason: "type", field: "input" }],
    [
      "none of the values of a closed set",
      Schema.Struct({ mode: Schema.optional(Schema.Literals(["keyword", "semantic", "hybrid"])) }),
      { mode: "hybrd" },
      {
        reason: "invalid",
        message: 'mode: is not a known value; got "hybrd". Expected "keyword", "semantic" or "hybrid".',
        remedy: { action: "chooseOne", field: "mode", values: ["hybrid", "keyword", "semantic"] }
      }
    ],
    [
      "an operator that there is not",
      Schema.Struct({ filter: Filter }),
      { filter: { metadata: [{ ...condition, operator: "IS NOT NULL OR 1=1 OR 1 =" }] } },
      { reason: "invalid", field: "filter.metadata.0.operator" }
    ],
    [
      "the member of a union that fits best",
      Filter,
      { metadata: [{ ...condition, value: "a\0" }] },
      { reason: "invalid", field: "metadata.0.value", constraint: "has a NUL character" }
    ],
    [
      "no member of a union",
      Filter,
      { metadata: [{ ...condition, value: [1] }] },
      { reason: "type", field: "metadata.0.value", value: [1] }
    ],
    ["a broken member of a union of objects", Target, { source: "", to: "b" }, { reason: "invalid", field: "source" }],
    [
      "a key too many of the member that has the others",
      Target,
      { source: "a", to: "b", limt: 1 },
      { reason: "unexpected", field: "limt", expected: "only source or to" }
    ],
    ["a missing member of a union of objects", Target, { source: "a" }, { reason: "missing", field: "to" }],
    ["a NUL", Schema.Struct({ note: Text }), { note: "a\0b" }, { field: "note", constraint: "has a NUL character" }],
    [
      "half of a surrogate pair",
      Schema.Struct({ note: Text }),
      { note: "\ud800" },
      { field: "note", constraint: "has half of a surrogate pair" }
    ],
    ["a blank text", ReferenceInput, { ...reference, title: " " }, { field: "title", constraint: "is not valid" }]
  ] as const) {
    it(`names ${what}`, () => {
      const { message, ...fields } = errorOf(schema, input)
      expect({ ...fields, message }).toMatchObject(expected)
    })
  }

  it("begins the field with the prefix, and names the whole by its root", () => {
    expect(errorOf(ReferenceInput, { ...reference, title: 1 }, "3", "3.").field).toBe("3.title")
    expect(errorOf(ReferenceInput, 1, "3", "3.").field).toBe("3")
  })

  it("takes any value", () => {
    const cyclic: Record<string, unknown> = {}
    cyclic["self"] = cyclic
    const values = [
      cyclic,
      Object.create(null),
      Symbol("s"),
      10n,
      Number.NaN,
      () => 1,
      new Date(Number.NaN),
      new Map(),
      "\ud800".repeat(100_000),
      new Proxy({}, { ownKeys: () => ["uri"], getOwnPropertyDescriptor: () => undefined })
    ]
    for (const value of values) {
      for (const input of [value, { ...reference, title: value }, { ...reference, tags: value }, [value]]) {
        const error = errorOf(Schema.Struct({ title: Schema.Literal("x"), tags: Schema.Never }), input)
        expect(error.message.length).toBeLessThan(300)
      }
    }
  })
})
