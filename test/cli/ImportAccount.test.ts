import { Buffer } from "node:buffer"
import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

type Content = string | Uint8Array | object

/** A folder with files, and the command line on a database there. */
const workshop = Effect.fnUntraced(function* (files: Readonly<Record<string, Content>>) {
  const folder = yield* temporaryFolder
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content)
    yield* Effect.promise(() => mkdir(dirname(join(folder, name)), { recursive: true }))
    yield* Effect.promise(() => writeFile(join(folder, name), bytes))
  }
  const path = (name: string) => (name.startsWith("-") || name.includes("@") ? name : join(folder, name))
  const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
  const urisOf = Effect.fnUntraced(function* (catalog?: string) {
    const listed: { readonly references: ReadonlyArray<{ readonly uri: string }> } = (yield* run(
      "list",
      "--json",
      ...(catalog === undefined ? [] : ["--catalog", catalog])
    )).json()
    return listed.references.map(({ uri }) => uri)
  })
  return { folder, path, run, urisOf }
})

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"))

interface Row {
  readonly name: string
  readonly files: Readonly<Record<string, Content>>
  /** Names of files; flags as they are. */
  readonly args: ReadonlyArray<string>
  readonly code: number
  readonly uris: ReadonlyArray<string>
  readonly says?: ReadonlyArray<string>
}

