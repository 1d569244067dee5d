import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { dump } from "js-yaml"
import { read } from "./reading.ts"

/** `identifier role chapter/section<parent` of each entry. */
const outline = (name: string, content: unknown, options = {}) =>
  Effect.map(
    read(name, typeof content === "string" ? content : JSON.stringify(content), options),
    ({ entries, ...rest }) => ({
      ...rest,
      entries,
      lines: entries.map(({ reference: { identifier, metadata, role } }) => {
        const place = metadata as
          | { chapter?: { name: string }; section?: { name: string }; parent?: { id: string } }
          | undefined
        const where = [place?.chapter?.name, place?.section?.name].filter((name) => name !== undefined).join("/")
        return [identifier, role, where, place?.parent?.id]
          .filter((part) => part !== undefined && part !== "")
          .join(" ")
      })
    })
  )

describe("rows of JSON and YAML", () => {
  const nested = {
    title: "House rules",
    levels: [{ id: "base", name: "Base" }],
    controls: [
      {
        id: "H-1",
        title: "Doors",
        controls: [
          {
            id: "H-1.1",
            title: "Front door",
            description: "It is locked.",
            controls: [{ id: "H-1.1.1", title: "Its bolt" }]
          },
          { id: "H-1.2", title: "Back door", owner: "Kim" }
        ]
      },
      { id: "H-2", title: "Windows" }
    ]
  }

  it.effect("are read down to the leaves: what only groups others is a heading, what is part of one has a parent", () =>
    Effect.gen(function* () {
      const expected = ["H-1 heading", "H-1.1 Doors", "H-1.1.1 Doors H-1.1", "H-1.2 Doors", "H-2"]
      for (const [name, text] of [
        ["x.json", JSON.stringify(nested)],
        ["x.yaml", dump(nested)],
        ["x.ndjson", nested.controls.map((row) => JSON.stringify(row)).join("\n")]
      ] as const) {
        const { entries, failed, lines, unread } = yield* outline(name, text)
        assert.deepStrictEqual([failed, unread], [[], []], name)
        assert.deepStrictEqual(lines, expected, name)
        assert.strictEqual(
          entries[2]?.at,
          name === "x.ndjson" ? "line 1.controls[0].controls[0]" : "$.controls[0].controls[0].controls[0]"
        )
        assert.deepStrictEqual(entries[3]?.reference.metadata, { chapter: { id: "H-1", name: "Doors" }, owner: "Kim" })
      }
    })
  )

  it.effect("may hang from groups without an identifier, and from any name but those of what they refer to", () =>
    Effect.gen(function* () {
      const { failed, lines } = yield* outline("x.json", [
        {
          title: "Gates",
          requirements: [
            {
              id: "S1",
              title: "Shut",
              text: "Shut.",
              references: [{ id: "CWE-1", title: "x" }],
              owners: [{ id: "kim", name: "Kim" }]
            }
          ]
        },
        { name: "Lamps", checks: { "L-1": { title: "Lit" }, "L-2": { text: "Lamps are lit." } } }
      ])
      assert.deepStrictEqual([failed, lines], [[], ["S1 Gates", "L-1 Lamps", "L-2 Lamps"]])
    })
  )

  it.effect("may be objects by their identifiers, wherever they stand", () =>
    Effect.gen(function* () {
      const rows = { "A-1": { title: "Gate", text: "Shut" }, "A-2": { title: "Lamp" } }
      for (const document of [
        rows,
        { name: "House", ...rows },
        { requirements: rows, reviewers: [] },
        { data: { of: { it: rows } } }
      ]) {
        for (const [name, text] of [
          ["x.json", JSON.stringify(document)],
          ["x.yaml", dump(document)]
        ] as const) {
          const { failed, lines } = yield* outline(name, text)
          assert.deepStrictEqual([failed, lines], [[], ["A-1", "A-2"]], text)
        }
      }
      const named = yield* outline("x.json", {
        rules: { Maintained: { description: "Somebody cares." }, Signed: { description: "It is signed." } }
      })
      assert.deepStrictEqual(
        named.entries.map(({ reference: { title, uri } }) => `${uri} ${title}`),
        ["x:Maintained Maintained", "x:Signed Signed"]
      )
    })
  )

  it.effect("may be a single object, unless that is only the document around them", () =>
    Effect.gen(function* () {
      const one = yield* outline("x.json", { id: "A-1", title: "Gate", text: "Shut", links: [], tags: ["x"] })
      assert.deepStrictEqual(one.lines, ["A-1"])
      const around = yield* outline("x.json", { id: "house", title: "House", items: [{ id: "A-1", title: "Gate" }] })
      assert.deepStrictEqual(around.lines, ["A-1"])
      const inside = yield* outline("x.json", {
        set: { id: "house", title: "House", rules: { items: [{ id: "A-1", title: "Gate" }] } }
      })
      assert.deepStrictEqual(inside.lines, ["A-1"])
      const parent = yield* outline("x.json", { id: "A", title: "House", items: [{ id: "A-1", title: "Gate" }] })
      assert.deepStrictEqual(parent.lines, ["A heading", "A-1 House"])
    })
  )

  it.effect("are never an array of texts, an empty one, or one of objects that say nothing", () =>
    Effect.gen(function* () {
      const rows = [
        { id: "H-1", description: "Doors are locked." },
        { id: "H-2", title: "Windows" }
      ]
      const { entries } = yield* outline(
        "x.yaml",
        dump({ dependencies: ["urn:x"], empty: [], n: [{ a: 1 }], objects: { set: { rows } } })
      )
      assert.deepStrictEqual(
        entries.map(({ reference: { title } }) => title),
        ["Doors are locked", "Windows"]
      )
      for (const document of [{ links: [] }, { links: ["a"], n: 1 }, { a: { b: [1, 2] } }, 7, "text"]) {
        const error = yield* Effect.flip(outline("x.json", JSON.stringify(document)))
        assert.match(error.problem, /has no array|is neither an array/u, JSON.stringify(document))
      }
      const empty = yield* Effect.flip(outline("x.json", []))
      assert.include(empty.problem, "nothing in it")
    })
  )

  it.effect("that were not taken are told, and paths that lead nowhere name those that would do", () =>
    Effect.gen(function* () {
      const row = {
        id: "A-1",
        title: "Gate",
        why: { id: "B-1", text: "Thieves come by night." },
        chapter: { id: "A", name: "House" }
      }
      const far = { more: { items: [{ id: "C-1", title: "Lamp", text: "Lamps are lit." }] } }
      const { lines, unread } = yield* outline("x.json", { items: [row], ...far })
      assert.deepStrictEqual(lines, ["A-1 House"])
      assert.deepStrictEqual(
        unread.map(({ at, count, kind }) => [kind, at, count]),
        [
          ["object", "$.items[0].why", undefined],
          ["object", "$.more.items", 1]
        ]
      )
      const two = { a: [{ id: "A-1", title: "Gate" }], b: { "B-1": { title: "Lamp" } } }
      const several = yield* Effect.flip(outline("x.json", two))
      assert.strictEqual(
        several.problem,
        "has several arrays: $.a (1), $.b (1). Give the path of the right one, or $ for all of them"
      )
      for (const path of ["$.c", "$.a[0].items", "$.a[0].id"]) {
        const error = yield* Effect.flip(outline("x.json", two, { path }))
        assert.include(error.problem, "There are references in $.a (1), $.b (1)", path)
      }
      assert.deepStrictEqual((yield* outline("x.json", two, { path: "$" })).lines, ["A-1", "B-1"])
      assert.deepStrictEqual((yield* outline("x.json", two, { path: "$.b" })).lines, ["B-1"])
      assert.deepStrictEqual((yield* outline("x.json", nested, { path: "$.controls[0].controls" })).lines, [
        "H-1.1",
        "H-1.1.1 H-1.1",
        "H-1.2"
      ])
    })
  )

  it.effect("that were deleted are withdrawn", () =>
    Effect.gen(function* () {
      const { lines, withdrawn } = yield* outline("x.json", [
        { id: "A-1", title: "Gate", text: "[DELETED, MERGED INTO A-2]" },
        { id: "A-2", title: "Deleted files are gone", text: "Deleted files are really gone." }
      ])
      assert.deepStrictEqual(lines, ["A-2"])
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["A-1", "DELETED, MERGED INTO A-2"]]
      )
    })
  )

  it.effect("keep numbers as they are written, and identifiers as a reader sees them", () =>
    Effect.gen(function* () {
      const text =
        '[{"id":1.10,"title":"ten","n":2.50},{"id":1.1,"title":"one","n":2.5},{"id":12345678901234567890,"title":"big"},' +
        '{"id":7,"title":"seven"},{"id":"A\\u2011\\u200b1","title":"a"}]'
      for (const name of ["x.json", "x.ndjson"]) {
        const { entries, failed } = yield* outline(
          name,
          name === "x.json" ? text : text.slice(1, -1).replaceAll("},{", "}\n{")
        )
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(
          entries.map(({ reference: { identifier } }) => identifier),
          ["1.10", "1.1", "12345678901234567890", "7", "A-1"]
        )
        assert.strictEqual(entries[4]?.reference.uri, "x:A-1")
        assert.deepStrictEqual(
          [entries[0]?.reference.metadata, entries[1]?.reference.metadata],
          [{ n: "2.50" }, { n: 2.5 }]
        )
      }
    })
  )

  it.effect("are warned of where two identifiers look alike, or one mixes letters that do", () =>
    Effect.gen(function* () {
      const rows = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id, title: "x" }))
      const { warnings } = yield* outline("x.json", rows("AC-1", "\u0410C-1", "B-1", "Ж-1", "é-1"))
      assert.deepStrictEqual(warnings, ["$[1]: the identifier looks like the one at $[0], but has other characters"])
      const mixed = yield* outline("x.json", rows("\u0410C-1"))
      assert.deepStrictEqual(mixed.warnings, [
        "$[0]: the identifier looks like AC-1, but has letters of another script"
      ])
    })
  )

  it.effect("with a key twice are refused with the place, as in YAML, where two merges are no fault", () =>
    Effect.gen(function* () {
      const json = yield* Effect.flip(read("x.json", '[{"id":"A-1",\n"title":"Gate","t\\u0069tle":"Other"}]'))
      assert.strictEqual(
        json.message,
        'x.json, line 2, column 16: repeats the key "title" of its object. Remove one of the two'
      )
      const lines = yield* read("x.ndjson", '{"id":"1","id":"2","title":"a"}\n{"id":"3","title":"b"}\n')
      assert.deepStrictEqual([lines.failed.length, lines.entries.length], [1, 1])
      const merges =
        "a: &a {owner: Kim}\nb: &b {level: 2}\nitems:\n- <<: *a\n  <<: *b\n  id: A-1\n  title: Gate\n- {<<: [*a, *b], id: A-2, title: Lamp}\n"
      const { entries } = yield* read("x.yaml", merges)
      assert.deepStrictEqual(
        entries.map(({ reference: { metadata } }) => metadata),
        [0, 1].map(() => ({ owner: "Kim", level: 2 }))
      )
    })
  )

  it.effect("survive objects that are nested as deep as a stack", () =>
    Effect.gen(function* () {
      const deep = `${'{"a":['.repeat(50_000)}1${"]}".repeat(50_000)}`
      const { entries, failed } = yield* outline(
        "x.json",
        `[{"id":"1","title":"a","x":${deep}},{"id":"2","title":"b"}]`
      )
      assert.deepStrictEqual([entries.length, failed.length], [1, 1])
      assert.strictEqual((yield* outline("x.json", deep)).failed.length, 1)
    })
  )
})
