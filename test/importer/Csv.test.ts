import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { read } from "./reading.ts"

const Cell = Schema.Array(
  Schema.Literals(["a", "Z", '"', ",", ";", "\t", "\n", "\r\n", "\r", " ", "é", "漢", "😀", "\uFEFF", "'"])
)
const Rows = Schema.Array(Schema.Struct({ title: Cell, text: Cell, note: Cell, blankLine: Schema.Boolean })).check(
  Schema.isMinLength(1)
)
const Way = Schema.Struct({
  separator: Schema.Literals([",", ";", "\t"]),
  newline: Schema.Literals(["\n", "\r\n"]),
  mark: Schema.Boolean,
  lastNewline: Schema.Boolean,
  size: Schema.Literals([1, 2, 3, 7, 64, 65536])
})

const quote = (cell: string) => (/["\n\r,;\t]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const linesOf = (text: string) => text.split("\n").length - 1

describe("csv", () => {
  it.effect.prop(
    "comes back as it was written, with its lines, however the bytes are cut",
    [Rows, Way],
    ([rows, way]) =>
      Effect.gen(function* () {
        let text = `${["id", "title", "text", "note"].join(way.separator)}${way.newline}`
        const expected = rows.map((row, index) => {
          if (row.blankLine) text += way.newline
          const line = linesOf(text) + 1
          const title = `t${row.title.join("")}.`
          const description = row.text.join("")
          const note = row.note.join("")
          text += [`R-${index}`, title, description, note].map(quote).join(way.separator) + way.newline
          return {
            at: `line ${line}`,
            reference: {
              uri: `list:1/R-${index}`,
              identifier: `R-${index}`,
              title,
              entityType: "reference",
              ...(description.trim() !== "" && { description }),
              ...(note.trim() !== "" && { metadata: { note } }),
              catalog: "list@1"
            }
          }
        })
        if (!way.lastNewline) text = text.slice(0, -way.newline.length)
        const { entries, failed } = yield* read(
          "list.csv",
          (way.mark ? "\uFEFF" : "") + text,
          { catalog: "list@1" },
          way.size
        )
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(
          entries.map(({ at, reference }) => ({ at, reference })),
          expected
        )
      })
  )

  it.effect("gives the same whatever single byte it is cut at", () =>
    Effect.gen(function* () {
      const text =
        '\uFEFFid;title;text\r\n1;"Grün ""a""";"zwei\r\nZeilen 😀"\r\n\r\n2;"b;c";\r\n3;kaputt;x;y\r\n4;d;"e"'
      const bytes = new TextEncoder().encode(text)
      const whole = yield* read("x.csv", bytes)
      assert.deepStrictEqual(
        whole.entries.map((e) => e.at),
        ["line 2", "line 5", "line 7"]
      )
      assert.strictEqual(whole.failed.length, 1)
      for (let size = 1; size <= bytes.length; size++) {
        assert.deepStrictEqual(yield* read("x.csv", bytes, {}, size), whole)
      }
    })
  )

  it.effect("finds the usual columns, whatever their case, and puts the others into the metadata", () =>
    Effect.gen(function* () {
      const { catalog, entries } = yield* read(
        "company list.csv",
        "Requirement ID,Name,Text,Type,Tags,Owner,Empty\nR-1, Doors ,Lock them.,rule,night; door ;,Ann,\n"
      )
      assert.strictEqual(catalog, "company-list")
      assert.deepStrictEqual(entries[0]?.reference, {
        uri: "company-list:R-1",
        identifier: "R-1",
        title: "Doors",
        entityType: "rule",
        description: "Lock them.",
        tags: ["night", "door"],
        metadata: { Owner: "Ann" },
        catalog: "company-list"
      })
    })
  )

  it.effect("takes the columns it is told", () =>
    Effect.gen(function* () {
      const { entries } = yield* read("x.csv", 'id,name,what,tags\nurn:1,ignored,Doors,"a, b"\n', {
        columns: { uri: "id", title: "what" },
        entityType: "control"
      })
      assert.deepStrictEqual(entries[0]?.reference, {
        uri: "urn:1",
        title: "Doors",
        entityType: "control",
        tags: ["a", "b"],
        metadata: { name: "ignored" },
        catalog: "x"
      })
    })
  )

  it.effect("names the columns there are where one it is told is not there", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("x.csv", "id,name\n1,a\n", { columns: { title: "titel" } }))
      assert.strictEqual(error.message, "x.csv, line 1: there is no column titel; there are id, name")
    })
  )

  it.effect("takes the catalog of its column and refuses a second one", () =>
    Effect.gen(function* () {
      const text = "id,title,catalog\n1,a,company@2026.1\n2,b,company@2026.1\n3,c,other@1\n"
      const { catalog, entries, failed } = yield* read("x.csv", text)
      assert.strictEqual(catalog, "company@2026.1")
      assert.deepStrictEqual(
        entries.map((e) => e.reference.uri),
        ["company:2026.1/1", "company:2026.1/2"]
      )
      assert.match(failed[0] ?? "", /^line 4, catalog: is of the catalog other@1,/u)
      const all = yield* read("x.csv", text, { catalog: "mine" })
      assert.deepStrictEqual(
        all.entries.map((e) => e.reference.uri),
        ["mine:1", "mine:2", "mine:3"]
      )
    })
  )

  it.effect("says which row is wrong and why, and keeps the others", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read(
        "x.csv",
        'id,title,text\n1,a,good\n2,b,c,d\n3,,\n,d,no id\n5,"e"x,bad quote\n6, "f",bad quote\n7,g,"open\n8,h,good\n9,i,"good"\n'
      )
      assert.deepStrictEqual(
        entries.map((e) => e.reference.uri),
        ["x:1", "x:8", "x:9"]
      )
      assert.deepStrictEqual(
        failed.map((problem) => problem.split(/[:;]/u)[0]),
        ["line 3", "line 4, title", "line 5, id", "line 6", "line 7", "line 8"]
      )
      assert.include(failed[0], "has 4 cells, the header has 3")
      assert.include(failed[1], "title is blank")
    })
  )

  it.effect("says once which columns there are where none is a title or a text", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("x.csv", "id,colour\n1,a\n2,b\n"))
      assert.strictEqual(
        error.message,
        "x.csv, line 1: no column is known to hold a title or a description. The columns are id, colour. " +
          "Say which column is which: title or description"
      )
    })
  )

  it.effect("loses one row to a quotation mark that is never closed, not the rest", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 40_000 }, (_, i) => `${i},t${i},${"x".repeat(40)}`)
      rows[1] = '1,t1,"never closed'
      const { entries, failed } = yield* read("x.csv", `id,title,text\n${rows.join("\n")}\n`)
      assert.strictEqual(entries.length, 39_999)
      assert.deepStrictEqual(failed, ["line 3: a quotation mark is opened here and not closed"])
    })
  )

  it.effect("refuses a text that is not UTF-8 as a whole, wherever the first wrong byte is", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 5000 }, (_, i) => `${i},Rule ${i},plain text\n`).join("")
      const bytes = Buffer.from(`id,title,text\n${rows}x,T\u00fcr,Gr\u00f6\u00dfe\n`, "latin1")
      for (const size of [1000, 70_000]) {
        const error = yield* Effect.flip(read("x.csv", bytes, {}, size))
        assert.strictEqual(error.at, "line 5002")
        assert.match(error.problem, /^is not UTF-8, so nothing is read\. Say its encoding, such as windows-1252/u)
        const { entries } = yield* read("x.csv", bytes, { encoding: "windows-1252" }, size)
        assert.deepStrictEqual(
          [entries.length, entries.at(-1)?.reference.title, entries.at(-1)?.reference.description],
          [5001, "Tür", "Größe"]
        )
      }
      const unknown = yield* Effect.flip(read("x.csv", bytes, { encoding: "ansi-ish" }))
      assert.match(unknown.problem, /^there is no encoding "ansi-ish"; there are utf-8/u)
    })
  )

  it.effect("refuses a field that two columns may hold, and a header without rows", () =>
    Effect.gen(function* () {
      const twice = yield* Effect.flip(read("x.csv", "id,title,id\n1,a,2\n"))
      assert.strictEqual(
        twice.message,
        'x.csv, line 1: id may stand in 2 columns that are called the same: "id" and "id 2". Say which one it is'
      )
      const said = yield* read("x.csv", "id,title,id\n1,a,2\n", { columns: { id: "id 2" } })
      assert.deepStrictEqual(
        said.entries.map(({ reference }) => [reference.uri, reference.metadata]),
        [["x:2", { id: "1" }]]
      )
      assert.include((yield* Effect.flip(read("x.csv", "id,title\n"))).problem, "has nothing in it")
    })
  )

  it.effect("says how far a header is looked for where the first row goes on beyond that", () =>
    Effect.gen(function* () {
      const names = ["id", "title", ...Array.from({ length: 20_000 }, (_, i) => `column ${i}`)]
      const error = yield* Effect.flip(read("x.csv", `${names.join(",")}\n1,a\n`))
      assert.match(error.message, /^x\.csv, line 1: there is no header within the first 64 KiB/u)
      assert.include(error.message, "leave out columns")
    })
  )

  it.effect("reads line ends of a lone CR", () =>
    Effect.gen(function* () {
      const { entries } = yield* read("x.csv", "id,title\r1,a\r2,b\r")
      assert.deepStrictEqual(
        entries.map((e) => `${e.at} ${e.reference.title}`),
        ["line 2 a", "line 3 b"]
      )
    })
  )

  it.effect("skips rows of nothing but separators and keeps cells without a name", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read("x.csv", "id,title,\n,,\n1,a,\n2,b,c\n")
      assert.deepStrictEqual(
        entries.map((e) => [e.at, e.reference.metadata]),
        [
          ["line 3", undefined],
          ["line 4", { "Column 3": "c" }]
        ]
      )
      assert.deepStrictEqual(failed, [])
    })
  )
})