const rows: ReadonlyArray<Row> = [
  {
    name: "a heading without an identifier beside those with one is told, and is exit code 5",
    files: {
      "yard.md":
        "# Yard\n\n## P-1: Pond\n\nA.\n\n## P-2: Pump\n\nB.\n\n## P-3: Pipe\n\nC.\n\n## Old well\n\nD.\n\n## Swing\n\nE.\n"
    },
    args: ["yard.md"],
    code: 5,
    uris: ["yard:P-1", "yard:P-2", "yard:P-3"],
    says: ["line 15: a heading was not read: Old well", "2 headings not read in ", "the rest was imported"]
  },
  {
    name: "rows that all are wrong are nothing imported, and no rest",
    files: { "blank.csv": "id,title\n,Fence\n,Gate\n" },
    args: ["blank.csv"],
    code: 1,
    uris: [],
    says: ["2 problems in ", "nothing was imported"]
  },
  {
    name: "a warning is told and is no failure",
    files: {
      "v.cdx.json": {
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        definitions: {
          standards: [
            { name: "Yard", version: "2", requirements: [{ identifier: "Y-1", title: "Pond", parent: "gone" }] }
          ]
        }
      }
    },
    args: ["v.cdx.json"],
    code: 0,
    uris: ["yard:2/Y-1"],
    says: ['there is no requirement "gone"']
  },
  {
    name: "a link to what is not stored is told and is no failure",
    files: {
      "barn.sdoc":
        "[DOCUMENT]\nTITLE: Barn\n\n[REQUIREMENT]\nUID: B-1\nTITLE: Beam\nRELATIONS:\n- TYPE: Parent\n  VALUE: B-2\n- TYPE: Parent\n" +
        "  VALUE: S-9\n\n[REQUIREMENT]\nUID: B-2\nTITLE: Roof\n"
    },
    args: ["barn.sdoc", "--links"],
    code: 0,
    uris: ["barn:B-1", "barn:B-2"],
    says: ["barn.sdoc, line 4: the Parent S-9 is no reference that is stored"]
  },
  {
    name: "several files are one catalogue",
    files: { "a.md": "# A\n\n## W-1: Wall\n\nTall.\n", "b.csv": "id,title\nW-2,Window\n" },
    args: ["a.md", "b.csv", "--catalog", "house@3"],
    code: 0,
    uris: ["house:3/W-1", "house:3/W-2"]
  },
  {
    name: "a folder is one catalogue by its name, in natural order, and the first of two counts",
    files: {
      "barn/part-2.csv": "id,title\nB-2,Beam\n",
      "barn/part-10.csv": "id,title\nB-10,Roof\nB-2,Another beam\n",
      "barn/notes.txt": "not read"
    },
    args: ["barn"],
    code: 5,
    uris: ["barn:B-2", "barn:B-10"],
    says: ["part-10.csv, line 3: barn:B-2 is there already, at ", "part-2.csv, line 2"]
  },
  {
    name: "a pattern takes what it matches",
    files: {
      "r/a1.csv": "id,title\nA-1,Arch\n",
      "r/a2.csv": "id,title\nA-2,Attic\n",
      "r/b.csv": "id,title\nB-1,Bath\n"
    },
    args: ["r/a*.csv", "--catalog", "a@1"],
    code: 0,
    uris: ["a:1/A-1", "a:1/A-2"]
  },
  {
    name: "a file of several that cannot be read loses no other",
    files: { "m/good.csv": "id,title\nG-1,Good\n", "m/wrong.csv": latin1("id,title\nT-1,Türe\n") },
    args: ["m"],
    code: 5,
    uris: ["m:G-1"],
    says: ["wrong.csv, line 2: is not UTF-8", "Use --encoding, such as --encoding windows-1252."]
  },
  {
    name: "a text in another encoding is refused whole, with the flag",
    files: { "tor.csv": latin1("id,title\nT-1,Plain\nT-2,Türe\n") },
    args: ["tor.csv"],
    code: 1,
    uris: [],
    says: ["Use --encoding, such as --encoding windows-1252."]
  },
  {
    name: "--encoding reads it",
    files: { "tor.csv": latin1("id,title\nT-1,Plain\nT-2,Türe\n") },
    args: ["tor.csv", "--encoding", "windows-1252"],
    code: 0,
    uris: ["tor:T-1", "tor:T-2"]
  },
  {
    name: "columns that are called alike are refused, with the flag",
    files: { "alike.csv": "id,Name,name\nN-1,One,Two\n" },
    args: ["alike.csv"],
    code: 1,
    uris: [],
    says: ["Use --columns, such as --columns title=Name."]
  },
  {
    name: "two arrays that would do are named, with the flag",
    files: { "two.json": { rules: [{ id: "R-1", title: "Rail" }], roofs: [{ id: "F-1", title: "Felt" }] } },
    args: ["two.json"],
    code: 1,
    uris: [],
    says: ["$.rules", "$.roofs", "Use --path"]
  },
  {
    name: "--path chooses one",
    files: { "two.json": { rules: [{ id: "R-1", title: "Rail" }], roofs: [{ id: "F-1", title: "Felt" }] } },
    args: ["two.json", "--path", "$.roofs"],
    code: 0,
    uris: ["two:F-1"]
  },
  {
    name: "a mapping is named, with the command that reads it",
    files: { "map.json": { "mapping-collection": { mappings: [] } } },
    args: ["map.json"],
    code: 1,
    uris: [],
    says: ["crosswalk map FILE"]
  },
  {
    name: "--strict writes nothing where a part was not read",
    files: { "yard.md": "## P-1: Pond\n\nA.\n\n## P-2: Pump\n\nB.\n\n## Old well\n\nC.\n" },
    args: ["yard.md", "--strict"],
    code: 1,
    uris: [],
    says: ["1 heading not read in ", "nothing was imported (--strict)"]
  },
  {
    name: "--strict reads a folder twice, and writes it where all is good",
    files: { "s/1.csv": "id,title\nS-1,Step\n", "s/2.csv": "id,title\nS-2,Stair\n" },
    args: ["s", "--strict"],
    code: 0,
    uris: ["s:S-1", "s:S-2"]
  },
  {
    name: "--strict writes nothing of a list where one row of one file is wrong",
    files: { "1.csv": "id,title\nS-1,Step\n", "2.csv": "id,title\n,Stair\n" },
    args: ["1.csv", "2.csv", "--catalog", "s@1", "--strict"],
    code: 1,
    uris: []
  }
]

