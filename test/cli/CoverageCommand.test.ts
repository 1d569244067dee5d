import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Exceptions from "../../src/importer/Exceptions.ts"
import { workspace } from "./run.ts"

const entry = (id: string, level: number) => ({
  id,
  title: `Rule ${id}`,
  type: "rule",
  metadata: { level, chapter: { id: id.slice(0, 2), name: "Chapter" } }
})

/** `theirs@1` of four, two of them covered by `ours@1`, in a database of their own. */
const related = Effect.gen(function* () {
  const { folder, run, write } = yield* workspace
  const read = (name: string) => Effect.promise(() => readFile(join(folder, name), "utf8"))
  const theirs = [entry("V1.1", 1), entry("V1.2", 2), entry("V2.1", 1), entry("V2.2", 2)]
  const ours = [entry("R1", 1), entry("R2", 1)]
  yield* run(
    "import",
    yield* write("t.json", JSON.stringify({ catalog: "theirs@1", references: theirs })),
    "--no-embed"
  )
  yield* run("import", yield* write("o.json", JSON.stringify({ catalog: "ours@1", references: ours })), "--no-embed")
  yield* run("decide", "ours:1/R1", "theirs:1/V1.1")
  yield* run("decide", "ours:1/R1", "theirs:1/V1.2")
  const coverage = (...args: ReadonlyArray<string>) => run("coverage", "theirs@1", "--by", "ours@1", ...args)
  return { coverage, folder, read, run, write }
})

