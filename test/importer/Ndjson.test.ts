import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { JsonValue, Text } from "../../src/domain/Text.ts"
import { read } from "./reading.ts"

const Rows = Schema.Array(
  Schema.Struct({ title: Text, description: Text, metadata: Schema.Record(Text, JsonValue), blankLine: Schema.Boolean })
)
const Way = Schema.Struct({
  newline: Schema.Literals(["\n", "\r\n"]),
  mark: Schema.Boolean,
  size: Schema.Literals([1, 3, 64, 65536])
})

describe("ndjson", () => {
  it.effect.prop(
    "comes back as it was written, with its lines, however the bytes are cut",
    [Rows, Way],
    ([rows, way]) =>
      Effect.gen(function* () {
        let text = ""
        const expected = rows.map(({ blankLine, ...row }, index) => {
          if (blankLine) text += way.newline
          const reference = { uri: `r:${index}`, ...row, title: `t${row.title}.`, entityType: "control" }
          text += JSON.stringify(reference) + way.newline
          const { description, ...rest } = reference
          return {
            at: `line ${text.split("\n").length - 1}`,
            reference: { ...rest, ...(description.trim() !== "" && { description }), catalog: "list" }
          }
        })
        if (text.trim() === "") return
        const { entries, failed } = yield* read("list.ndjson", (way.mark ? "\uFEFF" : "") + text, {}, way.size)
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(
          entries.map(({ at, reference }) => ({ at, reference })),
          JSON.parse(JSON.stringify(expected))
        )
      })
  )

  it.effect("says which line and column is not JSON and keeps the others", () =>
    Effect.gen(function* () {
      const { entries, failed, format } = yield* read(
        "-",
        '{"id":1,"title":"a"}\n{"id":2,}\n[1]\n\n{"id":3,"title":"c"}\n{"id":4',
        { catalog: "list@1" }
      )
      assert.strictEqual(format, "ndjson")
      assert.deepStrictEqual(
        entries.map((e) => `${e.at} ${e.reference.uri}`),
        ["line 1 list:1/1", "line 5 list:1/3"]
      )
      assert.deepStrictEqual(failed, [
        'line 2, column 9: is not JSON: unexpected "}"',
        "line 3: is not a JSON object",
        "line 6, column 8: is not JSON: it ends too early"
      ])
    })
  )

  it.effect("refuses a text that is not UTF-8 as a whole", () =>
    Effect.gen(function* () {
      const bytes = Buffer.from('{"id":1,"title":"a"}\n{"id":2,"title":"\u00fc"}\n{"id":3,"title":"c"}\n', "latin1")
      const error = yield* Effect.flip(read("x.jsonl", bytes))
      assert.strictEqual(error.at, "line 2")
      assert.include(error.problem, "is not UTF-8, so nothing is read")
      assert.strictEqual((yield* read("x.jsonl", bytes, { encoding: "latin1" })).entries.length, 3)
    })
  )

  it.effect("refuses a line without an end", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("x.ndjson", new Uint8Array(17 * 1024 * 1024).fill(0x20), {}, 1024 * 1024))
      assert.strictEqual(error.at, "line 1")
    })
  )
})
