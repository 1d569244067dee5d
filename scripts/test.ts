/**
 * Builds, then runs the unit tests, e2e/internal and e2e/external, each to its end whatever failed before. Ends with
 * `N passed, N failed`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { bin, node, root, totals } from "./run.ts"

let passed = 0
let failed = 0
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

/** The totals come from vitest's JSON report, what a person reads from its ordinary one. */
const vitest = async (project: string) => {
  const folder = mkdtempSync(join(tmpdir(), "crosswalk-test-"))
  try {
    const report = join(folder, "report.json")
    const { code, seconds } = await node(
      bin("vitest"),
      [
        "run",
        "--project",
        project,
        "--passWithNoTests",
        `--maxWorkers=${workers}`,
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`
      ],
      { echo: true, limit: 1200 }
    )
    const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, "utf8"))
    // A file that cannot be loaded, or an unhandled error, fails the run without failing a test.
    count(project, { passed: numPassedTests, failed: code === 0 ? 0 : Math.max(1, numFailedTests), seconds })
  } catch (error) {
    process.stdout.write(`${String(error)}\n`)
    count(project, { passed: 0, failed: 1, seconds: 0 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const built = await node(join(root, "scripts", "build.ts"), [], { echo: true })
if (built.code !== 0) count("build", { passed: 0, failed: 1, seconds: built.seconds })
await vitest("unit")
await vitest("internal")
const external = await node(join(root, "e2e", "external", "run.ts"), ["--no-build"], { echo: true })
const outcome = totals(external.output) ?? { passed: 0, failed: 1 }
const crashed = external.code !== 0 && outcome.failed === 0
count("external", { passed: outcome.passed, failed: crashed ? 1 : outcome.failed, seconds: external.seconds })

process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
