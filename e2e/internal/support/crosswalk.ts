import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test as base } from "vitest"
import { root } from "../../../scripts/run.ts"
import * as Command from "../../../test/support/command.ts"
import { madeOnceARun } from "../../../test/support/madeOnce.ts"

export const example = (name: string) => join(root, "examples", name)

/** The published ASVS, which lies beside the repository where it is there at all. */
export const asvs = (name: string) => resolve(root, "..", "shared", "asvs", name)
export const hasAsvs = existsSync(asvs("asvs-5.0.0.flat.json"))

/** The bundled model. */
export const modelFolder = join(root, "models", "Xenova", "all-MiniLM-L6-v2")

/** A folder for a test, and `crosswalk` in it. */
export const test = base.extend<{
  folder: string
  crosswalk: (args: ReadonlyArray<string>, options?: Command.RunOptions) => Promise<Command.Ran>
}>({
  // oxlint-disable-next-line eslint/no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-e2e-"))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  },
  crosswalk: ({ folder }, use) => use((args, options) => Command.crosswalk(folder, args, options))
})

/** Puts a database where a test wants it, with what these imports read; it is made once for all tests of a run, without a model. */
export const filled = async (path: string, ...imports: ReadonlyArray<ReadonlyArray<string>>): Promise<void> => {
  const name = createHash("sha256").update(JSON.stringify(imports)).digest("hex").slice(0, 16)
  const folder = await madeOnceARun(`crosswalk-filled-${name}`, async (folder) => {
    for (const args of imports) {
      const { code, stderr } = await Command.crosswalk(folder, [...Command.words, "--db", "x.db", "import", ...args])
      if (code !== 0) throw new Error(`import ${args.join(" ")} ended with ${code}: ${stderr}`)
    }
  })
  await copyFile(join(folder, "x.db"), path)
}
