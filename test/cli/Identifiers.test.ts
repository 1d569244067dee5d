import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

const s = `ID,Title,Description,Level,Tags,Owner
AC-2(5),Inactive sessions,Sign out people who have been idle for long.,1,a;b,Kim
V1.2.10,Doors,Doors are closed at night.,1,,Kim
V1.2.3,Gate parser,The grammar of gates is parsed.,2,a,Lee
BR-01,Lamp,Lamps burn all night.,3,,Kim
CVE-2024-1234,Locks,Fix locks quickly.,2,c,Lee
`

/** The same rules in two catalogs, and others. */
const imported = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
  for (const [name, content] of [
    ["s.csv", s],
    ["t.csv", "ID,Title\nBR-01,Lamps\nR-7,Lamps burn"]
  ] as const) {
    yield* Effect.promise(() => writeFile(join(folder, name), content))
    expect((yield* run("import", join(folder, name))).code).toBe(0)
  }
  return run
})

describe("an identifier on the command line", () => {
  it.effect("is found first by search, with the reason on --explain, and begins a list", () =>
    Effect.gen(function* () {
      const run = yield* imported
      for (const mode of ["keyword", "hybrid"]) {
        for (const [query, uri] of [
          ["AC-2(5)", "s:AC-2(5)"],
          ["v1.02.3", "s:V1.2.3"],
          ["CVE-2024-1234", "s:CVE-2024-1234"]
        ] as const) {
          const found = yield* run("search", query, "--mode", mode, "--limit", "1", "--json")
          expect(found.json()).toMatchObject({ hits: [{ uri, explanation: { identifier: { rank: 1 } } }] })
        }
      }
      expect((yield* run("search", "BR-01", "--explain")).stdout).toContain("identifier: 1.000")
      const listed = (yield* run("search", "V1.2.", "--mode", "keyword")).stdout
      expect(listed.indexOf("s:V1.2.3")).toBeLessThan(listed.indexOf("s:V1.2.10"))
      expect((yield* run("list", "--catalog", "s")).stdout).toMatch(/s:V1\.2\.3[^]*s:V1\.2\.10/u)
    })
  )

  it.effect("names the reference that get, similar, suggest, relate and decide are about", () =>
    Effect.gen(function* () {
      const run = yield* imported
      expect((yield* run("get", "ac-02.5", "--json")).json()).toMatchObject({
        uri: "s:AC-2(5)",
        identifier: "AC-2(5)",
        role: "requirement"
      })
      expect((yield* run("get", "AC-2(5)")).stdout).toContain("known as  AC-2(5)")
      expect((yield* run("similar", "r7", "--json")).json()).toMatchObject({ uri: "t:R-7" })
      expect((yield* run("suggest", "R-7", "s", "--dry-run", "--json")).json()).toMatchObject({ source: "t:R-7" })
      expect((yield* run("relate", "R-7", "AC-2(5)", "--json")).json()).toMatchObject({
        sources: ["t:R-7"],
        targets: ["s:AC-2(5)"]
      })
      expect((yield* run("decide", "r-7", "V1.2.3", "--as", "subset")).code).toBe(0)
      expect((yield* run("get", "R-7")).stdout).toContain("→ subset s:V1.2.3")
      expect((yield* run("relate", "R-7", "AC-2(5)", "--remove")).code).toBe(0)
    })
  )

  it.effect("fails with the candidates where it is that of several, or of none", () =>
    Effect.gen(function* () {
      const run = yield* imported
      const several = yield* run("get", "BR-01")
      expect(several.code).toBe(1)
      expect(several.stderr).toContain("BR-01: 2 references are called so")
      expect(several.stderr).toContain("s:BR-01, t:BR-01")
      const none = yield* run("get", "V1.2")
      expect(none.code).toBe(3)
      expect(none.stderr).toContain("s:V1.2.3, s:V1.2.10")
    })
  )
})
