import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const house = `[DOCUMENT]
TITLE: House rules
VERSION: 1.2
DATE: 2026-01-01
OPTIONS:
  ENABLE_MID: On
  REQUIREMENT_STYLE: Table

[GRAMMAR]
ELEMENTS:
- TAG: REQUIREMENT
  FIELDS:
  - TITLE: UID
    TYPE: String
    REQUIRED: True
  - TITLE: ASIL
    TYPE: SingleChoice(A, B)
    REQUIRED: False

[[SECTION]]
UID: H
TITLE: Doors

[TEXT]
STATEMENT: >>>
Doors are old
and heavy. See [LINK: H-1].
<<<

[REQUIREMENT]
UID: H-1
LEVEL: 1.1
STATUS: Approved
TAGS: doors, night
ASIL: B
TITLE: Locks
STATEMENT: >>>
[ANCHOR: A-1, Locks]
Doors are locked.

[REQUIREMENT]
is only a word here.
<<<
RATIONALE: Thieves.
COMMENT: First.
COMMENT: >>>
Second.
<<<
RELATIONS:
- TYPE: Parent
  VALUE: S-1
  ROLE: Refines
- TYPE: File
  VALUE: lock.c

[[REQUIREMENT]]
UID: H-2
TITLE: Keys

[REQUIREMENT]
UID: H-2.1
STATEMENT: Keys are counted.

[[/REQUIREMENT]]

[[/SECTION]]

[REQUIREMENT]
UID: H-3
STATUS: Deleted
STATEMENT: Hats are worn.

[TEST_CASE]
TITLE: Open it
STATEMENT: Try the door.
`

const old = `[DOCUMENT]
TITLE: House rules

[FREETEXT]
An introduction.
[/FREETEXT]

[SECTION]
TITLE: Doors

[SECTION]
LEVEL: 1.7
TITLE: Locks

[COMPOSITE_REQUIREMENT]
UID: H-1
TITLE: Locks
STATEMENT: Doors are locked.
REFS:
- TYPE: Parent
  VALUE: S-1

[REQUIREMENT]
UID: H-1.1
COMMENT: Why?
STATEMENT: At night, too.

[/COMPOSITE_REQUIREMENT]

[/SECTION]

[/SECTION]

[SECTION]
TITLE: Locks

[REQUIREMENT]
STATEMENT: Nobody climbs in.

[/SECTION]
`

