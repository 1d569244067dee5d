import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { workspace } from "./run.ts"

const entry = (id: string, description: string) => ({ id, title: `Rule ${id}`, description, type: "rule" })

/** Two catalogs on a database of their own, with suggestions between them. */
const suggested = Effect.gen(function* () {
  const { folder, run, write } = yield* workspace
  const ours = [
    entry("1", "Passwords are hashed."),
    entry("2", "Idle sessions end."),
    entry("3", "Sign-ins are logged.")
  ]
  const theirs = [entry("A", "Stored passwords are hashed slowly."), entry("B", "Sessions end when idle.")]
  yield* run("import", yield* write("ours.json", JSON.stringify({ catalog: "ours@1", references: ours })))
  yield* run("import", yield* write("theirs.json", JSON.stringify({ catalog: "theirs@1", references: theirs })))
  const found = yield* run("suggest", "ours@1", "theirs@1", "--limit", "2", "--json")
  expect(found.code).toBe(0)
  return { folder, found, run, write, ours }
})

describe("suggest", () => {
  it.effect("stores suggestions for the review, and nothing with --dry-run", () =>
    Effect.gen(function* () {
      const { found, run } = yield* suggested
      const { calibration, references, stored } = found.json()
      expect(references.map((one: { uri: string }) => one.uri)).toEqual(["ours:1/1", "ours:1/2", "ours:1/3"])
      expect(references[0].suggestions[0].uri).toBe("theirs:1/A")
      expect(stored).toMatchObject({ saved: 6, kept: 0 })
      expect(calibration).toMatchObject({ name: expect.stringContaining("ASVS"), matches: false })
      yield* run("review", "--reject")
      const again = yield* run("suggest", "ours:1/1", "theirs@1", "--dry-run")
      expect(again.code).toBe(0)
      expect(again.stdout).toContain("not calibrated for these catalogues yet; review a sample of 30")
      expect(again.stdout).toContain("crosswalk review ours@1 theirs@1 --sample 30")
      expect(again.stdout).not.toMatch(/1\.00/u)
      expect((yield* run("review", "--json")).json().relations).toEqual([])
      expect((yield* run("suggest", "ours@1", "theirs@1", "--json")).json().stored).toMatchObject({ saved: 0, kept: 6 })
      expect((yield* run("suggest", "ours@1", "nowhere")).code).toBe(3)
    })
  )
})

