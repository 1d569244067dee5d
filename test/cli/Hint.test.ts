import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { reportOf } from "../../src/cli/Errors.ts"
import { hintOf } from "../../src/cli/Hint.ts"
import { ConflictError } from "../../src/domain/ConflictError.ts"
import { ModelMismatchError } from "../../src/domain/ModelMismatchError.ts"
import { packageFolder } from "../../src/domain/PackageFolder.ts"
import { unusable } from "../../src/embedder/ModelFolder.ts"

const source = join(import.meta.dirname, "../../src")

/** The text of a program without its comments. */
const code = (text: string) => text.replace(/\/\*.*?\*\//gsu, "").replace(/^\s*\/\/.*$/gmu, "")

describe("a hint", () => {
  it("says what to type about an error", () => {
    const mismatch = new ModelMismatchError({ stored: "1", active: "2", storedModel: "a", activeModel: "b" })
    expect(reportOf(mismatch).hint).toBe("Run 'crosswalk embed'.")
    const decided = new ConflictError({ uri: "a", problem: "a person decided", remedy: { action: "force" } })
    expect(reportOf(decided)).toEqual({
      code: 1,
      type: "ConflictError",
      reason: "decided",
      message: "a: a person decided",
      hint: "Use --force to do it all the same."
    })
    expect(hintOf({ action: "buildIndex", fresh: true })).toBe("Run 'crosswalk index build --fresh'.")
    expect(hintOf({ action: "retry" })).toBeUndefined()
    const damaged = unusable("m", join(packageFolder, "models", "m"), "damaged", "a file is damaged")
    expect(reportOf(damaged).hint).toBe("Install it again with 'npm install crosswalk'.")
  })

  it.effect("is the only place that names a command or a flag", () =>
    Effect.gen(function* () {
      const names = yield* Effect.promise(() => readdir(source, { recursive: true }))
      // The page tells people what to do as the command does: both are what they have before them.
      const library = names.filter((name) => name.endsWith(".ts") && !/^(?:cli|web)[\\/]/u.test(name))
      assert.isAbove(library.length, 100)
      for (const name of library) {
        const text = code(yield* Effect.promise(() => readFile(join(source, name), "utf8")))
        assert.notMatch(text, /'crosswalk [a-z]|[\s("'`]--[a-z]+/u, name)
      }
    })
  )
})
