import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { Options } from "../../src/importer/Importer.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import { read } from "./reading.ts"

/** Identifier, title, description and metadata of what a CSV holds; what is absent is left out. */
const rows = Effect.fnUntraced(function* (text: string | Uint8Array, options: Options = {}) {
  const { entries, failed } = yield* read("x.csv", text, options)
  assert.deepStrictEqual(failed, [])
  return entries.map(({ reference: { description, identifier, metadata, title } }) =>
    [identifier, title, description, metadata].filter((part) => part !== undefined)
  )
})

const problem = (text: string, options: Options = {}) =>
  Effect.map(Effect.flip(read("x.csv", text, options)), ({ at, problem }) => `${at}: ${problem}`)

const gate = ["A-1", "Gate", "Shut"]
const body = "A-1,Gate,Shut\n"

describe("header of a table", () => {
  it.effect("is found below lines that name nothing, whatever stands between their cells", () =>
    Effect.gen(function* () {
      const above = [
        "House rules\nof 2025\n\n",
        '"Export of rules"\n"By: Kim"\n',
        "House rules,,\n,,\n",
        "Title,House rules,Number\nOwner,Kim,\n",
        "\n".repeat(20),
        "note\n".repeat(45)
      ]
      for (const lines of above) {
        assert.deepStrictEqual(yield* rows(`${lines}ID,Title,Description\n${body}`), [gate])
        const semicolons = `ID;Title;Description\n${body}`.replaceAll(",", ";")
        assert.deepStrictEqual(yield* rows(lines + semicolons), [gate])
      }
      const far = yield* problem(`${"note\n".repeat(55)}ID,Title\nA-1,Gate\n`)
      assert.match(far, /^line 1: no column is known to hold the identifier, nor a title/u)
    })
  )

  it.effect("follows the line with which a spreadsheet says what stands between cells", () =>
    Effect.gen(function* () {
      for (const [line, separator] of [
        ["sep=;", ";"],
        ['"sep=;"', ";"],
        ["\uFEFFSEP=\t", "\t"],
        ["sep=|", "|"]
      ] as const) {
        for (const end of ["\n", "\r\n"]) {
          const text = [line, `ID,Title,Description`, "A-1,Gate,Shut"].join(end).replaceAll(",", separator)
          assert.deepStrictEqual(yield* rows(text), [gate])
        }
      }
    })
  )

  it.effect("may have two rows: groups of columns, and names below them", () =>
    Effect.gen(function* () {
      const named = { Owner: "Kim", Where: "Log" }
      const data = "K-1,Gate,The gate is shut.,Kim,Log\n"
      const expected = [["K-1", "Gate", "The gate is shut.", named]]
      for (const header of [
        "ID,Requirement,,Evidence,\n,Short name,Full text,Owner,Where\n",
        "Requirement,,,Evidence,\nID,Title,Text,Owner,Where\n",
        "House rules,,,,\nRequirement,,,Evidence,\nID,Title,Text,Owner,Where\n",
        ",Title,,Owner,\nID,,Text,,Where\n"
      ]) {
        assert.deepStrictEqual(yield* rows(header + data), expected)
      }
      assert.deepStrictEqual(yield* rows("Rule,,,Test,\nID,Title,Owner,Date,Owner\nK-1,Gate,Kim,2025,Lee\n"), [
        ["K-1", "Gate", { "Rule Owner": "Kim", Date: "2025", "Test Owner": "Lee" }]
      ])
    })
  )

  it.effect("leaves columns without a name, and those of one name, their cells", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* rows("ID,Title,,Notes,Notes,notes\nA-1,Gate,ask Kim,a,b,c\n"), [
        ["A-1", "Gate", { "Column 3": "ask Kim", Notes: "a", "Notes 2": "b", notes: "c" }]
      ])
    })
  )

  it.effect("is refused where a field may stand in two columns, unless one is named", () =>
    Effect.gen(function* () {
      const text = "ID,Title,title\nA-1,first,second\n"
      assert.strictEqual(
        yield* problem(text),
        'line 1: title may stand in 2 columns that are called the same: "Title" and "title". Say which one it is'
      )
      assert.deepStrictEqual(yield* rows(text, { columns: { title: "title" } }), [
        ["A-1", "second", { Title: "first" }]
      ])
      const twice = "ID,Text,Text\nA-1,first,second\n"
      assert.deepStrictEqual(yield* rows(twice, { columns: { description: "Text 2" } }), [
        ["A-1", "second", "second", { Text: "first" }]
      ])
    })
  )

  it.effect("says once which columns there are, and which fields", () =>
    Effect.gen(function* () {
      const text = "Colour,Taste\nred,sweet\ngreen,sour\n"
      assert.strictEqual(
        yield* problem(text),
        "line 1: no column is known to hold the identifier, nor a title or a description. " +
          "The columns are Colour, Taste. Say which column is which: id and title"
      )
      assert.deepStrictEqual(yield* rows(text, { columns: { id: "colour", title: "Taste" } }), [
        ["red", "sweet"],
        ["green", "sour"]
      ])
      assert.strictEqual(
        yield* problem("id,t,x\nA-1,Gate,y\n", { columns: { id: "id", title: "t,chapter=x" } }),
        "line 1: there is no column t,chapter=x; there are id, t, x. chapter is no field that can be named; " +
          "the fields are uri, id, title, description, entityType, tags, catalog"
      )
    })
  )

  it.effect("uses words that spreadsheets in several languages use", () =>
    Effect.gen(function* () {
      const headers = [
        "ref_id,name,description",
        "uid,Titel,Beschreibung",
        "#,Title,Description",
        "Nr.,Titel,Anforderung",
        "Nr,Bezeichnung,Anforderungstext",
        "No.,Requirement,Description",
        "Req. No.,Short description,Requirement",
        "Req #,Name,Requirement Description",
        "Control Identifier,Control (or Control Enhancement) Name,Control Text",
        "Control ID,Control Title,Control Specification",
        "SCF #,SCF Control,Control Description",
        "CIS Safeguard,Title,Description",
        "Anforderungs-ID,Kurztitel,Maßnahme",
        "Kennung,Überschrift,Wortlaut",
        "N°,Intitulé,Exigence",
        "Référence,Libellé,Énoncé",
        "Código,Título,Descripción",
        "Número,Nombre,Requisito",
        "Issue key,Summary,Description",
        "Object Identifier,Object Heading,Object Text",
        "ID / Nr.,Titel / Title,Text / Beschreibung",
        "ID*,Title (max. 80),Text [en]",
        "编号,标题,描述",
        "編號,標題,說明",
        "需求编号,需求名称,需求描述",
        "编号,要求,说明",
        "番号,項目,要件",
        "項番,タイトル,説明",
        "要件番号,要件名,内容",
        "번호,제목,설명",
        "Identifiant,Intitulé,Description de l'exigence",
        "Código,Nombre,Descripción del requisito",
        "ID requisito,Titolo,Descrizione",
        "Codice,Nome,Testo del requisito",
        "Identificador,Título,Descrição",
        "Nummer,Titel,Omschrijving",
        "Eisnummer,Onderwerp,Eistekst",
        "Identyfikator,Tytuł,Opis",
        "Lp.,Nazwa,Treść wymagania",
        "Numer wymagania,Wymaganie,Opis"
      ]
      for (const header of headers) {
        assert.deepStrictEqual([header, yield* rows(`${header}\n${body}`)], [header, [gate]])
      }
      assert.deepStrictEqual(yield* rows("Rule ID,Ref,Title\n,A-1,Gate\n,A-2,Lamp\n"), [
        ["A-1", "Gate"],
        ["A-2", "Lamp"]
      ])
    })
  )
})

