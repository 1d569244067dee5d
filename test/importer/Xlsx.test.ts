import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Schema } from "effect"
import { type WriteSheet, writeXlsx } from "hucre/xlsx"
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
        [["sheet", "a table of 2 rows"]]
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
      assert.include(yield* problem(Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2])), "an old Office file (.xls)")
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

  const shown = Effect.fnUntraced(function* (sheets: ReadonlyArray<WriteSheet>, options: Options = {}) {
    const bytes = yield* Effect.promise(() => writeXlsx({ sheets: [...sheets] }))
    return yield* read("x.xlsx", bytes, options)
  })

  /** Cells with a number format, by their place. */
  const formatted = (cells: Readonly<Record<string, readonly [value: number, numFmt: string]>>) =>
    new Map(
      Object.entries(cells).map(([place, [value, numFmt]]) => [
        place,
        { value, type: "number", style: { numFmt } } as const
      ])
    )

  it.effect("reads cells as the sheet shows them", () =>
    Effect.gen(function* () {
      const ids = [1.1, 1.1, 7, 12, 3, 0.1 + 0.2, 1e11 + 1]
      const { entries } = yield* shown([
        {
          name: "R",
          rows: [["ID", "Title", "Level"], ...ids.map((id, index) => [id, `t${index}`, index])],
          cells: formatted({
            "1,0": [1.1, "General"],
            "2,0": [1.1, "0.00"],
            "3,0": [7, '"R-"000'],
            "4,0": [12, '0"."0'],
            "5,0": [3, "000"],
            "1,2": [0, "0"],
            "2,2": [0.5, "0%"],
            "3,2": [46_053, "dd.mm.yyyy"]
          })
        }
      ])
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, metadata } }) => [identifier, Object(metadata)["Level"]]),
        [
          ["1.1", 0],
          ["1.10", "50%"],
          ["R-007", "31.01.2026"],
          ["1.2", 3],
          ["003", 4],
          ["0.3", 5],
          ["100000000001", 6]
        ]
      )
    })
  )

  it.effect("gives a merged cell to all of its rows, and joins headers of two rows", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* shown([
        {
          name: "R",
          rows: [
            ["House rules", null, null, null],
            ["Chapter", "ID", "Requirement", null],
            [null, null, "Short name", "Full text"],
            ["Gates", "G-1", "Shut", "It is shut."],
            [null, "G-2", "Locked", "It is locked."],
            [null, null, null, null],
            ["Lamps", "L-1", "Lit", "It is lit."]
          ],
          merges: [
            { startRow: 0, startCol: 0, endRow: 0, endCol: 3 },
            { startRow: 1, startCol: 0, endRow: 2, endCol: 0 },
            { startRow: 1, startCol: 1, endRow: 2, endCol: 1 },
            { startRow: 1, startCol: 2, endRow: 1, endCol: 3 },
            { startRow: 3, startCol: 0, endRow: 5, endCol: 0 },
            { startRow: 4, startCol: 1, endRow: 5, endCol: 1 }
          ]
        }
      ])
      assert.deepStrictEqual(failed, [])
      assert.deepStrictEqual(
        entries.map(({ at, reference: { description, identifier, metadata, title } }) => [
          at,
          identifier,
          title,
          description,
          Object(metadata)["Chapter"]
        ]),
        [
          ["row 4", "G-1", "Shut", "It is shut.", "Gates"],
          ["row 5", "G-2", "Locked", "It is locked.", "Gates"],
          ["row 7", "L-1", "Lit", "It is lit.", "Lamps"]
        ]
      )
    })
  )

  it.effect("passes over covers and hidden sheets, and tells of other tables", () =>
    Effect.gen(function* () {
      const header = ["ID", "Requirement"]
      const sheets: ReadonlyArray<WriteSheet> = [
        { name: "Lists", hidden: true, rows: [header, ["H-1", "Hidden."]] },
        {
          name: "Cover",
          rows: [
            ["Version", "1.0"],
            ["Purpose", "Rules"]
          ]
        },
        { name: "Rules", rows: [header, ["A-1", "Shut the gate."]] },
        { name: "More", rows: [header, ["B-1", "Light the lamp."]] },
        {
          name: "Changes",
          rows: [
            ["Date", "What"],
            ["2025", "new"]
          ]
        }
      ]
      const { entries, unread, warnings } = yield* shown(sheets)
      assert.deepStrictEqual(
        entries.map(({ at, reference: { identifier } }) => [at, identifier]),
        [["sheet Rules, row 2", "A-1"]]
      )
      assert.deepStrictEqual(
        unread.map(({ at, kind }) => [at, kind]),
        [["sheet More", "sheet"]]
      )
      assert.deepStrictEqual(warnings, [
        "sheet Lists: the sheet is hidden, so it is not read. Name it as the sheet to read it"
      ])
      const more = yield* shown(sheets, { sheet: "More" })
      assert.deepStrictEqual(
        [more.entries.map(({ reference: { identifier } }) => identifier), more.unread],
        [["B-1"], []]
      )
    })
  )

  it.effect("refuses errors and formulas without a result where they stand, and reads constant ones", () =>
    Effect.gen(function* () {
      const error = (at: string) => `<c r="${at}" t="e"><f>NA()</f><v>#N/A</v></c>`
      const formula = (at: string, text: string) => `<c r="${at}"><f>${text}</f></c>`
      const rows = [
        `<row r="1">${cell("A1", "id")}${cell("B1", "title")}${cell("C1", "note")}</row>`,
        `<row r="2">${error("A2")}${cell("B2", "a")}</row>`,
        `<row r="3">${cell("A3", "3")}${error("B3")}</row>`,
        `<row r="4">${cell("A4", "4")}${cell("B4", "d")}${error("C4")}</row>`,
        `<row r="5">${formula("A5", "B5&amp;1")}${cell("B5", "e")}</row>`,
        `<row r="6">${formula("A6", "&quot;007&quot;")}${cell("B6", "f")}</row>`
      ]
      const { entries, failed, warnings } = yield* read("x.xlsx", zip(workbook(rows.join(""))))
      assert.deepStrictEqual(
        entries.map(({ reference, reference: { identifier } }) => [identifier, reference.metadata]),
        [
          ["4", undefined],
          ["007", undefined]
        ]
      )
      assert.deepStrictEqual(failed, [
        "row 2, id: shows the error #N/A. Mend it in the spreadsheet",
        "row 3, title: shows the error #N/A. Mend it in the spreadsheet",
        "row 5, id: is a formula whose result is not stored in the file. " +
          "Open the file in a spreadsheet program and save it there"
      ])
      assert.deepStrictEqual(warnings, [
        "row 4, note: shows the error #N/A. Mend it in the spreadsheet. The row is imported without it"
      ])
    })
  )

  it.effect("names other kinds of workbooks", () =>
    Effect.gen(function* () {
      assert.match(yield* problem(zip([{ name: "xl/workbook.bin", content: "x" }])), /^is a binary workbook/u)
    })
  )
})