describe("import accounts for everything", () => {
  it.live.each(rows)("$name", ({ args, code, files, says = [], uris }) =>
    Effect.gen(function* () {
      const { path, run, urisOf } = yield* workshop(files)
      let isValue = false
      const typed = args.map((arg) => {
        const given = isValue ? arg : path(arg)
        isValue = arg.startsWith("--") && arg !== "--strict"
        return given
      })
      const done = yield* run("import", ...typed, "--no-embed")
      expect({ code: done.code, uris: yield* urisOf() }, done.stderr).toEqual({ code, uris })
      for (const text of says) expect(done.stderr).toContain(text)
      if (uris.length === 0) expect(done.stderr).not.toContain("the rest was imported")
    })
  )

  it.live("says with --dry-run what it would do, and makes and changes no database", () =>
    Effect.gen(function* () {
      const { folder, path, run, urisOf } = yield* workshop({
        "a.csv": "id,title\nA,Fence\nB,Gate\n",
        "b.csv": "id,title\nA,High fence\nC,Pond\n",
        "pairs.csv": "source,target\nA,B\n"
      })
      const dry = yield* run("import", path("a.csv"), "--catalog", "yard@1", "--dry-run")
      expect([dry.code, dry.stderr]).toEqual([0, ""])
      expect(dry.stdout).toContain("yard@1: 2 created, 0 updated, 0 unchanged\nNothing was written")
      expect(existsSync(join(folder, "x.db"))).toBe(false)
      yield* run("import", path("a.csv"), "--catalog", "yard@1")
      const args = ["import", path("b.csv"), "--catalog", "yard@1", "--prune", "--dry-run", "--json"]
      expect((yield* run(...args)).json()).toMatchObject({ created: 1, updated: 1, pruned: 1, rehearsed: true })
      expect(yield* urisOf()).toEqual(["yard:1/A", "yard:1/B"])
      const map = ["map", path("pairs.csv"), "--from", "yard@1", "--to", "yard@1", "--dry-run"]
      for (const _ of [1, 2]) expect((yield* run(...map)).stdout).toContain("1 relation created")
    })
  )

  it.live("tells a few one by one, and how many more there are", () =>
    Effect.gen(function* () {
      const sections = Array.from({ length: 30 }, (_, index) => `## Shed ${index}\n\nLocked.\n`).join("\n")
      const ids = Array.from({ length: 31 }, (_, index) => `## S-${index}: Shed\n\nLocked.\n`).join("\n")
      const { path, run } = yield* workshop({ "many.md": `# Many\n\n${ids}\n${sections}` })
      const { code, stderr } = yield* run("import", path("many.md"), "--no-embed")
      expect(code).toBe(5)
      expect(stderr.match(/a heading was not read/gu)).toHaveLength(20)
      expect(stderr).toContain("… and 10 more parts that were not read; --json tells all")
      const { json } = yield* run("import", path("many.md"), "--no-embed", "--json")
      expect(json().unread).toHaveLength(30)
    })
  )

  it.live("removes nothing with --prune where a part was not read", () =>
    Effect.gen(function* () {
      const { folder, path, run, urisOf } = yield* workshop({
        "yard.md": "## P-1: Pond\n\nA.\n\n## P-2: Pump\n\nB.\n\n## P-3: Pipe\n\nC.\n"
      })
      yield* run("import", path("yard.md"), "--no-embed")
      yield* Effect.promise(() =>
        writeFile(join(folder, "yard.md"), "## P-1: Pond\n\nA.\n\n## P-2: Pump\n\nB.\n\n## Pipe\n\nC.\n")
      )
      const { code, stderr } = yield* run("import", path("yard.md"), "--no-embed", "--prune")
      expect({ code, uris: yield* urisOf() }).toEqual({ code: 5, uris: ["yard:P-1", "yard:P-2", "yard:P-3"] })
      expect(stderr).toContain("nothing was pruned")
    })
  )

  it.live("prunes nothing where a heading has lost its identifier, and says which", () =>
    Effect.gen(function* () {
      const text = "## P-1: Pond\n\nA.\n\n## P-2: Pump\n\nB.\n"
      const { folder, path, run, urisOf } = yield* workshop({ "yard.md": text })
      yield* run("import", path("yard.md"), "--no-embed")
      yield* Effect.promise(() => writeFile(join(folder, "yard.md"), text.replace("P-2: ", "")))
      const { code, stderr } = yield* run("import", path("yard.md"), "--no-embed", "--prune")
      expect({ code, uris: yield* urisOf() }).toEqual({ code: 5, uris: ["yard:P-1", "yard:P-2", "yard:pump"] })
      expect(stderr).toContain('("Pump")')
      expect(stderr).toContain("nothing was pruned")
      const told = yield* run("import", path("yard.md"), "--no-embed", "--prune", "--path", "headings")
      expect({ code: told.code, uris: yield* urisOf() }).toEqual({ code: 0, uris: ["yard:P-1", "yard:pump"] })
    })
  )

  it.live("follows a path out of the folder only with --allow-outside", () =>
    Effect.gen(function* () {
      const control = { id: "g-1", title: "Gate", parts: [{ name: "statement", prose: "The gate is shut." }] }
      const metadata = { title: "Yard", version: "1" }
      const { path, run, urisOf } = yield* workshop({
        "catalog.json": { catalog: { metadata, controls: [control] } },
        "base/profile.json": { profile: { metadata, imports: [{ href: "../catalog.json", "include-all": {} }] } },
        "base/absent.json": { profile: { metadata, imports: [{ href: "../nowhere.json", "include-all": {} }] } }
      })
      const refused = yield* run("import", path("base/profile.json"), "--no-embed")
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain("Use --allow-outside.")
      expect(refused.stderr).not.toContain("Put it beside")
      const absent = yield* run("import", path("base/absent.json"), "--no-embed")
      expect(absent.stderr).toContain("Put it beside the profile as nowhere.json")
      expect(absent.stderr).not.toContain("--allow-outside")
      expect((yield* run("import", path("base/profile.json"), "--no-embed", "--allow-outside")).code).toBe(0)
      expect(yield* urisOf()).toEqual(["yard:1/g-1"])
    })
  )
})

