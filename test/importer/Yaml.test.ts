import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { read } from "./reading.ts"

const rows = `catalog: list@2
items:
  - id: 1.10
    title: "Passwords: storage"
    text: |
      They are
      hashed.
    level: 2
    since: 2020-01-01
  - id: 007
    title: b
    done: true
`

describe("yaml", () => {
  it.effect("is read in the shapes of JSON; identifiers that look like numbers keep their digits", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format } = yield* read("x.yaml", rows)
      assert.deepStrictEqual([format, catalog, failed], ["yaml", "list@2", []])
      assert.deepStrictEqual(
        entries.map(({ at, reference: { description, metadata, title, uri } }) => ({
          at,
          uri,
          title,
          description,
          metadata
        })),
        [
          {
            at: "$.items[0]",
            uri: "list:2/1.10",
            title: "Passwords: storage",
            description: "They are\nhashed.\n",
            metadata: { level: 2, since: "2020-01-01" }
          },
          { at: "$.items[1]", uri: "list:2/007", title: "b", description: undefined, metadata: { done: true } }
        ]
      )
    })
  )

  it.effect("is told by its content where the name does not say", () =>
    Effect.gen(function* () {
      const format = (text: string, name = "-") => Effect.map(read(name, text, { catalog: "x" }), (r) => r.format)
      assert.strictEqual(yield* format("- id: a\n  title: b\n"), "yaml")
      assert.strictEqual(yield* format("---\n# list\nitems:\n  - id: a\n    title: b\n"), "yaml")
      assert.strictEqual(yield* format("\uFEFFitems:\r\n  - id: a\r\n    title: b\r\n", "x.yml"), "yaml")
      assert.strictEqual(yield* format("id: x,title,id\n1,2,3\n", "x.csv"), "csv")
    })
  )

  it.effect("says on which line it is not YAML", () =>
    Effect.gen(function* () {
      const at = (text: string | Uint8Array) =>
        Effect.map(Effect.flip(read("x.yaml", text)), ({ at, problem }) => `${at}: ${problem}`)
      assert.match(yield* at("items:\n  - id: 1\n   title: x\n"), /^line 3, column \d+: is not YAML/u)
      assert.match(yield* at("a: [1\nb: 2\n"), /^line 2, column 1: is not YAML/u)
      assert.match(yield* at("a: 1\na: 2\n"), /^line 2, column 1: is not YAML: duplicated mapping key/u)
      assert.match(yield* at("a: !!js/function x\n"), /^line 1, column 4: is not YAML: unknown scalar tag/u)
      assert.match(yield* at("a: 1\n---\nb: 1\n"), /single document/u)
      assert.match(yield* at(Buffer.from("a: \u00fc\n", "latin1")), /^line 1: is not UTF-8/u)
    })
  )

  it.effect("limits depth, aliases, what aliases expand to, and size", () =>
    Effect.gen(function* () {
      const problem = (text: string) => Effect.map(Effect.flip(read("x.yaml", text)), (error) => error.problem)
      assert.include(yield* problem("[".repeat(100_000)), "nesting exceeded")
      assert.include(yield* problem("- ".repeat(100_000)), "nesting exceeded")
      assert.include(yield* problem("items: &a [*a]"), "contains itself")
      const laughs = Array.from({ length: 12 }, (_, i) =>
        i === 0
          ? "a0: &a0 [x]"
          : `a${i}: &a${i} [${Array(9)
              .fill(`*a${i - 1}`)
              .join(", ")}]`
      )
      assert.match(yield* problem(laughs.join("\n")), /8 million values/u)
      const wide = `t: &t ${"x".repeat(100_000)}\nitems: [${Array(1000).fill("*t").join(",")}]`
      assert.match(yield* problem(wide), /64 MB of text/u)
      assert.match(yield* problem(`a: &a 1\nitems: [${Array(10_001).fill("*a").join(",")}]`), /alias/iu)
      assert.match(yield* problem(`items: # ${"x".repeat(17 * 1024 * 1024)}`), /larger than 16 MB/u)
    })
  )
})
