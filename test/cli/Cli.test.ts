import { readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

const rows = [
  {
    id: "A",
    title: "Hashed passwords",
    description: "Passwords are stored as slow hashes.",
    type: "rule",
    tags: ["auth"]
  },
  { id: "B", title: "Session timeout", description: "Idle sessions end.", type: "rule", tags: ["auth", "web"] },
  { id: "C", title: "Logging", description: "Sign-ins are logged.", type: "control" }
]

/** A folder with a catalogue of three, and the command line on a database there. */
const imported = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const db = join(folder, "x.db")
  const write = (name: string, content: unknown) =>
    Effect.as(
      Effect.promise(() =>
        writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
      ),
      join(folder, name)
    )
  const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", db)
  const file = yield* write("rules.json", { catalog: "rules@1", references: rows })
  expect((yield* run("import", file, "--json")).json()).toMatchObject({ created: 3, embedded: 3 })
  return { db, file, folder, run, write }
})

describe("import", () => {
  it.effect("tells what it did in a stable shape, and changes nothing the second time", () =>
    Effect.gen(function* () {
      const { file, run } = yield* imported
      const again = yield* run("import", file, "--json")
      expect(again.code).toBe(0)
      expect(again.stderr).toBe("")
      expect(again.json()).toEqual({
        catalog: "rules@1",
        format: "json",
        created: 0,
        updated: 0,
        unchanged: 3,
        headings: 0,
        guidance: 0,
        missing: 0,
        pruned: 0,
        withdrawn: 0,
        embedded: 0,
        cut: 0,
        failed: [],
        unread: [],
        warnings: [],
        rehearsed: false
      })
    })
  )

  it.effect("keeps the good rows of a file, tells where the bad ones are and ends with 5", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const file = yield* write("some.csv", "id,title\n1,One\n2,\n3,Three\n")
      const text = yield* run("import", file, "--catalog", "some@1")
      expect(text.code).toBe(5)
      expect(text.stderr).toContain("some.csv, line 3")
      const json = yield* run("import", file, "--catalog", "some@1", "--json")
      expect(json.code).toBe(5)
      expect(json.json()).toMatchObject({ unchanged: 2, failed: [{ at: expect.stringContaining("line 3") }] })
      expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 5, type: "PartlyFailed" } })
    })
  )

  it.effect("writes nothing with --strict unless every row is good", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const bad = yield* write("bad.csv", "id,title\n1,One\n2,\n")
      const refused = yield* run("import", bad, "--catalog", "strict@1", "--strict", "--json")
      expect(refused.code).toBe(1)
      expect(refused.json()).toMatchObject({ created: 0, failed: [{ at: "line 3, title" }] })
      expect((yield* run("list", "--catalog", "strict@1", "--json")).json()).toEqual({ references: [] })
      const good = yield* write("good.csv", "id,title\n1,One\n2,Two\n")
      expect((yield* run("import", good, "--catalog", "strict@1", "--strict", "--json")).json()).toMatchObject({
        created: 2
      })
    })
  )

  it.effect("counts what the source no longer has, and removes it with --prune", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const file = yield* write("fewer.json", { catalog: "rules@1", references: rows.slice(0, 1) })
      expect((yield* run("import", file, "--json")).json()).toMatchObject({ unchanged: 1, missing: 2, pruned: 0 })
      expect((yield* run("import", file, "--prune", "--json")).json()).toMatchObject({ missing: 2, pruned: 2 })
      expect((yield* run("import", file, "--json")).json()).toMatchObject({ missing: 0 })
      expect((yield* run("get", "rules:1/B")).code).toBe(3)
    })
  )

  it.effect("prunes what a person decided on only by --force", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      expect((yield* run("relate", "rules:1/C", "rules:1/A")).code).toBe(0)
      const file = yield* write("fewer.json", { catalog: "rules@1", references: rows.slice(0, 1) })
      const kept = yield* run("import", file, "--prune", "--json")
      expect(kept.code).toBe(5)
      expect(kept.json()).toMatchObject({ missing: 2, pruned: 1, failed: [{ at: "rules:1/C" }] })
      const forced = yield* run("import", file, "--prune", "--force", "--json")
      expect(forced.code).toBe(0)
      expect(forced.json()).toMatchObject({ missing: 1, pruned: 1 })
    })
  )

  it.effect("does not prune where a row could not be read, or where there is none", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const broken = yield* write("broken.json", { catalog: "rules@1", references: [rows[0], { id: "B" }] })
      expect((yield* run("import", broken, "--prune", "--json")).json()).toMatchObject({ missing: 2, pruned: 0 })
      const empty = yield* write("empty.json", { catalog: "rules@1", references: [] })
      for (const force of [[], ["--force"]]) {
        const refused = yield* run("import", empty, "--prune", ...force, "--json")
        expect(refused.code).toBe(1)
        expect(refused.stderr).toContain("empty.json")
      }
      expect((yield* run("list", "--json")).json().references).toHaveLength(3)
    })
  )

  it.effect("takes columns by other names, also with commas in them", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const file = yield* write("mine.csv", 'key,"name, short"\nK-1,First\n')
      const done = yield* run("import", file, "--catalog", "mine@1", "--columns", "id=key,title=name, short", "--json")
      expect(done.json()).toMatchObject({ created: 1 })
      expect((yield* run("get", "mine:1/K-1", "--json")).json()).toMatchObject({ title: "First" })
      const wrong = yield* run("import", file, "--columns", "titel=name")
      expect(wrong.code).toBe(2)
      expect(wrong.stderr).toContain("entityType")
    })
  )

  it.effect("saves without embeddings, which embed makes later", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const file = yield* write("more.csv", "id,title\n1,One\n2,Two\n")
      expect((yield* run("import", file, "--catalog", "more@1", "--no-embed", "--json")).json()).toMatchObject({
        created: 2,
        embedded: 0
      })
      expect((yield* run("embed", "--json")).json()).toEqual({ updated: 2, skipped: 3, failed: [] })
      expect((yield* run("embed", "--force", "--json")).json()).toEqual({ updated: 5, skipped: 0, failed: [] })
    })
  )
})