describe("coverage", () => {
  it.effect("prints chapters and levels, and names what is not covered and what leads to nothing", () =>
    Effect.gen(function* () {
      const { coverage } = yield* related
      const { code, stderr, stdout } = yield* coverage()
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain("V1 Chapter  100.0 % (1/1)  100.0 % (2/2)  100.0 % (2/2)")
      // A level asks for all that those below it ask.
      expect(stdout).toMatch(/chapter +level 1 +to level 2 +all/u)
      const first = yield* coverage("--level", "1", "--fail-under", "50")
      expect(first.stdout).toContain("50.0 % of 2")
      expect(first.code).toBe(0)
      expect((yield* coverage("--level", "2", "--json")).json()).toMatchObject({ total: 4, cumulative: true })
      expect((yield* coverage("--level", "IG1")).code).toBe(2)
      expect(stdout).toContain("Not covered (2)\n  theirs:1/V2.1")
      expect(stdout).toContain("Of ours@1, leading to nothing (1)\n  ours:1/R2")
      expect(stdout.trimEnd().split("\n").at(-1)).toBe("50.0 % of 4: 2 covered, 0 partly, 2 not, 0 excepted")
    })
  )

  it.effect("counts, and fails, only what --where chooses", () =>
    Effect.gen(function* () {
      const { coverage, read, folder } = yield* related
      const exceptions = ["--exceptions", join(folder, "e.csv")]
      yield* Effect.promise(() =>
        writeFile(join(folder, "e.csv"), "reference,reason,by\ntheirs:1/V2.2,Later,Ann\nnowhere:1,Gone,Ann\n")
      )
      const some = yield* coverage("--where", "level<=1", ...exceptions, "--json", "-o", join(folder, "c.html"))
      expect(some.json()).toMatchObject({
        total: 2,
        covered: 1,
        percent: 50,
        filter: { metadata: [{ path: "level", operator: "<=", value: 1 }] },
        unknownExceptions: [{ reference: "nowhere:1" }]
      })
      expect(some.json().unlinked).toHaveLength(1)
      expect(yield* read("c.html")).toContain("<h1>theirs@1 (level&lt;=1) covered by ours@1</h1>")
      const failed = yield* coverage("--where", "level<=1", "--where", "chapter.id=V2", "--fail-under", "1")
      expect(failed).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("theirs@1 (level<=1, chapter.id=V2) is covered to 0.0 % by ours@1 (0 of 1)")
      })
      const none = yield* coverage("--where", "level>9", "--fail-under", "1")
      expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("chooses none of the 4 references") })
    })
  )

  it.effect("shows the text of references that share a title", () =>
    Effect.gen(function* () {
      const { folder, read, run, write } = yield* related
      const long = "Lamps ".repeat(100)
      const shared = [
        { id: "S-1", title: "Doors", description: "Doors are locked." },
        { id: "S-2", title: "Doors", description: "Keys are <counted>." },
        { id: "S-3", title: "Doors", description: long }
      ]
      yield* run(
        "import",
        yield* write("s.json", JSON.stringify({ catalog: "shared@1", references: shared })),
        "--no-embed"
      )
      const args = ["coverage", "shared@1", "--by", "ours@1"]
      const table = (yield* run(...args)).stdout
      expect(table).toContain("  shared:1/S-1  Doors are locked.\n  shared:1/S-2  Doors: Keys are <counted>.")
      yield* run(...args, "-o", join(folder, "s.html"), "-o", join(folder, "s.md"), "-o", join(folder, "s.json"))
      expect(yield* read("s.html")).toContain('Doors<br><span class="text">Keys are &lt;counted&gt;.</span>')
      expect(yield* read("s.md")).toContain("Doors: Keys are ")
      const [, , third] = JSON.parse(yield* read("s.json")).references
      expect(third.text).toMatch(/^Lamps .*…$/u)
      expect([...third.text].length).toBeLessThanOrEqual(300)
      const again = yield* run(...args, "--baseline", join(folder, "s.json"), "--json")
      expect(again.code).toBe(0)
    })
  )

  it.effect("ends with 1 below the threshold, also where it prints JSON", () =>
    Effect.gen(function* () {
      const { coverage } = yield* related
      expect((yield* coverage("--fail-under", "50")).code).toBe(0)
      const failed = yield* coverage("--fail-under", "50.1", "--json")
      expect(failed.code).toBe(1)
      expect(failed.json()).toMatchObject({ percent: 50, to: "theirs@1" })
      expect(JSON.parse(failed.stderr).error.message).toBe(
        "theirs@1 is covered to 50.0 % by ours@1 (2 of 4), less than 50.1 % (--fail-under)."
      )
      const unlinked = yield* coverage("--fail-unlinked")
      expect(unlinked).toMatchObject({ code: 1, stderr: expect.stringContaining("(--fail-unlinked): ours:1/R2.") })
      expect((yield* coverage("--fail-under", "101")).code).toBe(2)
    })
  )

  it.effect("ends with 1 where a reference lost its coverage since an earlier report", () =>
    Effect.gen(function* () {
      const { coverage, folder, run, write } = yield* related
      const before = join(folder, "before.json")
      expect((yield* coverage("-o", before)).code).toBe(0)
      expect((yield* coverage("--baseline", before)).code).toBe(0)
      yield* run("decide", "ours:1/R1", "theirs:1/V1.2", "--reject")
      yield* run("decide", "ours:1/R1", "theirs:1/V2.1")
      const after = yield* coverage("--baseline", before, "-q")
      expect(after.code).toBe(1)
      expect(after.stderr).toContain("1 reference lost coverage since")
      expect(after.stderr).toContain("theirs:1/V1.2 (covered → not covered).")
      expect((yield* coverage("--baseline", yield* write("bad.json", "{}"))).stderr).toContain("is not a report of")
      expect((yield* coverage("--baseline", join(folder, "none.json"))).code).toBe(3)
    })
  )

  it.effect("writes several files by their endings, whole or not at all", () =>
    Effect.gen(function* () {
      const { coverage, folder, read } = yield* related
      const names = ["c.html", "c.md", "c.csv", "c.json", "c.sarif", "c.xml", "c.txt"]
      const ran = yield* coverage(...names.flatMap((name) => ["-o", join(folder, name)]))
      expect(ran.code).toBe(0)
      const starts = yield* Effect.forEach(names, (name) => Effect.map(read(name), (text) => text.slice(0, 9)))
      expect(starts).toEqual([
        "<!doctype",
        "# theirs@",
        "uri,title",
        '{"to":"th',
        '{\n  "$sch',
        "<?xml ver",
        "theirs@1 "
      ])
      expect(JSON.parse(yield* read("c.json"))).toEqual((yield* coverage("--json")).json())
      expect((yield* coverage("-o", join(folder, "c.doc"))).code).toBe(2)
      const nowhere = yield* coverage("-o", join(folder, "no", "c.md"))
      expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no such folder") })
      const left = yield* Effect.promise(() => readdir(folder))
      expect(left.filter((name) => name.startsWith(".crosswalk"))).toEqual([])
    })
  )

  it.effect("makes exceptions, names those that ran out or are for nothing, and refuses a bad file", () =>
    Effect.gen(function* () {
      const { coverage, write } = yield* related
      const file = yield* write(
        "e.yaml",
        [
          "exceptions:",
          "  - reference: theirs:1/V2.1",
          "    reason: later",
          "    by: Ann",
          "    until: 2026-12-31",
          "  - reference: ours:1/R2",
          "    reason: internal",
          "    by: Ann",
          "  - { reference: gone, reason: old, by: Ann }"
        ].join("\n")
      )
      const good = yield* coverage("--exceptions", file, "--today", "2026-12-31", "--fail-unlinked")
      expect(good.code).toBe(0)
      expect(good.stdout).toContain("75.0 % of 4: 2 covered, 0 partly, 1 not, 1 excepted")
      expect(good.stdout).toContain("Exceptions for what is in neither catalog (1)\n  gone  old")
      const late = yield* coverage("--exceptions", file, "--today", "2027-01-01", "--fail-under", "75")
      expect(late.code).toBe(1)
      expect(late.stdout).toContain("Exceptions that have run out (1)\n  theirs:1/V2.1")
      const bad = yield* coverage("--exceptions", yield* write("bad.yaml", "- reference: x\n  reason: y\n"))
      expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("bad.yaml, $[0].by: is missing") })
      expect((yield* coverage("--today", "tomorrow")).code).toBe(2)
    })
  )

  it.effect("counts suggestions only where asked for, and goes through a third catalog", () =>
    Effect.gen(function* () {
      const { run, write } = yield* related
      const third = JSON.stringify({ catalog: "third", references: [entry("T1", 1)] })
      yield* run("import", yield* write("third.json", third), "--no-embed")
      const pairs = "source,target,type\ntheirs:1/V1.1,third:T1,equal\n"
      expect((yield* run("map", yield* write("m.csv", pairs), "--status", "suggested")).code).toBe(0)
      const percent = (...args: ReadonlyArray<string>) =>
        Effect.map(run("coverage", "third", "--by", "ours@1", "--json", ...args), (ran) => ran.json().percent)
      expect(yield* percent("--through", "theirs@1")).toBe(0)
      expect(yield* percent("--include-suggested")).toBe(0)
      expect(yield* percent("--include-suggested", "--through", "theirs@1")).toBe(100)
      expect((yield* run("coverage", "third", "--by", "third")).code).toBe(2)
      expect((yield* run("coverage", "third", "--by", "fourth")).code).toBe(3)
    })
  )
})

