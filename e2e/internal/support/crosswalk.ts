import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test as base } from "vitest"
import { root } from "../../../scripts/run.ts"
import * as Command from "../../../test/support/command.ts"

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
