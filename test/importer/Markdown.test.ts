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
        ["line 36", "house:3/W-2", "Blinds are down.", "1. east\n2. west"],
        ["line 41", "house:3/V1.2.3", "Cellar", "It is dry."]
      ])
      const { catalog, entries, format } = yield* read("-", rules.replaceAll("\n", "\r\n"))
      assert.deepStrictEqual([format, catalog], ["markdown", "house@3"])
      const { entityType, metadata, tags } = entries[1]?.reference ?? {}
      assert.deepStrictEqual(
        [entityType, tags, metadata],
        [
          "rule",
          ["home", "night"],
          {
            owner: "Ada",
            chapter: { id: "doors", name: "Doors" },
            links: [{ label: "Keys", url: "https://example.org" }]
          }
        ]
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
        ["line 3", "list:night", "Night", "- Doors are shut.\n- Keys: hang up.\n  - all of them"]
      ])
    })
  )

  it.effect("reads every way of writing an identifier, and no tick as a part of it", () =>
    Effect.gen(function* () {
      const identifiers = (text: string) =>
        Effect.map(read("x.md", text), ({ entries }) =>
          entries.map(({ reference: { identifier, title } }) => `${identifier} ${title}`)
        )
      const items = (tick: string) =>
        [
          `- [${tick}] **CHK-1** Gate shut`,
          "- [x] CHK-2: Lamp lit",
          "- [CHK-3](https://e.test/3) Door closed",
          "* CHK-4 – en dash title",
          "1. CHK-5. Dot title",
          "- [CHK-6] In brackets",
          "- (CHK-6.1) In parentheses",
          "- `CHK_7`: Code",
          "- [ ] CHK\\_8 Escaped",
          "- **1.1.9** Bold number",
          "- AC-2(5)(a) Enhanced",
          "- A01:2021 – Broken",
          "- TÜR-1.2 Umlaut"
        ].join("\n")
      const expected = [
        ...["CHK-1 Gate shut", "CHK-2 Lamp lit", "CHK-3 Door closed", "CHK-4 en dash title", "CHK-5 Dot title"],
        ...[
          "CHK-6 In brackets",
          "CHK-6.1 In parentheses",
          "CHK_7 Code",
          "CHK_8 Escaped",
          "1.1.9 Bold number",
          "AC-2(5)(a) Enhanced"
        ],
        ...["A01:2021 Broken", "TÜR-1.2 Umlaut"]
      ]
      assert.deepStrictEqual(yield* identifiers(items(" ")), expected)
      assert.deepStrictEqual(yield* identifiers(`# Checks\n\n${items("x")}\n`), expected)
      const headings =
        "# Rules\n\n## REQ_GATE_SHUT: Gate\nShut.\n\n## `req~lamp-lit~1` Lamp\nLit.\n\n## REQ\\_DOOR Door ##\nA.\n\n" +
        "### Oil\n`req~oil~2`\n\nOften.\n\n### Key {#KEY-1}\nB.\n\n### Req1 One\nC.\n\n### Req2 Two\nD.\n"
      assert.deepStrictEqual(yield* identifiers(headings), [
        ...["REQ_GATE_SHUT Gate", "req~lamp-lit~1 Lamp", "REQ_DOOR Door", "req~oil~2 Oil", "KEY-1 Key"],
        ...["Req1 One", "Req2 Two"]
      ])
      for (const words of ["OAuth2 tokens", "2-factor", "ANTI-CSRF tokens", "Argon2id", "e.g. this"]) {
        assert.deepStrictEqual(yield* identifiers(`# T\n\n## ${words}\n\nText.\n`), [`undefined ${words}`])
      }
    })
  )

  it.effect("nests tasks, and tells those that have no identifier beside those that have", () =>
    Effect.gen(function* () {
      const text =
        "# Checks\n\n- [ ] CHK-1 Gate\n  - [x] CHK-1.1 Hinges\n    - [ ] oiled\n- [ ] Lamp lit\n- Keys\n" +
        "- [x] ~~CHK-9 Old~~\n\n> - CHK-2 Quoted\n"
      const { entries, unread, withdrawn } = yield* read("x.md", text)
      assert.deepStrictEqual(
        entries.map(({ reference: { description, identifier, metadata } }) => [identifier, description, metadata]),
        [
          ["CHK-1", undefined, undefined],
          ["CHK-1.1", "- oiled", { parent: "CHK-1" }],
          ["CHK-2", undefined, undefined]
        ]
      )
      assert.deepStrictEqual(
        unread.map(({ at, kind, text }) => [at, kind, text]),
        [
          ["line 6", "task item", "Lamp lit"],
          ["line 7", "list item", "Keys"]
        ]
      )
      assert.deepStrictEqual(
        withdrawn.map(({ id }) => id),
        ["CHK-9"]
      )
    })
  )

  it.effect("takes the rows of a table whose header names an identifier and a text", () =>
    Effect.gen(function* () {
      const text =
        "# V1 Gates\n\n## Objective\n\nTo keep out.\n\n## V1.1 Shutting\n\nIntro.\n\n" +
        "| # | Description | L1 | L2 | CWE |\n| :---: | :--- | :-: | :-: | --- |\n" +
        "| **1.1.1** | Verify &amp; shut.<br>Always. | ✓ | ✓ | 79 |\n| **1.1.2** | The lamp `x|y` \\| is lit. | | o | |\n" +
        "| 1.1.3 | [DELETED, MERGED TO 1.1.1] | | | |\n| | no identifier | | | |\n\n## References\n\nSee the guide.\n"
      const { entries, unread, warnings, withdrawn } = yield* read("v1.md", text)
      const chapter = { id: "V1", name: "Gates" }
      const section = { id: "V1.1", name: "Shutting" }
      assert.deepStrictEqual(
        entries.map(({ at, reference, reference: { identifier, role } }) => [
          ...[at, identifier, role, reference.title],
          ...[reference.description, reference.metadata]
        ]),
        [
          [
            ...["line 1", "V1", "heading", "Gates", "Objective\n\nTo keep out.\n\nReferences\n\nSee the guide."],
            undefined
          ],
          ["line 7", "V1.1", "heading", "Shutting", "Intro.", { chapter }],
          [
            ...["line 13", "1.1.1", undefined, "Shutting", "Verify & shut.\nAlways."],
            { chapter, section, level: 1, CWE: "79" }
          ],
          [
            ...["line 14", "1.1.2", undefined, "Shutting", "The lamp x|y | is lit."],
            { chapter, section, level: 2, levelNotes: { L2: "o" } }
          ]
        ]
      )
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => `${id} ${reason}`),
        ["1.1.3 DELETED, MERGED TO 1.1.1"]
      )
      assert.deepStrictEqual(unread, [
        { _tag: "Unread", kind: "table row", at: "line 16", text: "| no identifier | | |" }
      ])
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.effect("reads tables without outer bars, and tells what it cannot read of others", () =>
    Effect.gen(function* () {
      const bare = yield* read(
        "x.md",
        "Nr. | Anforderung | Stufe\n--- | :-: | ---\nANF-1 | Türen zu | L2\nANF-2 | a | b | c\n"
      )
      assert.deepStrictEqual(
        bare.entries.map(({ reference: { identifier, metadata, title } }) => [identifier, title, metadata]),
        [
          ["ANF-1", "Türen zu", { level: 2 }],
          ["ANF-2", "a", { level: "b" }]
        ]
      )
      assert.match(bare.warnings.join(), /^line 4: the row has 1 more cells/u)
      const html =
        "# T\n\n## R-1 Doors\n\n<table>\n<tr><th>ID</th></tr>\n<tr><td>R-8</td></tr>\n<tr><td>R-9</td></tr>\n</table>\n\n" +
        "<div>\n<h2>R-7 Lamps</h2>\n</div>\n\n## R-2 Keys\n\n<!-- forgotten\n\n## R-3 Hidden\n"
      const { entries, unread, warnings } = yield* read("x.md", html)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier } }) => identifier),
        ["R-1", "R-2"]
      )
      assert.deepStrictEqual(
        unread.map(({ at, count, kind }) => [at, kind, count]),
        [
          ["line 7", "table row", 2],
          ["line 12", "heading", undefined]
        ]
      )
      assert.match(warnings.join(), /^line 17: a comment begins here and has no end/u)
    })
  )

  it.effect("drops no heading in silence", () =>
    Effect.gen(function* () {
      const mixed = yield* read(
        "x.md",
        "Before.\n\n# Rules\n\n## A-1 Gate\nShut.\n\n## Emergency lamp\nLit.\n\n- always\n\n## Doors\n\nAbout doors.\n\n### A-2 Door\nClosed.\n\n" +
          "#### Rationale\nBecause.\n"
      )
      assert.deepStrictEqual(
        mixed.entries.map(({ reference: { description, identifier } }) => [identifier, description]),
        [
          ["A-1", "Shut."],
          ["A-2", "Closed.\n\nRationale\n\nBecause."]
        ]
      )
      assert.deepStrictEqual(
        mixed.unread.map(({ at, kind, text }) => [at, kind, text]),
        [["line 8", "heading", "Emergency lamp"]]
      )
      assert.deepStrictEqual(mixed.warnings, [
        "line 1: the text before the first heading belongs to no reference and is left out",
        "line 15: the text under Doors belongs to no reference and is left out"
      ])
    })
  )

  it.effect("keeps the sections of a guide where a few list items look like identifiers", () =>
    Effect.gen(function* () {
      const guide = "# Guide\n\n## Lock\n\nOne of:\n\n- RSA-2048: good\n- RSA-4096: better\n\n## Keys\n\nIn a box.\n"
      const { entries, unread, warnings } = yield* read("guide.md", guide)
      assert.deepStrictEqual(
        entries.map(({ reference: { description, identifier, title } }) => [identifier, title, description]),
        [
          [undefined, "Lock", "One of:\n- RSA-2048: good\n- RSA-4096: better"],
          [undefined, "Keys", "In a box."]
        ]
      )
      assert.deepStrictEqual(unread, [])
      assert.deepStrictEqual(warnings, [
        "line 7: 2 items or paragraphs with identifiers (RSA-2048, RSA-4096) are read as text of Lock"
      ])
      const paragraphs = yield* read(
        "x.md",
        "# Rules\n\n**R-1** Doors are shut.\n\n**R-2:** Lamps are lit.\n\nSHA-256 is used.\n"
      )
      assert.deepStrictEqual(paragraphs.warnings, [
        "line 3: 2 items or paragraphs with identifiers (R-1, R-2) are read as text of Rules"
      ])
    })
  )

  it.effect("tells what has no identifier where others have one, unless it is told what is read", () =>
    Effect.gen(function* () {
      const text = "# Rules\n\n## A-1 Gate\nShut.\n\n## Door\nClosed.\n\n## Lamp, which is lit\nLit.\n"
      const { entries, warnings } = yield* read("x.md", text)
      const uris = entries.map(({ reference: { uri } }) => uri)
      assert.deepStrictEqual(uris, ["x:A-1", "x:door", "x:lamp-which-is-lit"])
      assert.deepStrictEqual(warnings, [
        'line 6: 2 of 3 have no identifier of their own and are called by their words ("Door", "Lamp, which is lit"), so ' +
          "what they were called before is not known. Give each one, or say what is read with the path headings or items"
      ])
      const told = yield* read("x.md", text, { path: "headings" })
      assert.deepStrictEqual([told.warnings, told.entries.map(({ reference: { uri } }) => uri)], [[], uris])
      const shared = "## SHA-256\n1\n\n## Use\n2\n\n## SHA-256\n3\n\n## Keep\n4\n\n## Drop\n5\n"
      assert.match((yield* read("x.md", shared)).warnings[0] ?? "", /^line 1: 5 of 5 have no identifier of their own/u)
      const items = "## A\n\n- R-1: Doors\n- Gates\n\n## B\n\n- Lamps\n\n## C\n\n- Keys\n"
      assert.deepStrictEqual(
        (yield* read("x.md", items)).unread.map(({ text }) => text),
        []
      )
      assert.match((yield* read("x.md", items)).warnings[0] ?? "", /^line 4: 3 of 4 have no identifier/u)
      assert.deepStrictEqual((yield* read("x.md", text.replace("A-1 ", ""))).warnings, [])
    })
  )

  it.effect("makes one reference of a document of one heading, and of a control with its parts", () =>
    Effect.gen(function* () {
      const one = (text: string) =>
        Effect.map(read("x.md", text), ({ entries }) =>
          entries.map(({ reference: { description, identifier, title } }) => [identifier, title, description])
        )
      assert.deepStrictEqual(yield* one("# HOUSE-DOOR: Doors\n\nLocked at night.\n"), [
        ["HOUSE-DOOR", "Doors", "Locked at night."]
      ])
      assert.deepStrictEqual(yield* one("# Doors\n\nLocked at night.\n"), [[undefined, "Doors", "Locked at night."]])
      assert.deepStrictEqual(yield* one("# DOOR-1\n\n## Control\n\nLocked.\n\n## Description\n\n- Why.\n"), [
        ["DOOR-1", "Locked", "Control\n\nLocked.\n\nDescription\n- Why."]
      ])
      assert.deepStrictEqual(yield* one("# S3 Guide\n\n## Access\n\nDenied.\n\n## Logs\n\nKept.\n"), [
        [undefined, "Access", "Denied."],
        [undefined, "Logs", "Kept."]
      ])
    })
  )

  it.effect("leaves no marks, entities, anchors, comments and tags in texts", () =>
    Effect.gen(function* () {
      const text =
        'GATE-1 Gate &amp; door {#gate .big}\n===========\n\nOpen&nbsp;it <b>never</b>.<!-- note --> See [the guide](http://x.test "t") and\n' +
        "![pic](a.png)[^1], *always*.\n\n<!-- ## HID-1 Hidden -->\n\n[^1]: foot note\n</details>\n"
      const { entries } = yield* read("x.md", text)
      const { description, metadata, title } = entries[0]?.reference ?? {}
      assert.deepStrictEqual(
        [entries.length, title, description, metadata],
        [
          ...[1, "Gate & door", "Open it never. See the guide and\npic, always.\n\nfoot note"],
          { links: [{ label: "the guide", url: "http://x.test" }] }
        ]
      )
    })
  )

  it.effect("says what is wrong with the front matter or the whole", () =>
    Effect.gen(function* () {
      const fault = (text: string, options: Options = {}) =>
        Effect.map(Effect.flip(read("x.md", text, options)), ({ at, problem }) => `${at}: ${problem}`)
      assert.match(yield* fault("---\na: 1\nb: [\n---\n# x\n"), /^line [34], column \d+: is not YAML/u)
      assert.match(yield* fault("---\n- a\n---\n# x\n"), /^line 2: the front matter is no mapping/u)
      assert.match(yield* fault("---\ncatalog: a b\n---\n- x\n"), /name@version/u)
      assert.match(yield* fault("just words\n"), /neither headings with text below them, list items nor tables/u)
      assert.match(yield* fault("- x\n", { path: "sheets" }), /the path is headings, items or tables/u)
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
