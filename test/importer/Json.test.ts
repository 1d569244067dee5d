import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import * as JsonText from "../../src/importer/text/JsonText.ts"
import { read } from "./reading.ts"

const refusedAt = (text: string): string =>
  Result.match(JsonText.parse(text), {
    onSuccess: () => "accepted",
    onFailure: ({ column, line, problem }) => `${line}:${column} ${problem.replace("is not JSON: ", "")}`
  })

describe("JsonText", () => {
  it("says where a text is not JSON", () => {
    assert.strictEqual(refusedAt('{\n  "a": 1,\n}'), '3:1 unexpected "}"')
    assert.strictEqual(refusedAt("[1 2]"), '1:4 unexpected "2"')
    assert.strictEqual(refusedAt("[1,]"), '1:4 unexpected "]"')
    assert.strictEqual(refusedAt("{a:1}"), '1:2 unexpected "a"')
    assert.strictEqual(refusedAt('{"a" 1}'), '1:6 unexpected "1"')
    assert.strictEqual(refusedAt('{"a":\n tru}'), '2:2 unexpected "t"')
    assert.strictEqual(refusedAt('["\\x"]'), '1:3 unexpected "\\\\"')
    assert.strictEqual(refusedAt('"a\nb"'), '1:3 unexpected "\\n"')
    assert.strictEqual(refusedAt("[01]"), '1:3 unexpected "1"')
    assert.strictEqual(refusedAt("{} x"), '1:4 unexpected "x"')
    assert.strictEqual(refusedAt('["a"'), "1:5 it ends too early")
    assert.strictEqual(refusedAt(""), "1:1 it ends too early")
    assert.strictEqual(refusedAt("😀"), '1:1 unexpected "😀"')
  })

  it.prop("points at the end of what is cut off, and at what is put in", [Schema.Json], ([value]) => {
    const text = JSON.stringify({ value })
    for (let end = 0; end < text.length; end++) {
      const cut = JsonText.parse(text.slice(0, end))
      assert.isTrue(Result.isFailure(cut))
      if (Result.isFailure(cut)) assert.isAtMost(cut.failure.column, end + 1)
    }
    const spoilt = JsonText.parse(`${text}#`)
    assert.isTrue(Result.isFailure(spoilt) && spoilt.failure.column === text.length + 1)
  })

  it("refuses a text or number of more than 16 MB where it begins, and takes one of 16 MB", () => {
    const most = "x".repeat(16 * 1024 * 1024)
    assert.strictEqual(refusedAt(`{"a": "${most}"}`), "accepted")
    assert.strictEqual(refusedAt(`[1,\n {"a": "${most}x"}]`), "2:8 is a text longer than 16 MB. Is the format right?")
    assert.strictEqual(refusedAt(`{"${most}x": 1}`), "1:2 is a text longer than 16 MB. Is the format right?")
    const digits = "1".repeat(16 * 1024 * 1024)
    assert.strictEqual(refusedAt(`[${digits}]`), "accepted")
    assert.strictEqual(refusedAt(`[${digits}1]`), "1:2 is a number longer than 16 MB. Is the format right?")
  })

  it("reads paths", () => {
    assert.deepStrictEqual(JsonText.parsePath('$.data.items[0]["a b"]'), ["data", "items", "0", "a b"])
    assert.deepStrictEqual(JsonText.parsePath("data.items"), ["data", "items"])
    assert.deepStrictEqual(JsonText.parsePath("$"), [])
    assert.isUndefined(JsonText.parsePath("$..a"))
    assert.isUndefined(JsonText.parsePath("$.a[x]"))
  })
})

