import { existsSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Documents from "../../src/cli/Documents.ts"
import { endings, ExportFormat } from "../../src/report/ExportFormat.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

describe("the ending of a file", () => {
  it.effect("is one of the format's, or leaves open what it is", () =>
    Effect.gen(function* () {
      const all = [...new Set([...Object.values(endings).flat(), "xls", "html", "pdf", "png", "gz", "old"])]
      for (const format of ExportFormat.literals) {
        const taken: Array<string> = []
        for (const ending of all) {
          const result = yield* Effect.result(
            Documents.requireEnding("--output", `a/b.c/x@1.2.${ending.toUpperCase()}`, format, endings[format])
          )
          if (result._tag === "Success") taken.push(ending)
        }
        expect(taken.sort()).toEqual([...endings[format]].sort())
        for (const path of ["x", "x.txt", "a.xlsx/x", "asvs@5.0.0", "/dev/stdout", undefined]) {
          yield* Documents.requireEnding("--output", path, format, endings[format])
        }
      }
    })
  )

  it.live("that says something else is refused by every command that writes a file, before anything is written", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const at = (name: string) => join(folder, name)
      const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", at("x.db"))
      for (const name of ["a", "b"]) {
        yield* Effect.promise(() => writeFile(at(`${name}.csv`), `id,title\n${name}-1,Doors\n${name}-2,Keys\n`))
        expect((yield* run("import", at(`${name}.csv`), "--catalog", `${name}@1`, "--no-embed")).code).toBe(0)
      }
      expect((yield* run("relate", "a:1/a-1", "b:1/b-1", "--type", "equal")).code).toBe(0)
      const relations = ["export", "--relations", "--from", "a@1", "--to", "b@1"]
      const refused = [
        [...relations, "--format", "oscal", "-o", at("y.xlsx")],
        [...relations, "--format", "sssom", "-o", at("y.csv")],
        [...relations, "--format", "strm", "--bom", "-o", at("y.xlsx")],
        [...relations, "-o", at("y.xlsx")],
        ["export", "--catalog", "a@1", "--format", "csv", "-o", at("y.json")],
        ["graph", "a@1", "b@1", "-o", at("y.png")],
        ["graph", "a@1", "b@1", "--format", "dot", "-o", at("y.svg")],
        ["diff", "a@1", "b@1", "--method", "keyword", "-o", at("y.csv")],
        ["review", "a@1", "b@1", "--export", at("y.xlsx")]
      ]
      for (const args of refused) {
        const { code, stderr } = yield* run(...args)
        expect({ args, code, stderr: /^crosswalk: --(?:output|export|bom)/u.test(stderr) }).toEqual({
          args,
          code: 2,
          stderr: true
        })
      }
      for (const name of ["y.xlsx", "y.csv", "y.json", "y.png", "y.svg"]) expect(existsSync(at(name))).toBe(false)

      for (const format of ["strm", "ciso-assistant", "pairs"]) {
        expect((yield* run(...relations, "--format", format, "-o", at(`${format}.xlsx`))).code).toBe(0)
        expect((yield* Effect.promise(() => readFile(at(`${format}.xlsx`)))).toString("latin1", 0, 2)).toBe("PK")
      }
      // The frameworks that the workbook names are the catalogs that are stored.
      const again = yield* run("map", at("ciso-assistant.xlsx"), "--json")
      expect(again.json()).toMatchObject({ created: 0, failed: [], warnings: [] })
    })
  )
})