describe("search and similar", () => {
  it.effect("gives hits in a stable shape, by meaning and by keyword", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      for (const mode of ["semantic", "keyword"]) {
        const { hits } = (yield* run("search", "slow password hashes", "--mode", mode, "--json")).json()
        expect(hits[0]).toEqual({
          uri: "rules:1/A",
          title: "Hashed passwords",
          score: expect.any(Number),
          entityType: "rule",
          description: "Passwords are stored as slow hashes.",
          tags: ["auth"],
          catalog: "rules@1",
          identifier: "A",
          role: "requirement",
          relevance: expect.any(Number),
          explanation: expect.any(Object)
        })
      }
      const { hits } = (yield* run("similar", "rules:1/A", "--json")).json()
      expect(hits.map((hit: { uri: string }) => hit.uri).sort()).toEqual(["rules:1/B", "rules:1/C"])
    })
  )

  it.effect("filters by catalog, type and every tag", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const uris = (...flags: ReadonlyArray<string>) =>
        Effect.map(run("search", "rules", "--json", ...flags), (ran) =>
          ran
            .json()
            .hits.map((hit: { uri: string }) => hit.uri)
            .sort()
        )
      expect(yield* uris("--type", "control")).toEqual(["rules:1/C"])
      expect(yield* uris("--tag", "auth", "--tag", "web")).toEqual(["rules:1/B"])
      expect(yield* uris("--catalog", "other@1")).toEqual([])
      expect(yield* uris("--limit", "0")).toEqual([])
    })
  )

  it.effect("says on stderr that nothing was found, unless quiet", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const none = yield* run("search", "zzz", "--mode", "keyword")
      expect(none).toMatchObject({ code: 0, stdout: "", stderr: "Nothing was found.\n" })
      expect((yield* run("search", "zzz", "--mode", "keyword", "--quiet")).stderr).toBe("")
    })
  )

  it.effect("refuses a blank query and a limit that is none with 2", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      expect((yield* run("search", " ")).code).toBe(2)
      for (const limit of ["-1", "1.5", "many"]) {
        const ran = yield* run("search", "x", "--limit", limit)
        expect(ran.code).toBe(2)
        expect(ran.stderr).toContain("limit")
      }
    })
  )
})

