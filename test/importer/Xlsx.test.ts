import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Schema } from "effect"
import { writeXlsx } from "hucre/xlsx"
import type { Options } from "../../src/importer/Importer.ts"
import { read } from "./reading.ts"
import { cell, workbook, zip } from "./zipping.ts"

const problem = (bytes: Uint8Array, options: Options = {}) =>
  Effect.map(Effect.flip(read("x.xlsx", bytes, options)), ({ message }) => message.replace(/^x\.xlsx(?:: |, )/u, ""))

const header = `<row r="1">${cell("A1", "id")}${cell("B1", "title")}</row>`
const row = `<row r="2">${cell("A2", "1")}${cell("B2", "a")}</row>`

const Damages = Schema.Array(
  Schema.Struct({
    at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 })),
    byte: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  })
)

describe("xlsx", () => {
  const report = Effect.promise(() =>
    writeXlsx({
      sheets: [
        {
          name: "Rules",
          rows: [
            [],
            ["Rules of the house", null, null, null],
            ["Id", "Title", "Since", "Level"],
            ["R-1", "Doors", new Date(Date.UTC(2026, 0, 31)), 2],
            [],
            ["R-2", "Windows", null, 1.5],
            ["", "No id", null, true],
            [7, "Keys", null, null, "stray"]
          ]
        },
        {
          name: "Other",
          rows: [
            ["key", "name"],
            ["O-1", "Other"]
          ]
        }
      ]
    })
  )

  it.effect("reads the first sheet from its header, with the numbers of rows", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format, unread } = yield* read("Rules.xlsx", yield* report)
      assert.deepStrictEqual([format, catalog], ["xlsx", "Rules"])
      assert.deepStrictEqual(
        entries.map(({ at, reference: { metadata, title, uri } }) => [at, uri, title, metadata]),
        [
          ["row 4", "Rules:R-1", "Doors", { Since: "2026-01-31", Level: 2 }],
          ["row 6", "Rules:R-2", "Windows", { Level: 1.5 }],
          ["row 8", "Rules:7", "Keys", { "Column 5": "stray" }]
        ]
      )
      assert.deepStrictEqual(failed, ["row 7, Id: uri or identifier is blank"])
      assert.deepStrictEqual(
        unread.map(({ kind, text }) => [kind, text]),
        [["sheet", "Other, 2 rows"]]
      )
    })
  )

  it.effect("reads another sheet by name or number", () =>
    Effect.gen(function* () {
      const bytes = yield* report
      for (const sheet of ["Other", 2, "2"]) {
        const { entries } = yield* read("x.xlsx", bytes, { sheet })
        assert.deepStrictEqual(
          entries.map(({ at, reference }) => [at, reference.uri]),
          [["sheet Other, row 2", "x:O-1"]]
        )
      }
      assert.strictEqual(yield* problem(bytes, { sheet: "3" }), "has no sheet 3; there are Rules, Other")
      assert.strictEqual(
        yield* problem(bytes, { columns: { title: "Heading" } }),
        "no sheet has a row that names the columns that are needed. There are Rules (Id, Title, Since, Level); " +
          "Other (key, name). Say which sheet is meant, and which of its columns is which"
      )
      assert.include(yield* problem(bytes, { columns: { title: "Heading" }, sheet: 1 }), "there is no column Heading")
    })
  )

  it.effect("is told by its bytes, whatever it is called; other archives say what to do", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read("list.csv", yield* report)).format, "xlsx")
      assert.include(
        yield* problem(zip([{ name: "1000.csv", content: "a" }])),
        "no XLSX workbook (1000.csv…). Unpack it and import the file inside"
      )
      assert.include(yield* problem(Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2])), "Save it as .xlsx")
      assert.include(yield* problem(Uint8Array.from([0x1f, 0x8b, 8, 0])), "compressed (gzip)")
      const text = yield* Effect.flip(read("x.xlsx", "id,title\n1,a\n", { format: "xlsx" }))
      assert.strictEqual(text.problem, "is not an XLSX workbook")
    })
  )

  it.effect("limits what an archive unpacks to, as it declares and as it is", () =>
    Effect.gen(function* () {
      const zeros = Buffer.alloc(140 * 1024 * 1024)
      assert.include(yield* problem(zip(workbook(header, "", [{ name: "big", content: zeros }]))), "more than 128 MB")
      const lying = { name: "big", content: zeros.subarray(0, 20_000_000), size: 100 }
      assert.include(
        yield* problem(zip(workbook(header, "", [lying]))),
        "unpacks to more than the ZIP archive declares"
      )
      const short = { name: "big", content: "abc", size: 100 }
      assert.include(yield* problem(zip(workbook(header, "", [short]))), "of another size")
      const secret = { name: "big", content: "abc", flags: 1 }
      assert.include(yield* problem(zip(workbook(header, "", [secret]))), "encrypted")
      const whole = zip(workbook(header + row))
      assert.include(yield* problem(whole.subarray(0, whole.length - 30)), "breaks off")
      const twice = [...workbook(header), { name: "xl/workbook.xml", content: "<x/>" }]
      assert.include(yield* problem(zip(twice)), "twice")
    })
  )

  it.effect("refuses document types, and sheets that are wider than they are full", () =>
    Effect.gen(function* () {
      const bomb = { name: "xl/more.xml", content: '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>' }
      assert.include(yield* problem(zip(workbook(header, "", [bomb]))), "xl/more.xml: has a document type declaration")
      const corner = `<row r="1048576">${cell("XFD1048576", "x")}</row>`
      assert.include(yield* problem(zip(workbook(header + row + corner))), "cells")
      for (const far of ["<row r='99999999999'><c r='A99999999999'/></row>", "<row r='-1'><c r='A-1'/></row>"]) {
        const found = yield* Effect.exit(read("x.xlsx", zip(workbook(header + row + far))))
        assert.isTrue(Exit.isSuccess(found) || !Cause.hasDies(found.cause))
      }
      const merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
      assert.strictEqual((yield* read("x.xlsx", zip(workbook(header + row, merged)))).entries.length, 1)
      assert.include(yield* problem(zip(workbook(""))), "There are One (blank)")
    })
  )

  it.effect.prop("never dies of damaged bytes", [Damages], ([damages]) =>
    Effect.gen(function* () {
      const bytes = Buffer.from(zip(workbook(header + row)))
      for (const { at, byte } of damages) bytes[Math.floor(at * bytes.length)] = byte
      const found = yield* Effect.exit(read("x.xlsx", bytes))
      assert.isTrue(Exit.isSuccess(found) || !Cause.hasDies(found.cause))
    })
  )
})
