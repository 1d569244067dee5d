/**
 * Builds, then runs the unit tests, e2e/internal and e2e/external, each to its end whatever failed before. Ends with
 * all that failed and `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { bin, failure, failures, node, type Ran, root, totals } from "./run.ts"

let passed = 0
let failed = 0
// What ends this run ends what it runs too, which tells how far it came: that is told here once more.
let stopped = false
process.on("SIGTERM", () => {
  stopped = true
})
const told: Array<string> = []
const count = (
  name: string,
  result: { readonly passed: number; readonly failed: number; readonly seconds: number }
) => {
  passed += result.passed
  failed += result.failed
  process.stdout.write(
    `${name}: ${result.passed} passed, ${result.failed} failed in ${result.seconds.toFixed(0)} s\n\n`
  )
}

// Half of their time tests wait, for a process, a server or a disk; on two cores vitest by itself would run one file at a time.
const workers = availableParallelism() + 1

/** Counts what a command tells in its last line; a bad end that this does not tell is a failure too. */
const counted = (name: string, { code, output, seconds }: Ran) => {
  const { failed, passed } = totals(output) ?? { passed: 0, failed: 1 }
  count(name, { passed, failed: code === 0 ? failed : Math.max(1, failed), seconds })
  told.push(...failures(output))
  if (totals(output) === undefined) told.push(failure(name, `It did not come to its end. Its last lines:\n${output}`))
}

/** Where the tarball is that a unit test makes, which takes 20 s, for e2e/external. */
const packed = mkdtempSync(join(tmpdir(), "crosswalk-packed-"))

const vitest = async (project: string) => {
  const reporters = ["--reporter=default", `--reporter=${join(root, "scripts", "Counting.ts")}`]
  const args = ["run", "--project", project, "--passWithNoTests", `--maxWorkers=${workers}`, ...reporters]
  // Each test has a limit of its own; this one is for a run that does not end.
  const own = { CROSSWALK_E2E_BIN: join(root, "dist", "cli", "crosswalk.js"), CROSSWALK_PACKED: packed }
  const env = { ...own, ...process.env }
  counted(project, await node(bin("vitest"), args, { echo: true, limit: 3600, env }))
}

const built = await node(join(root, "scripts", "build.ts"), [], { echo: true })
if (built.code !== 0) count("build", { passed: 0, failed: 1, seconds: built.seconds })
if (!stopped) await vitest("unit")
if (!stopped) await vitest("internal")
if (!stopped)
  counted(
    "external",
    await node(join(root, "e2e", "external", "run.ts"), ["--no-build", `--packed=${packed}`], {
      echo: true,
      limit: 3600
    })
  )
rmSync(packed, { recursive: true, force: true, maxRetries: 5 })
if (stopped) count("the run", { passed: 0, failed: 1, seconds: process.uptime() })

if (stopped) told.push(failure("the run", "It was ended by SIGTERM, as by a limit of time, before all was run."))
if (told.length > 0) process.stdout.write(`What failed:\n${told.join("")}`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