describe("rows of a table", () => {
  it.effect("take the title from the beginning of the text where there is none", () =>
    Effect.gen(function* () {
      const long = `Verify that ${"the gate is shut and ".repeat(8)}locked`
      const found = yield* rows(`ID,Requirement\nA-1,"The gate is shut. At night it is locked too."\nA-2,${long}\n`)
      assert.deepStrictEqual(found[0], ["A-1", "The gate is shut", "The gate is shut. At night it is locked too."])
      const [, title = "", description] = found[1] ?? []
      assert.strictEqual(description, long)
      assert.match(String(title), /^Verify that .* gate is shut and the…$|^Verify that .*…$/u)
      assert.isBelow(String(title).length, 110)
    })
  )

  it.effect("may end early, and end with separators, but not have more cells than the header", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read("x.csv", "ID,Title,Text,Notes\nA-1,Gate\nA-2,Lamp,Lit,n,,\nA-3,a,b,c,d\n")
      assert.deepStrictEqual(
        entries.map(({ reference, reference: { identifier } }) => [identifier, reference.description]),
        [
          ["A-1", undefined],
          ["A-2", "Lit"]
        ]
      )
      assert.deepStrictEqual(failed, [
        "line 4: has 5 cells, the header has 4. A cell with the separator in it is put in quotation marks"
      ])
    })
  )

  it.effect("without an identifier are told, but not lines that name the rows below, nor repeated headers", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read(
        "x.csv",
        "ID,Title,Text\nAccess control,,\nA-1,Gate,Shut\nID,Title,Text\n,Lamp,Lit\n,,more of it\n5 Lights,,\nA-2,Lamp,Lit\nA-3,,\n"
      )
      assert.deepStrictEqual(
        entries.map(({ reference, reference: { identifier } }) => [identifier, reference.metadata]),
        [
          ["A-1", { chapter: "Access control" }],
          ["A-2", { chapter: "5 Lights" }]
        ]
      )
      assert.deepStrictEqual(failed, [
        "line 5, ID: uri or identifier is blank",
        "line 6, ID: uri or identifier is blank",
        "line 9, Title: title is blank"
      ])
      assert.deepStrictEqual(yield* rows("Chapter,ID,Title\nGates,,\n,G-1,Shut\n,G-2,Locked\nLamps,,\n,L-1,Lit\n"), [
        ["G-1", "Shut", { Chapter: "Gates" }],
        ["G-2", "Locked", { Chapter: "Gates" }],
        ["L-1", "Lit", { Chapter: "Lamps" }]
      ])
    })
  )

  it.effect("have the chapter above where blank cells look like merged ones, with a warning for each column", () =>
    Effect.gen(function* () {
      const tell = (text: string) =>
        Effect.map(read("x.csv", text), ({ entries, failed, warnings }) => ({
          groups: entries.map(({ reference: { metadata } }) => metadata),
          told: [...failed, ...warnings]
        }))
      const blank =
        "is blank and read as the cell above, because it looks like a part of a merged one; so are those below it"
      const merged = yield* tell(
        "Function,Category,ID,Title\nProtect,Gates,G-1,a\n,,G-2,b\n,Lamps,L-1,c\nDetect,,D-1,d\n,Bells,D-2,e\n"
      )
      assert.deepStrictEqual(merged, {
        groups: [
          { Function: "Protect", Category: "Gates" },
          { Function: "Protect", Category: "Gates" },
          { Function: "Protect", Category: "Lamps" },
          { Function: "Detect" },
          { Function: "Detect", Category: "Bells" }
        ],
        told: [`line 3, Function: ${blank}`, `line 3, Category: ${blank}`]
      })
      const right = yield* tell("编号,标题,类别\nG-1,a,门\nG-2,b,\n")
      assert.deepStrictEqual(right, { groups: [{ 类别: "门" }, { 类别: "门" }], told: [`line 3, 类别: ${blank}`] })
      // Said again, or begun with a blank, they are blank; so are columns of remarks.
      for (const text of [
        "Chapter,ID,Title\nGates,G-1,a\n,G-2,b\nGates,G-3,c\nGates,G-4,c\n",
        "Chapter,ID,Title\n,G-1,a\nGates,G-2,b\n,G-3,c\n",
        "Note,ID,Title\nsee 3,G-1,a\n,G-2,b\n"
      ]) {
        const { groups, told } = yield* tell(text)
        assert.isTrue(groups.includes(undefined), text)
        assert.deepStrictEqual(told, [])
      }
    })
  )

  it.effect("warn of identifiers that a spreadsheet took for dates, where not all are", () =>
    Effect.gen(function* () {
      const warned = (...ids: ReadonlyArray<string>) =>
        Effect.map(
          read("x.csv", `ID,Title\n${ids.map((id) => `${id},Gate`).join("\n")}\n`),
          ({ entries, warnings }) => {
            assert.strictEqual(entries.length, ids.length)
            return warnings.map((text) => text.replace(/ looks like a date .*$/u, ""))
          }
        )
      assert.deepStrictEqual(yield* warned("9-1", "1-Oct", "10-2", "Oct-01", "2024-10-01", "10/1/2024", "1.10.2024"), [
        "line 3, ID: 1-Oct",
        "line 5, ID: Oct-01",
        "line 6, ID: 2024-10-01",
        "line 7, ID: 10/1/2024",
        "line 8, ID: 1.10.2024"
      ])
      assert.deepStrictEqual(yield* warned("A-1", "01. Okt", "1-Mär", "1. Dez"), [
        "line 3, ID: 01. Okt",
        "line 4, ID: 1-Mär",
        "line 5, ID: 1. Dez"
      ])
      assert.deepStrictEqual(yield* warned("2024-10-01", "2024-10-02"), [])
      assert.deepStrictEqual(yield* warned("OCT-01", "1.10.2", "10-1", "1-2-2024", "SEP-12", "2024-10", "Oct-A"), [])
    })
  )

  it.effect("are headings where a sheet says that they are not assessable", () =>
    Effect.gen(function* () {
      const { entries } = yield* read("x.csv", "assessable,depth,ref_id,name\n,1,A,Gates\nx,2,A.1,Gate\n")
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, role } }) => [identifier, role]),
        [
          ["A", "heading"],
          ["A.1", undefined]
        ]
      )
    })
  )

  it.effect("show what programs protect from spreadsheets, and no formulas", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read(
        "x.csv",
        'ID,Title\n="007",Gate\n"=""1.10""",Lamp\n="a,b",Door\n=HYPERLINK("http://x","A-1"),Wall\n=A1&"-1",Roof\nA-2,=CONCAT(A1)\n'
      )
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier } }) => identifier),
        ["007", "1.10", "a,b", "A-1"]
      )
      assert.deepStrictEqual(failed, [
        "line 6, ID: is a formula, not what it shows. Save the table from a spreadsheet program",
        "line 7, Title: is a formula, not what it shows. Save the table from a spreadsheet program"
      ])
      assert.deepStrictEqual(yield* rows("ID,Title\n'007,Gate\n'1.10,'80s door\n'A-1',Lamp\n"), [
        ["007", "Gate"],
        ["1.10", "'80s door"],
        ["'A-1'", "Lamp"]
      ])
    })
  )

  it.effect("have identifiers as a reader sees them", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read(
        "x.csv",
        "ID,Title\n\u00a0A-1 ,a\nA\u20112,b\nA\u00ad-3\u200b,c\nE\u0301-1,d\n\u00c9-1,e\n"
      )
      assert.deepStrictEqual(
        entries.map(({ reference, reference: { identifier } }) => [identifier, reference.uri]),
        [
          ["A-1", "x:A-1"],
          ["A-2", "x:A-2"],
          ["A-3", "x:A-3"],
          ["\u00c9-1", "x:\u00c9-1"]
        ]
      )
      assert.deepStrictEqual(failed, ["line 6: x:\u00c9-1 is there already, at line 5; the first one counts"])
    })
  )
})

