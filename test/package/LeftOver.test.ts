import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, it } from "vitest"
import { isAlive } from "../../src/storage/PartialFile.ts"

const setup = pathToFileURL(join(import.meta.dirname, "../support/oneTemporaryFolder.ts")).href

/** A run of tests: it starts a process that would not end by itself. */
const run = `
  import { spawn } from "node:child_process"
  import { tmpdir } from "node:os"
  const end = (await import(${JSON.stringify(setup)})).default()
  const start = (TMPDIR) =>
    spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { stdio: "ignore", env: { TMPDIR } }).pid
  process.stdout.write(JSON.stringify({ pid: start(tmpdir()), other: start(tmpdir() + "0"), folder: tmpdir() }))
  process.stdin.once("data", () => { end(); process.exit() })
`

describe.skipIf(!existsSync("/proc"))("what a run of tests leaves (skipped without /proc)", () => {
  for (const how of ["ends", "is killed"] as const) {
    it(`is ended and removed when it ${how}`, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", run], {
        stdio: ["pipe", "pipe", "inherit"]
      })
      const [line] = await once(child.stdout, "data")
      const { folder, other, pid }: Readonly<Record<"other" | "pid", number> & Record<"folder", string>> = JSON.parse(
        String(line)
      )
      expect(isAlive(pid)).toBe(true)
      expect(existsSync(folder)).toBe(true)
      if (how === "ends") child.stdin.write("end")
      else child.kill("SIGKILL")
      await expect.poll(() => isAlive(pid) || existsSync(folder)).toBe(false)
      // That of another run, whose folder's name begins alike, goes on.
      expect(isAlive(other)).toBe(true)
      process.kill(other, "SIGKILL")
    })
  }
})