describe("review", () => {
  it.effect("lists what is open, as lines and as JSON with both texts", () =>
    Effect.gen(function* () {
      const { run } = yield* suggested
      const lines = yield* run("review", "ours@1", "theirs@1")
      const shown = lines.stdout.trim().split("\n")
      expect(shown.filter((line) => / implements /u.test(line))).toHaveLength(6)
      expect(shown).toHaveLength(18)
      expect(lines.stderr).toContain("6 relations")
      expect(lines.stderr).toContain("not calibrated for these catalogues yet; review a sample of 30")
      const { relations } = (yield* run("review", "--uri", "ours:1/2", "--json")).json()
      expect(relations).toHaveLength(2)
      expect(relations[0]).toMatchObject({
        relation: { sources: ["ours:1/2"], targets: ["theirs:1/B"], status: "suggested" },
        sources: [{ description: "Idle sessions end." }],
        version: expect.stringMatching(/^v[0-9a-f]{12}$/u)
      })
    })
  )

  it.effect("decides by filter, tells the step, and takes it back", () =>
    Effect.gen(function* () {
      const { run } = yield* suggested
      const { relations } = (yield* run("review", "--json")).json()
      const best = Math.max(...relations.map((one: { relation: { confidence: number } }) => one.relation.confidence))
      const accept = ["review", "ours@1", "theirs@1", "--min-confidence", String(best), "--accept", "--by", "Ann"]
      const refused = yield* run(...accept)
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("Run 'crosswalk review ours@1 theirs@1 --sample 30', or use --force")
      })
      const accepted = yield* run(...accept, "--force", "--json")
      expect(accepted.code).toBe(0)
      expect(accepted.json()).toMatchObject({ step: 1, unchanged: 0, refused: [], decided: [{ by: "Ann" }] })
      expect((yield* run("review", "--log", "--json")).json().decisions).toHaveLength(1)
      expect((yield* run("review", "--undo")).stdout).toContain("Taken back: 1 decision")
      expect((yield* run("review", "--json")).json().relations).toHaveLength(6)
      const log = yield* run("review", "--log")
      expect(log.stdout).toContain("(takes back 1)")
    })
  )

  it.effect("draws a sample, also for a spreadsheet, and says what precision it bears", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* suggested
      const { calibrations, relations } = (yield* run("review", "ours@1", "theirs@1", "--sample", "2", "--json")).json()
      expect(relations).toHaveLength(2)
      expect(calibrations).toMatchObject([
        { from: "ours@1", to: "theirs@1", decisions: 0, needed: 25, isCalibrated: false }
      ])
      const file = join(folder, "sample.csv")
      expect((yield* run("review", "ours@1", "theirs@1", "--sample", "2", "--export", file)).code).toBe(0)
      const text = yield* Effect.promise(() => readFile(file, "utf8"))
      expect(text).toContain(",order,sample,")
      yield* Effect.promise(() => writeFile(file, text.replaceAll(/^,/gmu, "reject,")))
      const { decided } = (yield* run("review", "--import", file, "--json")).json()
      expect(decided).toMatchObject([{ chosen: "sample" }, { chosen: "sample" }])
      const again = (yield* run("review", "ours@1", "theirs@1", "--sample", "3", "--json")).json()
      expect(again.relations).toHaveLength(1)
      expect(again.calibrations).toMatchObject([{ decisions: 2, right: 0 }])
      const refused = yield* run("review", "ours@1", "theirs@1", "--accept", "--min-precision", "0.95")
      expect(refused.code).toBe(2)
      expect(refused.stderr).toMatch(/at least \d+ more .* only 1 first proposals are left/u)
      expect((yield* run("review", "--sample", "2")).code).toBe(2)
      expect((yield* run("review", "ours@1", "theirs@1", "--sample", "2", "--accept")).code).toBe(2)
    })
  )

  it.effect("goes through a spreadsheet and back, and tells which rows changed meanwhile", () =>
    Effect.gen(function* () {
      const { folder, ours, run, write } = yield* suggested
      const file = join(folder, "open.csv")
      expect((yield* run("review", "--export", file)).code).toBe(0)
      const text = yield* Effect.promise(() => readFile(file, "utf8"))
      const edited = text
        .split("\r\n")
        .map((line, i) => (i === 0 || line === "" ? line : line.replace(/^,/u, "accept,")))
        .join("\r\n")
      yield* write(
        "open.csv",
        `\uFEFF${edited.replaceAll(/^accept,implements,(.*theirs:1\/B)/gmu, "reject,implements,$1")}nonsense,,,,,,,,,,,\r\n`
      )
      const changed = [{ ...ours[0], description: "Passwords are kept in the clear." }, ...ours.slice(1)]
      yield* run("import", yield* write("ours.json", JSON.stringify({ catalog: "ours@1", references: changed })))
      const imported = yield* run("review", "--import", file, "--by", "Bob", "--json")
      expect(imported.code).toBe(5)
      const { decided, problems, refused } = imported.json()
      expect(
        decided
          .map((one: { sources: Array<string>; after: { status: string } }) => `${one.sources[0]} ${one.after.status}`)
          .sort()
      ).toEqual(["ours:1/2 accepted", "ours:1/2 rejected", "ours:1/3 accepted", "ours:1/3 rejected"])
      expect(
        refused.map((one: { sources: Array<string>; problem: string }) => [one.sources[0], one.problem.slice(0, 29)])
      ).toEqual([
        ["ours:1/1", "it has changed since it was r"],
        ["ours:1/1", "it has changed since it was r"]
      ])
      expect(problems[0]).toMatchObject({ at: expect.stringContaining("line 8, decision") })
      expect((yield* run("review", "--import", file, "--json")).json()).toMatchObject({ decided: [], unchanged: 4 })
      expect((yield* run("review", "--import", join(folder, "none.csv"))).code).toBe(3)
    })
  )

  it.effect("reads a spreadsheet in another encoding where it is told, and nothing of it where it is not", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* suggested
      const file = join(folder, "open.csv")
      const rows = [
        "decision,type,sources,targets,note",
        "accept,,ours:1/1,theirs:1/A,",
        "reject,,ours:1/2,theirs:1/B,für"
      ]
      yield* Effect.promise(() => writeFile(file, rows.join("\n"), "latin1"))
      const refused = yield* run("review", "--import", file)
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Use --encoding, such as") })
      expect((yield* run("review", "--log", "--json")).json()).toEqual({ decisions: [] })
      const done = yield* run("review", "--import", file, "--encoding", "windows-1252", "--json")
      expect(done.json()).toMatchObject({ decided: [{}, { note: "für" }], problems: [], refused: [] })
    })
  )

  it.effect("lists decisions on texts that have changed, also after an import", () =>
    Effect.gen(function* () {
      const { ours, run, write } = yield* suggested
      yield* run("decide", "ours:1/1", "theirs:1/A", "--as", "equal", "--by", "Ann", "--note", "same")
      const changed = [{ ...ours[0], description: "Passwords are kept in the clear." }, ...ours.slice(1)]
      yield* run("import", yield* write("ours.json", JSON.stringify({ catalog: "ours@1", references: changed })))
      const { relations } = (yield* run("review", "--needs-review", "--json")).json()
      expect(relations).toMatchObject([
        { relation: { type: "equal", status: "accepted", needsReview: true, provenance: { by: "Ann", note: "same" } } }
      ])
    })
  )

  it.effect("asks for one thing at a time, in ranges and catalogs that there are", () =>
    Effect.gen(function* () {
      const { run } = yield* suggested
      expect((yield* run("review", "--undo", "--log")).code).toBe(2)
      expect((yield* run("review", "--min-confidence", "2", "--accept")).code).toBe(2)
      expect((yield* run("review", "nowhere", "--accept")).code).toBe(3)
      const missing = yield* run("decide", "ours:1/1", "theirs:1/Z")
      expect(missing.code).toBe(3)
      expect(missing.stderr).toContain("theirs:1/Z")
    })
  )
})