describe("StrictDoc", () => {
  it.effect("gives sections as headings, texts as guidance and all else as requirements", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format, withdrawn, warnings } = yield* read("house.sdoc", house)
      assert.deepStrictEqual([format, catalog, failed, warnings], ["strictdoc", "house-rules@1.2", [], []])
      assert.deepStrictEqual(
        entries.map(({ reference: { entityType, identifier, role, title } }) => [identifier, role, entityType, title]),
        [
          ["H", "heading", "section", "Doors"],
          ["doors-are-old-and-heavy", "guidance", "text", "Doors are old and heavy"],
          ["H-1", "requirement", "requirement", "Locks"],
          ["H-2", "heading", "requirement", "Keys"],
          ["H-2.1", "requirement", "requirement", "Keys are counted"],
          ["open-it", "requirement", "test-case", "Open it"]
        ].map(([id, role, type, title]) => [id, role === "requirement" ? undefined : role, type, title])
      )
      assert.deepStrictEqual(entries[2]?.reference, {
        uri: "house-rules:1.2/H-1",
        identifier: "H-1",
        title: "Locks",
        entityType: "requirement",
        description: "Doors are locked.\n\n[REQUIREMENT]\nis only a word here.",
        tags: ["doors", "night"],
        catalog: "house-rules@1.2",
        metadata: {
          chapter: { id: "H", name: "Doors" },
          position: "1.1",
          status: "Approved",
          rationale: "Thieves.",
          comment: ["First.", "Second."],
          ASIL: "B",
          related: [{ nature: "Parent", id: "S-1", role: "Refines" }],
          files: ["lock.c"]
        }
      })
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["H-3", "deleted"]]
      )
    })
  )

  it.effect("is read in its old grammar, and with the line ends of Windows", () =>
    Effect.gen(function* () {
      const chapter = { id: "doors", name: "Doors" }
      const section = { id: "locks", name: "Locks" }
      for (const text of [old, old.replaceAll("\n", "\r\n"), `\uFEFF${old}`]) {
        const { catalog, entries, failed } = yield* read("-", text)
        assert.deepStrictEqual([catalog, failed], ["house-rules", []])
        assert.deepStrictEqual(
          entries.map(({ at, reference: { identifier, metadata } }) => [at, identifier, metadata]),
          [
            ["line 4", "an-introduction", undefined],
            ["line 8", "doors", undefined],
            ["line 11", "locks", { chapter, position: "1.7" }],
            ["line 15", "H-1", { chapter, section, related: [{ nature: "Parent", id: "S-1" }] }],
            ["line 23", "H-1.1", { chapter, section, parent: { id: "H-1", title: "Locks" }, comment: "Why?" }],
            ["line 34", "locks-2", undefined],
            ["line 37", "nobody-climbs-in", { chapter: { id: "locks-2", name: "Locks" } }]
          ]
        )
      }
    })
  )

  it.effect("tells what is wrong with its place and loses nothing else", () =>
    Effect.gen(function* () {
      const { entries, failed, warnings } = yield* read(
        "house.sdoc",
        `[DOCUMENT]
TITLE: House
VERSION: @GIT_VERSION

[[SECTION]]
TITLE: Doors

[REQUIREMENT]
UID: H-1
STATEMENT: >>>
Doors are locked.

[REQUIREMENT]
UID: H-1
STATEMENT: Again.
a stray line
another one

[/SECTION]]

[DOCUMENT_FROM_FILE]
FILE: yard.sdoc

[[/CHAPTER]]
`
      )
      assert.deepStrictEqual(
        entries.map(({ reference: { description, uri } }) => [uri, description]),
        [
          ["house:doors", undefined],
          ["house:H-1", "Doors are locked."]
        ]
      )
      assert.deepStrictEqual(failed, [
        "line 13: house:H-1 is there already, at line 8; the first one counts",
        "line 10: begins a text that does not end: there is no line <<<",
        'line 16: is neither a field nor a text of the element above: "a stray line"',
        "line 24: ends a CHAPTER that did not begin"
      ])
      assert.deepStrictEqual(warnings, [
        "line 21: the file yard.sdoc is a source of its own. Import it together with this one"
      ])
    })
  )

  it.effect("without anything in it fails, and a section that does not end is told", () =>
    Effect.gen(function* () {
      const empty = yield* Effect.flip(read("house.sdoc", "[DOCUMENT]\nTITLE: House\n"))
      assert.include(empty.problem, "nothing in it that is read")
      const { failed } = yield* read("house.sdoc", "[DOCUMENT]\nTITLE: House\n\n[[SECTION]]\nTITLE: Doors\n")
      assert.deepStrictEqual(failed, ["line 4: begins a SECTION that does not end"])
      const named = yield* read("house.sdoc", "[DOCUMENT]\nTITLE: House\nUID: HOUSE\n")
      assert.deepStrictEqual(
        named.entries.map(({ reference: { identifier, role } }) => [identifier, role]),
        [["HOUSE", "heading"]]
      )
    })
  )
})

layer(NodeServices.layer)("several StrictDoc documents", (it) => {
  it.effect("are one catalog, each a heading above what is in it", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = path.join(yield* files.makeTempDirectoryScoped(), "rules")
      yield* files.makeDirectory(folder)
      yield* files.writeFileString(
        path.join(folder, "a.sdoc"),
        "[DOCUMENT]\nTITLE: House\n\n[TEXT]\nSTATEMENT: Hello\n"
      )
      yield* files.writeFileString(path.join(folder, "b.sdoc"), "[DOCUMENT]\nTITLE: Yard\n\n[TEXT]\nSTATEMENT: Hello\n")
      const { catalog, entries, failed } = yield* Effect.flatMap(Sources.open(folder), collect)
      assert.deepStrictEqual([catalog, failed], ["rules", []])
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, metadata } }) => [identifier, metadata]),
        [
          ["a/house", undefined],
          ["a/hello", { chapter: { id: "a/house", name: "House" } }],
          ["b/yard", undefined],
          ["b/hello", { chapter: { id: "b/yard", name: "Yard" } }]
        ]
      )
    })
  )
})