describe("Exceptions", () => {
  const read = (name: string, text: string) => Exceptions.read(name, Stream.make(new TextEncoder().encode(text)))
  const expected = [
    { reference: "a:1", reason: "because", by: "Ann", until: "2026-12-31" },
    { reference: "a:2", reason: "so", by: "Bob" }
  ]

  it.effect.each([
    ["e.json", JSON.stringify(expected)],
    ["e.json", JSON.stringify({ exceptions: expected })],
    [
      "e.yml",
      "- {reference: a:1, reason: because, by: Ann, until: 2026-12-31}\n- {reference: a:2, reason: so, by: Bob}\n"
    ],
    ["e.csv", "\uFEFFreference;reason;by;until\r\na:1;because;Ann;2026-12-31\r\na:2;so;Bob;\r\n"]
  ] as const)("reads %s", ([name, text]) =>
    Effect.gen(function* () {
      expect(yield* read(name, text)).toEqual(expected)
    })
  )

  it.effect.each([
    ["e.json", "", "is empty"],
    ["e.json", '[{"reference":"a","reason":"r","by":"b","til":"x"}]', "$[0]"],
    ["e.json", '[{"reference":"a","reason":"r","by":"b","until":"2026-02-30"}]', "$[0].until"],
    ["e.csv", "reference,reason,by\na,,b\n", "line 2, reason"],
    ["e.csv", "reference,by\na,b\n", "there is no column reason"],
    ["e.json", "[{]", "line 1"]
  ] as const)("refuses %s: %s", ([name, text, where]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(name, text))
      expect(error._tag).toBe("ImportError")
      expect(error.message).toContain(where)
    })
  )
})
