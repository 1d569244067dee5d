import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Options } from "../../src/importer/Importer.ts"
import { read } from "./reading.ts"

const rows = (text: string, options: Options = {}, name = "list.md") =>
  Effect.map(read(name, text, options), ({ entries }) =>
    entries.map(({ at, reference: { description, title, uri } }) => [at, uri, title, description])
  )

const rules = `---
catalog: house@3
entityType: rule
tags: [home, night]
owner: Ada
---
# House rules

An introduction.

## Doors ##

### REQ-1: Doors are shut

Every door is shut
at night.

- front
- back

\`\`\`sh
# not a heading
- REQ-9: not an item
\`\`\`

<!-- ### REQ-8: not shown -->

### [REQ-2] [Keys](https://example.org)

Keys hang up.

## Windows

- **W-1** Windows are shut: they are
checked when it rains.
- W-2: Blinds are down.

  1. east
  2. west

V1.2.3 Cellar
-------------

It is dry.
`

describe("markdown", () => {
  it.effect("makes references of headings and items with an identifier, wherever they stand", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* rows(rules), [
        [
          "line 13",
          "house:3/REQ-1",
          "Doors are shut",
          "Every door is shut\nat night.\n- front\n- back\n\n```sh\n# not a heading\n- REQ-9: not an item\n```"
        ],
        ["line 28", "house:3/REQ-2", "Keys", "Keys hang up."],
        ["line 34", "house:3/W-1", "Windows are shut", "they are checked when it rains."],
        ["line 36", "house:3/W-2", "Blinds are down.", "- east\n- west"],
        ["line 41", "house:3/V1.2.3", "Cellar", "It is dry."]
      ])
      const { catalog, entries, format } = yield* read("-", rules.replaceAll("\n", "\r\n"))
      assert.deepStrictEqual([format, catalog], ["markdown", "house@3"])
      const { entityType, metadata, tags } = entries[1]?.reference ?? {}
      assert.deepStrictEqual(
        [entityType, tags, metadata],
        ["rule", ["home", "night"], { owner: "Ada", chapter: { id: "doors", name: "Doors" } }]
      )
    })
  )

  it.effect("makes references of headings with text where nothing has an identifier", () =>
    Effect.gen(function* () {
      const text =
        "Guide\n=====\n\nWelcome.\n\n## Log in\n\nSlowly.\n\n## Empty\n\n### Log in\n\n* twice\n\nAnd then again.\n"
      assert.deepStrictEqual(yield* rows(text), [
        ["line 6", "list:log-in", "Log in", "Slowly."],
        ["line 12", "list:log-in-2", "Log in", "- twice\n\nAnd then again."]
      ])
    })
  )

  it.effect("makes references of list items where headings have no text, or where items are asked for", () =>
    Effect.gen(function* () {
      const text = "# Rules\n\n## Night\n\n- Doors are shut.\n- **Keys**: hang up.\n  - all of them\n\n"
      const items = [
        ["line 5", "list:doors-are-shut", "Night", "Doors are shut."],
        ["line 6", "list:keys-hang-up", "Keys", "hang up.\n- all of them"]
      ]
      assert.deepStrictEqual(yield* rows(text, { path: "items" }), items)
      assert.deepStrictEqual(yield* rows("- Shut the doors.\n+ Hang up keys.\n"), [
        ["line 1", "list:shut-the-doors", "Shut the doors.", undefined],
        ["line 2", "list:hang-up-keys", "Hang up keys.", undefined]
      ])
      assert.deepStrictEqual(yield* rows(text, { path: "headings" }), [
        ["line 3", "list:night", "Night", "- Doors are shut.\n- **Keys**: hang up.\n- all of them"]
      ])
    })
  )

  it.effect("says what is wrong with the front matter or the whole", () =>
    Effect.gen(function* () {
      const fault = (text: string, options: Options = {}) =>
        Effect.map(Effect.flip(read("x.md", text, options)), ({ at, problem }) => `${at}: ${problem}`)
      assert.match(yield* fault("---\na: 1\nb: [\n---\n# x\n"), /^line [34], column \d+: is not YAML/u)
      assert.match(yield* fault("---\n- a\n---\n# x\n"), /^line 2: the front matter is no mapping/u)
      assert.match(yield* fault("---\ncatalog: a b\n---\n- x\n"), /name@version/u)
      assert.match(yield* fault("just words\n"), /neither headings with text below them nor list items/u)
      assert.match(yield* fault("- x\n", { path: "tables" }), /the path is headings or items/u)
      assert.match(yield* fault(`- ${"x".repeat(9 * 1024 * 1024)}`), /larger than 8 MB/u)
    })
  )

  it.effect("reads hostile text in time proportional to its length", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* rows(`# t\n# a${" ".repeat(1_000_000)}b\ntext\n`)).length, 1)
      const deep = Array.from({ length: 1000 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n")
      const texts = [deep, `- ${"[".repeat(1_000_000)}`, `- ${"a1".repeat(500_000)}`, `- ${"a: ".repeat(300_000)}`]
      for (const text of texts) assert.strictEqual((yield* rows(text, { path: "items" }, "x.md")).length, 1)
    })
  )
})
