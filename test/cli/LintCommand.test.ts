import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { workspace } from "./run.ts"

const catalog = (id: string, ids: ReadonlyArray<string>) =>
  JSON.stringify({ catalog: id, references: ids.map((id) => ({ id, title: `Rule ${id}` })) })

/** Two catalogs in a database of their own. */
const imported = Effect.gen(function* () {
  const { folder, run, write } = yield* workspace
  yield* run("import", yield* write("o.json", catalog("ours@1", ["R-10", "R-20"])), "--no-embed")
  yield* run("import", yield* write("t.json", catalog("theirs@1", ["PO.3.1", "PO.3.2"])), "--no-embed")
  const lint = (...args: ReadonlyArray<string>) => run("lint", ...args)
  return { folder, lint, run, write }
})

const ends = ["--from", "ours@1", "--to", "theirs@1"]

describe("lint", () => {
  it.effect("names what is wrong in a file with the line, and ends with 1", () =>
    Effect.gen(function* () {
      const { folder, lint, write } = yield* imported
      const file = yield* write("pairs.csv", "source,target,type\nR-10,PO.3.1,equal\nR-20,P0.3.2,equal\n")
      const sarif = join(folder, "lint.sarif")
      const { code, stderr, stdout } = yield* lint(file, ...ends, "-o", sarif)
      expect(code).toBe(1)
      expect(stdout).toContain(
        "error    look-alike  line 3: P0.3.2 is no identifier of theirs@1: PO.3.2 is, and P0.3.2 has the digit 0 where that has the letter O."
      )
      expect(stderr).toContain("1 finding in ")
      expect(stderr).toContain("(--fail-on error)")
      const log = JSON.parse(yield* Effect.promise(() => readFile(sarif, "utf8")))
      expect(log.runs[0].results).toMatchObject([
        { ruleId: "look-alike", locations: [{ physicalLocation: { region: { startLine: 3 } } }] }
      ])
      const never = yield* lint(file, ...ends, "--fail-on", "never", "--json")
      expect(never.code).toBe(0)
      expect(never.json()).toMatchObject({
        format: "csv",
        relations: 2,
        errors: 1,
        findings: [{ rule: "look-alike", remedy: { action: "chooseOne", values: ["theirs:1/PO.3.2"] } }]
      })
    })
  )

  it.effect("checks what is stored, fails from the severity on that is said, and changes nothing", () =>
    Effect.gen(function* () {
      const { lint, run } = yield* imported
      expect(yield* lint()).toMatchObject({ code: 0, stdout: "0 relations: 0 errors, 0 warnings, 0 hints\n" })
      yield* run("decide", "ours:1/R-10", "theirs:1/PO.3.1", "--as", "equal")
      yield* run("decide", "ours:1/R-10", "theirs:1/PO.3.2", "--as", "equal")
      const before = yield* run("status", "--json")
      const found = yield* lint("--from", "ours@1")
      expect(found).toMatchObject({ code: 0, stderr: "" })
      expect(found.stdout).toContain("2 relations: 0 errors, 1 warning, 0 hints")
      expect((yield* lint("--fail-on", "warning")).code).toBe(1)
      expect((yield* lint("--from", "nowhere@1")).code).toBe(3)
      expect((yield* lint("-o", "x.pdf")).code).toBe(2)
      expect((yield* lint("nothing.csv")).code).toBe(3)
      expect((yield* run("status", "--json")).stdout).toBe(before.stdout)
    })
  )
})