describe("get, list, remove and relate", () => {
  it.effect("shows a reference with its relations both ways", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const relation = yield* run(
        "relate",
        "rules:1/A",
        "rules:1/B",
        "--type",
        "subset",
        "--confidence",
        "0.5",
        "--by",
        "Ada",
        "--json"
      )
      expect(relation.json()).toMatchObject({
        type: "subset",
        confidence: 0.5,
        status: "accepted",
        provenance: { by: "Ada" }
      })
      expect((yield* run("get", "rules:1/A", "--json")).json()).toMatchObject({
        uri: "rules:1/A",
        relations: { outgoing: [{ targets: ["rules:1/B"] }], incoming: [] }
      })
      expect((yield* run("get", "rules:1/B")).stdout).toContain("← subset rules:1/A")
      const { decisions } = (yield* run("review", "--log", "--json")).json()
      expect(decisions).toMatchObject([
        { sources: ["rules:1/A"], by: "Ada", after: { type: "subset", confidence: 0.5 } }
      ])
      expect((yield* run("relate", "rules:1/A", "rules:1/B", "--type", "subset", "--remove")).code).toBe(0)
      expect((yield* run("relate", "rules:1/A", "rules:1/B", "--type", "subset", "--remove")).code).toBe(3)
    })
  )

  it.effect("refuses a relation to nothing with 3, and a wrong confidence or type with 2", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      expect((yield* run("relate", "rules:1/A", "rules:1/none")).code).toBe(3)
      expect((yield* run("decide", "rules:1/A", "rules:1/none")).code).toBe(3)
      expect((yield* run("relate", "rules:1/A", "rules:1/B", "--confidence", "1.1")).code).toBe(2)
      expect((yield* run("relate", "rules:1/A", "rules:1/B", "--type", "likes")).code).toBe(2)
    })
  )

  it.effect("lists by URI, as text and as JSON", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      expect((yield* run("list")).stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([
        "rules:1/A",
        "rules:1/B",
        "rules:1/C",
        ""
      ])
      expect((yield* run("list", "--limit", "2", "--json")).json().references).toHaveLength(2)
      expect((yield* run("ls", "--type", "none", "--json")).json()).toEqual({ references: [] })
    })
  )

  it.effect("removes what nobody decided on; the rest by --force", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      yield* run("relate", "rules:1/A", "rules:1/B")
      const refused = yield* run("remove", "rules:1/A")
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain("--force")
      expect((yield* run("remove", "rules:1/A", "--force", "--json")).json()).toEqual({
        uri: "rules:1/A",
        removed: true
      })
      expect((yield* run("remove", "rules:1/A")).code).toBe(3)
    })
  )
})

describe("a file that is written", () => {
  it.effect("clears what a killed one left, and leaves nothing", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* imported
      // No process has this number.
      yield* write(".out.csv.4194999-abc.crosswalk-part", "half")
      const path = join(folder, "out.csv")
      expect((yield* run("export", "-o", path)).code).toBe(0)
      expect((yield* run("export", "-o", join(folder, "none", "out.csv"))).code).toBe(1)
      expect((yield* run("export", "-o", folder, "--format", "csv")).code).toBe(1)
      const names = yield* Effect.promise(() => readdir(folder))
      expect(names.filter((name) => name.startsWith("."))).toEqual([])
    })
  )
})

describe("status, doctor and model", () => {
  it.effect("tells which database is used, also where there is none yet", () =>
    Effect.gen(function* () {
      const { db, folder, run } = yield* imported
      expect((yield* run("status", "--json")).json()).toEqual({
        database: { url: db, kind: "file", from: "--db", file: null, exists: true },
        references: 3,
        catalogs: [{ id: "rules@1", references: 3, embedded: 3 }],
        embeddings: { fresh: 3, missing: 0, otherModel: 0 },
        cutTexts: { count: 0, unknown: 3, maxLength: Number.MAX_SAFE_INTEGER, longest: [] },
        foreign: [],
        moved: { gone: 0, other: 0, unknown: 0, reworded: 0 },
        model: { id: "deterministic", dimensions: 384, fingerprint: "deterministic-1-384" }
      })
      yield* Effect.promise(() => writeFile(join(folder, "crosswalk.json"), '{"db": "none.db"}'))
      const other = yield* crosswalk(folder)("status", "--json")
      expect(other.json().database).toEqual({
        url: join(folder, "none.db"),
        kind: "file",
        from: "crosswalk.json",
        file: join(folder, "crosswalk.json"),
        exists: false
      })
      expect((yield* crosswalk(folder)("search", "x")).code).toBe(3)
    })
  )

  it.effect("says how many accepted relations rest on what has moved, and what tells more", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      yield* run("relate", "rules:1/C", "rules:1/A")
      expect((yield* run("status")).stdout).not.toContain("moved")
      const changed = rows.map((row, i) => (i === 0 ? { ...row, title: "Another rule" } : row))
      yield* run("import", yield* write("rules.json", { catalog: "rules@1", references: changed }), "--no-embed")
      const { stdout } = yield* run("status")
      expect(stdout).toContain("Accepted relations: 1 of another text.")
      expect(stdout).toContain("Run 'crosswalk lint'")
      expect((yield* run("status", "--json")).json().moved).toEqual({ gone: 0, other: 0, unknown: 0, reworded: 1 })
    })
  )

  it.effect("calls a sound database sound", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const { checks, sound } = (yield* run("doctor", "--json")).json()
      expect(sound).toBe(true)
      const statuses = checks.map((check: { status: string }) => check.status)
      // Nobody knows which languages the deterministic embedder was made for.
      expect(statuses).toEqual(checks.map(({ name }: { name: string }) => (name === "languages" ? "skipped" : "ok")))
    })
  )

  it.effect("names the way out where the model was not made for the language of a catalogue", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const file = yield* write("regeln.json", [
        { id: "1", title: "Passwörter werden mit einem langsamen Verfahren und einem Salt gespeichert." },
        { id: "2", title: "Die Anwendung muss alle Daten bei der Übertragung verschlüsseln." }
      ])
      yield* run("import", file, "--catalog", "regeln@1", "--no-embed")
      for (const command of ["status", "doctor"]) {
        const { code, stdout } = yield* run(command, "--embedder", "transformers")
        expect(code).toBe(0)
        expect(stdout).toContain("was made for English")
        expect(stdout).toContain("those of regeln@1 in German")
        expect(stdout).toContain("Name a multilingual model with --model: its folder")
      }
      const status = yield* run("status", "--json", "--embedder", "transformers")
      expect(status.json().foreign).toEqual([{ catalog: "regeln@1", language: "de" }])
      expect((yield* run("status")).stdout).not.toContain("German")
    })
  )

  it.effect("tells which text is not UTF-8, in doctor and in what reads it", () =>
    Effect.gen(function* () {
      const { db, run } = yield* imported
      const damage = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`UPDATE crosswalk_reference SET title = CAST(x'70ff71' AS TEXT) WHERE uri = 'rules:1/A'`
      )
      yield* Effect.provide(damage, LibsqlClient.layer({ url: db }))
      for (const args of [["list"], ["export"], ["search", "passwords", "--mode", "keyword"], ["doctor"]]) {
        const { code, stderr, stdout } = yield* run(...args)
        expect(code, args[0]).toBe(1)
        expect(`${stdout}${stderr}`).toContain("title of the reference rules:1/A cannot be read")
      }
    })
  )

  it.effect("shows the model", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      expect((yield* run("model", "--json")).json()).toMatchObject({ id: "deterministic", folder: null })
      expect((yield* run("model", "--json", "--embedder", "transformers")).json()).toMatchObject({
        id: "Xenova/all-MiniLM-L6-v2",
        dimensions: 384,
        dtype: "q8",
        bytes: expect.any(Number)
      })
    })
  )
})

