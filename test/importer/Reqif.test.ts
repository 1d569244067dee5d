import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { read } from "./reading.ts"
import { zip } from "./zipping.ts"

const value = (kind: string, definition: string, content: string): string =>
  `<ATTRIBUTE-VALUE-${kind}${kind === "XHTML" || kind === "ENUMERATION" ? "" : ` THE-VALUE="${content}"`}><DEFINITION>` +
  `<ATTRIBUTE-DEFINITION-${kind}-REF>${definition}</ATTRIBUTE-DEFINITION-${kind}-REF></DEFINITION>` +
  (kind === "XHTML"
    ? `<THE-VALUE><xhtml:div>${content}</xhtml:div></THE-VALUE>`
    : kind === "ENUMERATION"
      ? `<VALUES>${content
          .split(" ")
          .map((ref) => `<ENUM-VALUE-REF>${ref}</ENUM-VALUE-REF>`)
          .join("")}</VALUES>`
      : "") +
  `</ATTRIBUTE-VALUE-${kind}>`

const object = (id: string, type: string, ...values: ReadonlyArray<string>): string =>
  `<SPEC-OBJECT IDENTIFIER="${id}"><TYPE><SPEC-OBJECT-TYPE-REF>${type}</SPEC-OBJECT-TYPE-REF></TYPE>` +
  `<VALUES>${values.join("")}</VALUES></SPEC-OBJECT>`

const place = (object: string, children: ReadonlyArray<string> = [], internal = false): string =>
  `<SPEC-HIERARCHY IDENTIFIER="h-${object}"${internal ? ' IS-TABLE-INTERNAL="true"' : ""}><OBJECT><SPEC-OBJECT-REF>${object}` +
  `</SPEC-OBJECT-REF></OBJECT>${children.length === 0 ? "" : `<CHILDREN>${children.join("")}</CHILDREN>`}</SPEC-HIERARCHY>`

const specification = (name: string, places: ReadonlyArray<string>, values = ""): string =>
  `<SPECIFICATION IDENTIFIER="s-${name}" LONG-NAME="${name}"><VALUES>${values}</VALUES><CHILDREN>${places.join("")}</CHILDREN></SPECIFICATION>`

const relation = (source: string, target: string): string =>
  `<SPEC-RELATION IDENTIFIER="r"><TYPE><SPEC-RELATION-TYPE-REF>rt</SPEC-RELATION-TYPE-REF></TYPE>` +
  `<SOURCE><SPEC-OBJECT-REF>${source}</SPEC-OBJECT-REF></SOURCE><TARGET><SPEC-OBJECT-REF>${target}</SPEC-OBJECT-REF></TARGET></SPEC-RELATION>`

const define = (kind: string, id: string, name: string) =>
  `<ATTRIBUTE-DEFINITION-${kind} IDENTIFIER="${id}" LONG-NAME="${name}"/>`

const types =
  `<DATATYPES><DATATYPE-DEFINITION-ENUMERATION IDENTIFIER="dt"><SPECIFIED-VALUES>` +
  `<ENUM-VALUE IDENTIFIER="e1" LONG-NAME="Approved"/><ENUM-VALUE IDENTIFIER="e2" LONG-NAME="Sealed"/></SPECIFIED-VALUES></DATATYPE-DEFINITION-ENUMERATION></DATATYPES>` +
  `<SPEC-TYPES><SPEC-OBJECT-TYPE IDENTIFIER="t" LONG-NAME="System Requirement"><SPEC-ATTRIBUTES>` +
  define("INTEGER", "fid", "ReqIF.ForeignID") +
  define("XHTML", "chapter", "ReqIF.ChapterName") +
  define("STRING", "name", "ReqIF.Name") +
  define("XHTML", "text", "ReqIF.Text") +
  define("ENUMERATION", "status", "Status") +
  define("BOOLEAN", "gone", "ReqIF.ForeignDeleted") +
  define("REAL", "weight", "Weight") +
  `</SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE><SPEC-OBJECT-TYPE IDENTIFIER="th" LONG-NAME="Heading"/>` +
  `<SPEC-OBJECT-TYPE IDENTIFIER="ti" LONG-NAME="Information"/><SPEC-RELATION-TYPE IDENTIFIER="rt" LONG-NAME="satisfies"/>` +
  `<SPECIFICATION-TYPE IDENTIFIER="st"><SPEC-ATTRIBUTES>${define("STRING", "prefix", "ReqIF.Prefix")}</SPEC-ATTRIBUTES></SPECIFICATION-TYPE></SPEC-TYPES>`

