import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { bin, failures, node, root, totals } from "../../scripts/run.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const files = {
  "fails.test.js": `it("passes", () => {}); it("fails", () => { throw new Error("no") }); it.skip("is skipped", () => {})`,
  "unloadable.test.js": `throw new Error("no")`,
  "uncaught.test.js": `it("passes", async () => { Promise.reject(new Error("no")); await new Promise((r) => setTimeout(r, 20)) })`,
  "hangs.test.js": `it("passes", () => {}); it("hangs", () => { console.log("HANGS"); return new Promise((r) => setTimeout(r, 60_000)) }, 90_000)`,
  "dies.test.js": `it("dies", () => { process.kill(process.pid, "SIGKILL") })`
}

const ran = (...names: ReadonlyArray<keyof typeof files>) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    for (const name of names) writeFileSync(join(folder, name), files[name])
    const reporter = `--reporter=${join(root, "scripts", "Counting.ts")}`
    const { output } = yield* Effect.promise(() =>
      node(bin("vitest"), ["run", "--root", folder, "--globals", "--no-isolate", "--maxWorkers=1", reporter])
    )
    return { ...totals(output), told: failures(output) }
  })

it.live("a run of tests tells each that failed, and each file and error beside them", () =>
  Effect.gen(function* () {
    expect(yield* ran("fails.test.js")).toMatchObject({
      passed: 1,
      failed: 1,
      told: [expect.stringMatching(/^FAILED .*fails\.test\.js > fails\n {4}Error: no\n/)]
    })
    expect(yield* ran("fails.test.js", "unloadable.test.js", "uncaught.test.js")).toMatchObject({
      passed: 2,
      failed: 3,
      told: expect.arrayContaining([
        expect.stringMatching(/^FAILED .*fails\.test\.js > fails\n {4}Error: no\n/),
        expect.stringMatching(/^FAILED .*unloadable\.test\.js\n {4}Error: no\n/),
        expect.stringMatching(/^FAILED an error that nobody caught\n {4}Error: no\n/)
      ])
    })
    const { failed = 0, told } = yield* ran("dies.test.js", "fails.test.js")
    // The error of the process, its file, and the test that fails or the file that was not run.
    expect(failed).toBeGreaterThanOrEqual(3)
    expect(told).toHaveLength(failed)
  })
)

it.live("a run of tests that is ended tells what failed so far, and what was running", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    for (const name of ["fails.test.js", "hangs.test.js"] as const) writeFileSync(join(folder, name), files[name])
    const reporters = ["--reporter=verbose", `--reporter=${join(root, "scripts", "Counting.ts")}`]
    const args = ["run", "--root", folder, "--globals", "--maxWorkers=2", ...reporters]
    const output = yield* Effect.callback<string>((resume) => {
      const child = spawn(process.execPath, [bin("vitest"), ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, NO_COLOR: "1" }
      })
      let text = ""
      child.stdout.setEncoding("utf8").on("data", (piece: string) => {
        text += piece
        // Both files have begun: one failed, the other has passed its first test.
        if (text.includes("HANGS") && /× .*fails/u.test(text)) child.kill("SIGTERM")
      })
      child.on("close", () => resume(Effect.succeed(text)))
      return Effect.sync(() => child.kill("SIGKILL"))
    })
    expect(totals(output)?.failed).toBeGreaterThanOrEqual(2)
    expect(failures(output)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^FAILED .*fails\.test\.js > fails\n {4}Error: no\n/),
        expect.stringMatching(
          /^FAILED .*hangs\.test\.js\n {4}It was running when the run was ended, at or soon after: \w+\n/
        )
      ])
    )
  })
)