describe("the command line", () => {
  it.effect("suggests the nearest flag or command, exits with 2 and keeps stdout empty", () =>
    Effect.gen(function* () {
      const run = crosswalk(yield* temporaryFolder)
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [["serach", "x"], "Did you mean search?"],
        [["search", "--limt", "3", "x"], "Did you mean --limit?"],
        [["search", "--jsno", "x"], "Did you mean --json?"],
        [["import", "x", "--catalogue", "a"], "Did you mean --catalog?"],
        [["nonsense"], "There are import"],
        [["search"], "query"],
        [["get", "a", "b"], '"b"'],
        [["search", "x", "--mode", "telepathy"], "keyword"]
      ]
      for (const [args, said] of cases) {
        const ran = yield* run(...args)
        expect(ran.code).toBe(2)
        expect(ran.stdout).toBe("")
        expect(ran.stderr).toContain(said)
      }
    })
  )

  it.effect("tells errors as JSON where JSON was asked for", () =>
    Effect.gen(function* () {
      const run = crosswalk(yield* temporaryFolder)
      const usage = yield* run("search", "--json", "--limt", "3", "x")
      expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: 2, type: "UsageError" } })
      const missing = yield* run("get", "x", "--json", "--db", "/nonexistent/x.db")
      expect(JSON.parse(missing.stderr)).toMatchObject({ error: { code: 3, type: "NotFoundError" } })
      const unknown = yield* run("search", "x", "--embedder", "psychic", "--db", ":memory:", "--json")
      expect(JSON.parse(unknown.stderr)).toMatchObject({ error: { code: 2, type: "ValidationError" } })
    })
  )

  it.effect("prints control characters of data and errors as escapes", () =>
    Effect.gen(function* () {
      const { run, write } = yield* imported
      const title = "\u001b]0;owned\u0007\u009b31mred\u202e"
      const file = yield* write("evil.json", [{ id: "E\u001b[2J", title, description: `x\n${title}` }])
      yield* run("import", file, "--catalog", "evil@1")
      const outputs = yield* Effect.all([
        run("search", "owned", "--mode", "keyword"),
        run("search", "owned", "--mode", "keyword", "--json"),
        run("list"),
        run("list", "--json"),
        run("get", "evil:1/E\u001b[2J"),
        run("get", "\u001b[31mnot there"),
        run("serach\u001b[31m")
      ])
      for (const { stderr, stdout } of outputs) {
        // oxlint-disable-next-line eslint/no-control-regex
        expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u)
      }
      expect(outputs[1].json().hits[0].title).toBe(title)
    })
  )

  it.effect("shows help on stdout and exits with 0", () =>
    Effect.gen(function* () {
      const run = crosswalk(yield* temporaryFolder)
      for (const args of [[], ["--help"], ["search", "--help"]]) {
        const ran = yield* run(...args)
        expect(ran.code).toBe(0)
        expect(ran.stderr).toBe("")
        expect(ran.stdout).toContain("USAGE")
      }
    })
  )
})