describe("map", () => {
  it.live("reads a collection that maps to two catalogues in one run", () =>
    Effect.gen(function* () {
      const map = (id: string) => ({
        relationship: "subset-of",
        sources: [{ type: "control", "id-ref": "A-1" }],
        targets: [{ type: "control", "id-ref": id }]
      })
      const mapping = (href: string, id: string) => ({
        "source-resource": { href: "a.json" },
        "target-resource": { href },
        maps: [map(id)]
      })
      const { path, run } = yield* workshop({
        "a.csv": "id,title\nA-1,Arch\n",
        "b.csv": "id,title\nB-1,Beam\n",
        "c.csv": "id,title\nC-1,Cellar\n",
        "d.csv": "id,title\nD-1,Door\n",
        "other.json": { "mapping-collection": { mappings: [mapping("y.json", "B-1"), mapping("z.json", "C-1")] } },
        "map.json": { "mapping-collection": { mappings: [mapping("b.json", "B-1"), mapping("x/c.json", "C-1")] } }
      })
      for (const name of ["a.csv", "b.csv", "c.csv"]) yield* run("import", path(name), "--no-embed")
      const named = yield* run("map", path("map.json"))
      expect(named).toMatchObject({ code: 0, stdout: expect.stringContaining("2 relations created") })
      yield* run("import", path("d.csv"), "--no-embed")
      const unsaid = yield* run("map", path("other.json"), "--from", "a", "--to", "b")
      expect(unsaid).toMatchObject({ code: 1, stderr: expect.stringContaining("Use --resource") })
      const wrong = yield* run("map", path("map.json"), "--from", "a", "--resource", "b.json")
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("href=catalog") })
      const done = yield* run(
        "map",
        path("map.json"),
        "--from",
        "a",
        "--resource",
        "b.json=b",
        "--resource",
        "c.json=c"
      )
      expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("2 kept as they were decided") })
    })
  )

  it.live("says that nothing was imported where both ends are missing", () =>
    Effect.gen(function* () {
      const { path, run } = yield* workshop({
        "a.csv": "id,title\nA-1,Arch\n",
        "m.csv": latin1("source,target,note\na:X,a:Y,für\n")
      })
      yield* run("import", path("a.csv"), "--no-embed")
      expect((yield* run("map", path("m.csv"))).stderr).toContain("Use --encoding")
      const done = yield* run("map", path("m.csv"), "--encoding", "windows-1252")
      expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing was imported") })
    })
  )
})