describe("json", () => {
  const rows = [
    { id: "1", title: "a" },
    { id: "2", title: "b" }
  ]

  it.effect("reads an array, an object with one, and the array at a path", () =>
    Effect.gen(function* () {
      const whole = yield* read("x.json", JSON.stringify(rows))
      assert.deepStrictEqual(
        whole.entries.map((e) => e.at),
        ["$[0]", "$[1]"]
      )
      const inside = yield* read("x.json", JSON.stringify({ catalog: "list@2", notes: ["n"], items: rows }, null, 2))
      assert.strictEqual(inside.catalog, "list@2")
      assert.deepStrictEqual(
        inside.entries.map((e) => `${e.at} ${e.reference.uri}`),
        ["$.items[0] list:2/1", "$.items[1] list:2/2"]
      )
      const deep = yield* read("x.json", JSON.stringify({ data: [{ "the list": rows }] }), {
        path: '$.data[0]["the list"]'
      })
      assert.strictEqual(deep.entries[1]?.at, '$.data[0]["the list"][1]')
    })
  )

  it.effect("asks for a path where there are several arrays, and says where one leads nowhere", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ a: rows, b: rows })
      const several = yield* Effect.flip(read("x.json", text))
      assert.include(several.problem, "has several arrays: $.a (2), $.b (2)")
      const nowhere = yield* Effect.flip(read("x.json", text, { path: "$.a[0].items" }))
      assert.include(nowhere.problem, "there is no items in $.a[0]")
      const none = yield* Effect.flip(read("x.json", '{\n"a": 1\n}', {}))
      assert.include(none.problem, "has no array")
    })
  )

  it.effect("takes the object metadata, or else all keys that are no field, of any JSON", () =>
    Effect.gen(function* () {
      const { entries } = yield* read(
        "x.json",
        '[{"uri":"a:1","title":"a","metadata":{"n":[1,null]},"createdAt":"x"},' +
          '{"uri":"a:2","id":9,"title":"b","tags":["x;y","z"],"__proto__":{"p":1},"n":{"m":true}}]'
      )
      assert.deepStrictEqual(entries[0]?.reference.metadata, { n: [1, null] })
      assert.strictEqual(JSON.stringify(entries[1]?.reference.metadata), '{"id":9,"__proto__":{"p":1},"n":{"m":true}}')
      assert.deepStrictEqual(entries[1]?.reference.tags, ["x;y", "z"])
    })
  )

  it.effect("says which row and key is wrong and keeps the others", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`
      const { entries, failed } = yield* read(
        "x.json",
        `[{"id":"1","title":"a"},"text",{"id":"2"},{"id":"3","title":["c"]},{"id":{"n":1},"title":"d"},` +
          `{"id":"5","title":"e","deep":${deep}},{"id":"6","title":"f","tags":[1]},{"id":"7","title":"\\u0000"},` +
          `{"id":"8","title":"h","note":"\\ud800"},{"id":"9","title":"i"}]`
      )
      assert.deepStrictEqual(
        entries.map((e) => e.reference.uri),
        ["x:1", "x:9"]
      )
      assert.deepStrictEqual(
        failed.map((problem) => problem.split(": ")[0]),
        ["$[1]", "$[2].title", "$[3].title", "$[4].id", "$[5].metadata", "$[6].tags[0]", "$[7].title", "$[8].metadata"]
      )
    })
  )

  it.effect("survives what is nested as deep as a stack, wherever it stands", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
      for (const key of ["id", "uri", "title", "text", "type", "tags", "catalog", "other"]) {
        const [id, title] = [key === "id" ? "" : '"id":"1",', key === "title" ? "" : '"title":"a",']
        const rows = `[{${id}${title}"${key}":${deep}},{"id":"2","title":"b"}]`
        const { entries, failed } = yield* read("x.json", rows, { catalog: "list" })
        assert.deepStrictEqual([entries.length, failed.length], key === "catalog" ? [2, 0] : [1, 1], key)
      }
      const row = yield* Effect.flip(read("x.json", `[{"id":"1","title":"a","catalog":${deep}}]`))
      assert.strictEqual(row.at, "$[0].catalog")
      const whole = yield* Effect.flip(read("x.json", `{"catalog":${deep},"items":[{"id":"1"}]}`))
      assert.strictEqual(whole.at, "$.catalog")
      const open = yield* Effect.flip(read("x.json", "[".repeat(100_000)))
      assert.strictEqual(open.at, "line 1, column 100001")
    })
  )

  it.effect("is refused beyond 64 MB with what to do, before it is parsed", () =>
    Effect.gen(function* () {
      const bytes = new Uint8Array(64 * 1024 * 1024 + 1).fill(0x20)
      bytes[0] = 0x5b
      const error = yield* Effect.flip(read("x.json", bytes, {}, 1024 * 1024))
      assert.include(error.problem, "NDJSON or CSV")
    })
  )

  it.effect("is refused with a text of more than 16 MB, where that begins", () =>
    Effect.gen(function* () {
      const rows = `[{"id":"1","title":"a"},\n{"id":"2","title":"${"x".repeat(16 * 1024 * 1024 + 1)}"}]`
      const error = yield* Effect.flip(read("x.json", rows))
      assert.strictEqual(error.message, "x.json, line 2, column 19: is a text longer than 16 MB. Is the format right?")
    })
  )

  it.effect(
    "refuses an entry of more than 16 MB that is made of small values, as NDJSON does, and reads the others",
    () =>
      Effect.gen(function* () {
        const large = JSON.stringify({ id: "2", title: "b", metadata: { list: Array(17_000).fill("x".repeat(1000)) } })
        const small = '{"id":"1","title":"a"}'
        const json = yield* read("x.json", `[${small},\n${large}]`)
        assert.deepStrictEqual(json.failed, ["$[1]: is an entry of more than 16 MB. Is the format right?"])
        assert.deepStrictEqual(
          json.entries.map(({ reference }) => reference.title),
          ["a"]
        )
        const ndjson = yield* Effect.flip(read("x.ndjson", `${small}\n${large}\n`))
        assert.strictEqual(ndjson.message, "x.ndjson, line 2: is longer than 16 MB. Is the format right?")
      })
  )

  it.effect("names the line of bytes that are not UTF-8, and of what is not JSON", () =>
    Effect.gen(function* () {
      const latin = yield* Effect.flip(read("x.json", Buffer.from('[\n"ok",\n"\u00fc"]', "latin1")))
      assert.strictEqual(
        latin.message,
        "x.json, line 3: is not UTF-8, so nothing is read. " +
          "Say its encoding, such as windows-1252 (what Excel writes on Windows) or macintosh, or save the file as UTF-8"
      )
      const comma = yield* Effect.flip(read("x.json", '\uFEFF[\n{"id": 1,}\n]'))
      const lines = yield* Effect.flip(read("x.json", '{"id":1}\n{"id":2}\n', { format: "json" }))
      assert.match(lines.message, /^x.json, line 2, column 1: .* format ndjson$/u)
      assert.strictEqual(comma.message, 'x.json, line 2, column 10: is not JSON: unexpected "}"')
    })
  )
})
