import { describe, expect, it } from "@effect/vitest"
import { DateTime, Effect, Schema, Stream } from "effect"
import * as CsvText from "../../src/report/CsvText.ts"
import * as CsvTable from "../../src/importer/text/CsvTable.ts"
import * as ReviewCsv from "../../src/report/ReviewCsv.ts"
import { guard } from "../../src/domain/CellText.ts"
import { Reference } from "../../src/domain/Reference.ts"
import { Relation } from "../../src/domain/Relation.ts"
import { ReviewItem } from "../../src/domain/ReviewItem.ts"

const bytes = (text: string) => Stream.make(new TextEncoder().encode(text))
const time = { createdAt: DateTime.makeUnsafe(0), updatedAt: DateTime.makeUnsafe(0) }

const item = (source: string, description: string, note?: string) =>
  new ReviewItem({
    relation: new Relation({
      sources: [source],
      targets: ["b:1"],
      type: "implements",
      confidence: 0.75,
      status: "suggested",
      needsReview: false,
      provenance: { method: "suggest:test", ...(note === undefined ? {} : { note }) },
      ...time
    }),
    sources: [new Reference({ uri: source, title: "T", description, entityType: "r", tags: [], ...time })],
    targets: [new Reference({ uri: "b:1", title: "U", entityType: "r", tags: [], ...time })],
    version: "v0123456789ab",
    confidenceIs: "given"
  })

const encoded = (...items: ReadonlyArray<ReviewItem>) =>
  Effect.map(Stream.runCollect(ReviewCsv.encode(Stream.fromIterable(items))), (lines) => lines.join(""))

describe("ReviewCsv", () => {
  it.effect("comes back with what was decided in a spreadsheet", () =>
    Effect.gen(function* () {
      const text = yield* encoded(item("a:1", "One"), item("a:2", "=1+1"), item("a:3", "Three"))
      expect(text.split("\r\n")[2]).toContain("'=1+1")
      const lines = text.split("\r\n")
      lines[1] = lines[1]!.replace(/^,implements,,/u, "Accept,equal,same thing,")
      lines[2] = lines[2]!.replace(/^,/u, "no,")
      lines[4] = "add,subset,mine,,a:4,,,b:9,,,,"
      const { problems, verdicts } = yield* ReviewCsv.decode("r.csv", bytes(lines.join("\r\n")))
      expect(problems).toEqual([])
      expect(verdicts).toEqual([
        {
          sources: ["a:1"],
          targets: ["b:1"],
          type: "implements",
          as: "equal",
          status: "accepted",
          note: "same thing",
          chosen: "file",
          seen: "v0123456789ab"
        },
        {
          sources: ["a:2"],
          targets: ["b:1"],
          type: "implements",
          status: "rejected",
          note: undefined,
          chosen: "file",
          seen: "v0123456789ab"
        },
        { sources: ["a:4"], targets: ["b:9"], type: "subset", status: "accepted", note: "mine", chosen: "file" }
      ])
    })
  )

  it.effect.each([
    ["a byte order mark", (text: string) => `\uFEFF${text}`],
    ["semicolons", (text: string) => text.replaceAll(",", ";")],
    ["tabs", (text: string) => text.replaceAll(",", "\t")],
    ["Unix line ends", (text: string) => text.replaceAll("\r\n", "\n")],
    ["old Mac line ends", (text: string) => text.replaceAll("\r\n", "\r")],
    ["columns in another order", () => "targets,version,Sources,DECISION\nb:1,v0123456789ab.implements,a:1,accept\n"]
  ] as const)("reads a table with %s", ([, change]) =>
    Effect.gen(function* () {
      const text = (yield* encoded(item("a:1", "One"))).replace("\r\n,", "\r\naccept,")
      const { problems, verdicts } = yield* ReviewCsv.decode("r.csv", bytes(change(text)))
      expect(problems).toEqual([])
      expect(verdicts).toMatchObject([{ sources: ["a:1"], targets: ["b:1"], type: "implements", status: "accepted" }])
    })
  )

  it.effect("says in which row what is wrong, and reads the others", () =>
    Effect.gen(function* () {
      const text = [
        "decision,type,sources,targets,version",
        "maybe,implements,a:1,b:1,",
        "accept,same,a:1,b:1,",
        "accept,equal,,b:1,",
        "accept,equal,a:1,b:1,v1",
        ",equal,a:1,b:1,v0123456789ab.implements",
        "accept,equal,a:1,b:1,,x,",
        "accept,equal,a:9,b:1,"
      ].join("\n")
      const { problems, verdicts } = yield* ReviewCsv.decode("r.csv", bytes(text))
      expect(problems.map(({ at }) => at)).toEqual([
        "line 2, decision",
        "line 3, type",
        "line 4, sources",
        "line 5, version",
        "line 6, decision",
        "line 7"
      ])
      expect(verdicts).toMatchObject([{ sources: ["a:9"], type: "equal" }])
    })
  )

  it.effect("refuses what is no such table", () =>
    Effect.gen(function* () {
      const problemOf = (text: string) =>
        Effect.map(Effect.flip(ReviewCsv.decode("r.csv", bytes(text))), ({ message }) => message)
      expect(yield* problemOf("")).toContain("r.csv: is empty")
      expect(yield* problemOf("a,b\n1,2\n")).toContain("there is no column decision, sources, targets; there are a, b")
    })
  )
})

describe("CsvText", () => {
  it("quotes what a spreadsheet would run", () => {
    expect(["=1", "+1", "-1", "@x", "\tx", "＝1", "'=1"].map(guard)).toEqual([
      "'=1",
      "'+1",
      "'-1",
      "'@x",
      "'\tx",
      "'＝1",
      "''=1"
    ])
    expect(["1=1", "it's", "'quoted'"].map(guard)).toEqual(["1=1", "it's", "'quoted'"])
  })

  it.effect.prop("gives back every text", [Schema.Array(Schema.UndefinedOr(Schema.String))], ([cells]) =>
    Effect.gen(function* () {
      const safe = cells.map((cell) => cell?.toWellFormed().replaceAll("\0", ""))
      const header = CsvText.line(["first", ...safe.map((_, i) => `c${i}`)])
      const [row] = yield* Stream.runCollect(CsvTable.rows("x", bytes(header + CsvText.line(["x", ...safe])), []))
      const read = row?._tag === "Success" ? safe.map((_, i) => row.success.cell(`c${i}`)) : row
      expect(read).toEqual(safe)
    })
  )
})
