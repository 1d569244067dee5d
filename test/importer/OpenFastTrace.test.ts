import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { read } from "./reading.ts"

const items = [
  {
    id: "req~doors.locked~2",
    title: "Locks",
    description: "Doors are locked.\nAt night, too.",
    rationale: "Thieves.",
    tags: ["doors"],
    needs: ["dsn"],
    covers: ["feat~doors~1"],
    depends: ["req~keys~1"],
    source: { file: "doc/rules.md", item: { start: { line: 1, column: 1 }, end: { line: 2, column: 1 } } }
  },
  { id: "impl~doors.locked-1~0", covers: ["req~doors.locked~2"] },
  { id: "req~hats~1", title: "Hats", status: "rejected" },
  { title: "Nameless" }
]
const document = { header: { formatVersion: "1.0", oftVersion: "4.10.0", format: "exchange" }, items }

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<specdocument>
  <specobjects doctype="req">
    <specobject>
      <id>doors.locked</id>
      <shortdesc>Locks</shortdesc>
      <status>approved</status>
      <version>2</version>
      <sourcefile>doc/rules.md</sourcefile><sourceline>3</sourceline>
      <description>Doors are locked.
At night, too.</description>
      <tags><tag>doors</tag></tags>
      <needscoverage><needsobj>dsn</needsobj></needscoverage>
      <providescoverage><provcov><linksto>feat:doors</linksto><dstversion>1</dstversion></provcov></providescoverage>
      <dependencies><dependson>req~keys~1</dependson></dependencies>
    </specobject>
    <specobject><version>1</version></specobject>
  </specobjects>
  <specobjects doctype="impl">
    <specobject><id>doors.locked-1</id><version>0</version>
      <covering><coveredType><id>doors.locked</id><version>2</version><doctype>req</doctype></coveredType></covering>
    </specobject>
  </specobjects>
</specdocument>`

describe("OpenFastTrace", () => {
  it.effect("is read from its JSON: items called by type, name and revision, and marks in code as guidance", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format, withdrawn } = yield* read("rules.json", JSON.stringify(document))
      assert.deepStrictEqual([format, catalog, failed], ["openfasttrace", "rules", ["$.items[3].id: is missing"]])
      assert.deepStrictEqual(
        entries.map(({ reference: { entityType, identifier, role } }) => [identifier, entityType, role]),
        [
          ["req~doors.locked~2", "req", undefined],
          ["impl~doors.locked-1~0", "impl", "guidance"]
        ]
      )
      assert.deepStrictEqual(entries[0]?.reference.metadata, {
        rationale: "Thieves.",
        needs: ["dsn"],
        covers: ["feat~doors~1"],
        depends: ["req~keys~1"],
        file: "doc/rules.md"
      })
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["req~hats~1", "rejected"]]
      )
    })
  )

  it.effect("is read from the XML of specobjects, of the exchange and the report", () =>
    Effect.gen(function* () {
      const { entries, failed, format } = yield* read("rules.xml", xml)
      assert.deepStrictEqual([format, failed], ["specobject", ["line 17: has no identifier"]])
      assert.deepStrictEqual(
        entries.map(({ at, reference: { description, identifier, metadata, role, tags } }) => [
          at,
          identifier,
          role,
          description,
          tags,
          metadata
        ]),
        [
          [
            "line 4",
            "req~doors.locked~2",
            undefined,
            "Doors are locked.\nAt night, too.",
            ["doors"],
            {
              status: "approved",
              needs: ["dsn"],
              covers: ["feat~doors~1"],
              depends: ["req~keys~1"],
              file: "doc/rules.md"
            }
          ],
          ["line 20", "impl~doors.locked-1~0", "guidance", undefined, undefined, { covers: ["req~doors.locked~2"] }]
        ]
      )
    })
  )

  it.effect("is refused where it is hostile, damaged or holds nothing", () =>
    Effect.gen(function* () {
      for (const [name, content, says] of [
        ["a.json", '{"header":{"oftVersion":"4"},"items":{}}', /\$\.items: Expected array/u],
        ["a.json", '{"header":{"oftVersion":"4"}}', /nothing in it/u],
        ["a.xml", "<!DOCTYPE x><specdocument/>", /document type declaration/u],
        ["a.xml", "<specdocument/>", /nothing in it/u],
        ["a.xml", "<x><specdocument/></x>", /its root is "x"/u]
      ] as const) {
        assert.match((yield* Effect.flip(read(name, content))).message, says)
      }
    })
  )
})