describe("tables of mappings", () => {
  const pairs = (text: string | Uint8Array, name = "x.csv") =>
    Effect.scoped(
      Effect.gen(function* () {
        const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
        const { items } = yield* Mappings.read(name, Stream.succeed(bytes), { from: "p@1", to: "v@1" })
        const found = yield* Stream.runCollect(items)
        return found.map((item) => {
          if (item._tag === "Failure") return item.failure.message
          const { success } = item
          if (success._tag === "Warning") return success.problem
          return success._tag === "Unmapped" || success.targets.length === 0
            ? `${success.sources} none`
            : `${success.sources.join()} ${success.type} ${success.targets.join()}`
        })
      })
    )

  it.effect("have the same header as other tables", () =>
    Effect.gen(function* () {
      const expected = ["p:1/P-1 equal v:1/V-1"]
      for (const above of ["", "sep=;\n", "Mapping of 2025\n\n", "Mapping;;\n;;\n"]) {
        assert.deepStrictEqual(yield* pairs(`${above}Source ID;Target ID;Relationship\nP-1;V-1;equal\n`), expected)
      }
      const utf16 = Buffer.from("\uFEFFsource\ttarget\ttype\r\nP-1\tV-1\tequal\r\n", "utf16le")
      assert.deepStrictEqual(yield* pairs(utf16), expected)
      assert.include((yield* Effect.flip(pairs("source,target,Target\na,b,c\n"))).problem, "called the same")
    })
  )

  it.effect("relate each identifier that a cell lists", () =>
    Effect.gen(function* () {
      const text = 'source,target\nP-1,"V-1, V-2"\nP-2,V-1; V 3\nP-3,"V-1\nV-2"\nP-4,"V, the first"\nP-5,\n'
      assert.deepStrictEqual(yield* pairs(text), [
        "p:1/P-1 intersects v:1/V-1",
        "p:1/P-1 intersects v:1/V-2",
        "p:1/P-2 intersects v:1/V-1",
        "p:1/P-2 intersects v:1/V 3",
        "p:1/P-3 intersects v:1/V-1",
        "p:1/P-3 intersects v:1/V-2",
        "p:1/P-4 intersects v:1/V, the first",
        "p:1/P-5 none"
      ])
    })
  )

  it.effect("are no bytes of another kind of file", () =>
    Effect.gen(function* () {
      const broken = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), Buffer.from([0, 1, 44, 2, 44, 10, 44])])
      for (const name of ["x.xlsx", "x.csv", "-"]) {
        const { problem } = yield* Effect.flip(pairs(broken, name))
        assert.strictEqual(problem, "is a ZIP archive that breaks off: its directory is missing")
      }
      const { problem } = yield* Effect.flip(pairs(Uint8Array.from({ length: 999 }, (_, i) => (i * 7) % 251)))
      assert.include(problem, "is not text")
    })
  )
})