const reqif = (
  objects: ReadonlyArray<string>,
  specifications: ReadonlyArray<string>,
  relations: ReadonlyArray<string> = []
) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<REQ-IF xmlns="http://www.omg.org/spec/ReqIF/20110401/reqif.xsd" xmlns:xhtml="http://www.w3.org/1999/xhtml">` +
  `<THE-HEADER><REQ-IF-HEADER IDENTIFIER="x"><TITLE>A tool, 1 May</TITLE></REQ-IF-HEADER></THE-HEADER><CORE-CONTENT><REQ-IF-CONTENT>${types}\n` +
  `<SPEC-OBJECTS>\n${objects.join("\n")}\n</SPEC-OBJECTS><SPEC-RELATIONS>${relations.join("")}</SPEC-RELATIONS>` +
  `<SPECIFICATIONS>\n${specifications.join("\n")}\n</SPECIFICATIONS></REQ-IF-CONTENT></CORE-CONTENT></REQ-IF>`

const doors = object("u1", "t", value("INTEGER", "fid", "1"), value("XHTML", "chapter", "Doors"))
const locked = object(
  "u2",
  "t",
  value("INTEGER", "fid", "2"),
  value("STRING", "name", "Locks"),
  value(
    "XHTML",
    "text",
    "<xhtml:p>Doors are <xhtml:b>locked</xhtml:b>:</xhtml:p><xhtml:ol><xhtml:li>at night</xhtml:li><xhtml:li>when empty</xhtml:li></xhtml:ol>"
  ),
  value("ENUMERATION", "status", "e1"),
  value("REAL", "weight", "1.5")
)
const prefixed = value("STRING", "prefix", "D-")

describe("ReqIF", () => {
  it.effect("is read in the tree of its specification, with identifiers as people see them", () =>
    Effect.gen(function* () {
      const keys = object("u3", "t", value("INTEGER", "fid", "3"), value("XHTML", "text", "Keys are counted."))
      const source = reqif(
        [locked, doors, keys],
        [specification("House rules", [place("u1", [place("u2", [place("u3")])])], prefixed)],
        [relation("u2", "u3"), relation("u2", "elsewhere")]
      )
      const { catalog, entries, failed, format, unread, warnings } = yield* read("export.reqif", source)
      assert.deepStrictEqual([format, catalog, failed, unread, warnings], ["reqif", "house-rules", [], [], []])
      assert.deepStrictEqual(
        entries.map(({ reference }) => reference),
        [
          {
            uri: "house-rules:D-1",
            catalog: "house-rules",
            identifier: "D-1",
            title: "Doors",
            entityType: "system-requirement",
            role: "heading",
            metadata: { reqif: "u1" }
          },
          {
            uri: "house-rules:D-2",
            catalog: "house-rules",
            identifier: "D-2",
            title: "Locks",
            description: "Doors are locked:\n1. at night\n2. when empty",
            entityType: "system-requirement",
            metadata: {
              chapter: { id: "D-1", name: "Doors" },
              Status: "Approved",
              Weight: 1.5,
              related: [
                { nature: "satisfies", id: "D-3" },
                { nature: "satisfies", id: "elsewhere" }
              ],
              reqif: "u2"
            }
          },
          {
            uri: "house-rules:D-3",
            catalog: "house-rules",
            identifier: "D-3",
            title: "Keys are counted",
            description: "Keys are counted.",
            entityType: "system-requirement",
            metadata: { chapter: { id: "D-1", name: "Doors" }, parent: { id: "D-2", title: "Locks" }, reqif: "u3" }
          }
        ]
      )
    })
  )

  it.effect("tells headings, information and requirements apart by type, and reports what is deleted", () =>
    Effect.gen(function* () {
      const source = reqif(
        [
          object("a", "th", value("STRING", "name", "Doors"), value("XHTML", "text", "About doors.")),
          object("b", "ti", value("XHTML", "text", "Doors are old.")),
          object("c", "t", value("STRING", "name", "Locks"), value("BOOLEAN", "gone", "true")),
          object("d", "t", value("ENUMERATION", "status", "e1 e2"), value("STRING", "name", "Hinges"))
        ],
        [specification("House", [place("a", [place("b"), place("c"), place("d")])])]
      )
      const { entries, withdrawn } = yield* read("a.xml", source)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, role } }) => [identifier, role]),
        [
          ["a", "heading"],
          ["b", "guidance"],
          ["d", undefined]
        ]
      )
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["c", "deleted"]]
      )
      assert.deepStrictEqual(entries[2]?.reference.metadata, {
        chapter: { id: "a", name: "Doors" },
        Status: ["Approved", "Sealed"]
      })
    })
  )

  it.effect("reads the rows and cells of a table as its text, and says what is attached", () =>
    Effect.gen(function* () {
      const cell = (id: string, text: string) => object(id, "t", value("XHTML", "text", text))
      const picture = '<xhtml:object data="lock.png" type="image/png">a lock</xhtml:object>'
      const inner =
        "<xhtml:table><xhtml:tr><xhtml:th>x</xhtml:th><xhtml:td><xhtml:p>y</xhtml:p><xhtml:p>z</xhtml:p></xhtml:td></xhtml:tr></xhtml:table>"
      const source = reqif(
        [
          cell("t1", "Locks by door"),
          cell("r", ""),
          cell("c1", "front"),
          cell("c2", "two<xhtml:br/>locks"),
          cell("p", `See ${picture}.${inner}`)
        ],
        [
          specification("House", [
            place("t1", [place("r", [place("c1", [], true), place("c2", [], true)], true)]),
            place("p")
          ])
        ]
      )
      const { entries, warnings } = yield* read("a.reqif", source)
      assert.deepStrictEqual(
        entries.map(({ reference: { description, metadata } }) => [description, metadata]),
        [
          ["Locks by door\nfront | two locks", undefined],
          ["See a lock.\nx | y z", { attachments: ["lock.png"] }]
        ]
      )
      assert.deepStrictEqual(
        warnings.map((text) => text.replace(/^line \d+: /u, "")),
        [
          "the rows and cells of tables, 1 of them, are read as one text each, a line a row",
          "attached files and pictures, 1 of them, are not read: lock.png"
        ]
      )
    })
  )

  it.effect("accounts for what is missing, blank, repeated, or in no specification", () =>
    Effect.gen(function* () {
      const source = reqif(
        [
          doors,
          locked,
          locked,
          object("u5", "t", value("INTEGER", "fid", "5")),
          object("u6", "t", value("INTEGER", "fid", "2"), value("STRING", "name", "Again"))
        ],
        [specification("House", [place("u1", [place("nothing"), place("u5")])])]
      )
      const { entries, failed, unread, warnings } = yield* read("a.reqif", source)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, uri } }) => [uri, identifier]),
        [
          ["house:1", "1"],
          ["house:2", "2"],
          ["house:u6", "2"]
        ]
      )
      assert.deepStrictEqual(
        unread.map(({ kind, text }) => [kind, text]),
        [["object", "nothing, which is not in the file"]]
      )
      assert.deepStrictEqual(failed, ["line 6: the object u2 is there already; the first one counts"])
      assert.deepStrictEqual(warnings, [
        "line 5: objects that stand in no specification, 2 of them, are read after the others",
        "line 7: objects without a title or text, 1 of them, are left out",
        "line 8: the identifier 2 is of another object too, so this one is called u6"
      ])
    })
  )

  it.effect("keeps the numbers of several specifications apart, and reads one by its name", () =>
    Effect.gen(function* () {
      const other = object("v1", "t", value("INTEGER", "fid", "2"), value("XHTML", "text", "Windows are shut."))
      const source = reqif(
        [doors, locked, other],
        [specification("House", [place("u1"), place("u2")]), specification("Yard", [place("v1")])]
      )
      const both = yield* read("all.reqif", source)
      assert.deepStrictEqual(
        both.entries.map(({ reference: { identifier, metadata, uri } }) => [uri, identifier, metadata]),
        [
          ["all:1", "1", { chapter: { name: "House" }, reqif: "u1" }],
          ["all:house/2", "2", { chapter: { name: "House" }, Status: "Approved", Weight: 1.5, reqif: "u2" }],
          ["all:yard/2", "2", { chapter: { name: "Yard" }, reqif: "v1" }]
        ]
      )
      const one = yield* read("all.reqif", source, { path: "Yard" })
      assert.deepStrictEqual(
        [one.catalog, one.entries.map(({ reference: { uri } }) => uri), one.warnings],
        ["yard", ["yard:2"], []]
      )
      const none = yield* Effect.flip(read("all.reqif", source, { path: "Roof" }))
      assert.include(none.problem, 'has no specification "Roof"; there are House, Yard')
    })
  )

  it.effect("is read where definitions are missing: by the words in their identifiers, else the longest text", () =>
    Effect.gen(function* () {
      const source = reqif(
        [
          object(
            "a",
            "?",
            value("XHTML", "_7_OBJECTTEXT", "Doors are locked."),
            value("STRING", "_7_ABSOLUTENUMBER", "A7")
          ),
          object("b", "?", value("XHTML", "_9", "old"), value("XHTML", "_8", "Keys are counted."))
        ],
        []
      )
      const { entries } = yield* read("house.reqif", source)
      assert.deepStrictEqual(
        entries.map(({ reference: { description, uri } }) => [uri, description]),
        [
          ["house:A7", "Doors are locked."],
          ["house:b", "Keys are counted."]
        ]
      )
    })
  )

  it.effect("is read from an archive of several files, whose others are told", () =>
    Effect.gen(function* () {
      const bytes = zip([
        { name: "lock.png", content: "x" },
        { name: "a/one.reqif", content: reqif([doors], [specification("House", [place("u1")])]) },
        { name: "two.reqif", content: reqif([locked], [specification("Yard", [place("u2")])]) },
        { name: "__MACOSX/._two.reqif", content: "\0" }
      ])
      for (const name of ["house.reqifz", "house.bin"]) {
        const { catalog, entries, failed, format, warnings } = yield* read(name, bytes)
        assert.deepStrictEqual([format, catalog, failed], ["reqif", "house", []])
        assert.deepStrictEqual(
          entries.map(({ at }) => at),
          ["a/one.reqif, line 4", "two.reqif, line 4"]
        )
        assert.deepStrictEqual(warnings, ["lock.png: the other files in the archive, 1 of them, are not read"])
      }
    })
  )

  it.effect("refuses archives and documents that are hostile, damaged or something else", () =>
    Effect.gen(function* () {
      const entity = '<?xml version="1.0"?><!DOCTYPE REQ-IF [<!ENTITY a "aaaa">]><REQ-IF>&a;</REQ-IF>'
      const deep = `<REQ-IF>${"<xhtml:div>".repeat(200)}`
      for (const [name, content, says] of [
        ["a.reqif", entity, /document type declaration/u],
        ["a.reqif", deep, /nested in more than 100 levels/u],
        ["a.reqif", "<REQ-IF><CORE-CONTENT>", /is not XML/u],
        ["a.reqif", new Uint8Array([...new TextEncoder().encode("<REQ-IF>"), 0xfc, 0x20]), /is not UTF-8/u],
        ["a.reqif", "<a><REQ-IF/></a>", /its root is "a"/u],
        ["a.reqif", reqif([], []), /nothing in it that is read/u],
        ["a.reqifz", zip([{ name: "a.reqif", content: entity }]), /document type declaration/u],
        ["a.reqifz", zip([{ name: "a.txt", content: "x" }]), /archive without a \.reqif file in it; there are a\.txt/u],
        ["a.reqifz", zip([{ name: "a.reqif", content: reqif([], []), size: 200 * 1024 * 1024 }]), /more than 128 MB/u],
        ["a.reqifz", zip([{ name: "a.reqif", content: reqif([], []) }]).slice(0, -30), /breaks off/u]
      ] as const) {
        const error = yield* Effect.flip(read(name, content))
        assert.match(error.message, says)
      }
    })
  )
})
