import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, before, test } from "node:test"

const manifestPath = createRequire(import.meta.url).resolve("crosswalk/package.json")
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"))
const installed = dirname(manifestPath)

let folder = ""
before(() => {
  folder = mkdtempSync(join(tmpdir(), "crosswalk-bin-"))
})
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

/** As a shell would: on Windows npm's command is a `.cmd` file, so the file behind it is run there. */
const crosswalk = (...args: ReadonlyArray<string>) => {
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const
  return process.platform === "win32"
    ? spawnSync(process.execPath, [join(installed, manifest.bin.crosswalk), ...args], options)
    : spawnSync(join(installed, "..", ".bin", "crosswalk"), args, options)
}

test("crosswalk --version", () => {
  const { status, stderr, stdout } = crosswalk("--version")
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" })
  assert.ok(stdout.includes(manifest.version), stdout)
})

test("imports the examples and finds by meaning, offline", () => {
  const examples = join(installed, "examples")
  for (const name of ["security-requirements.json", "company-requirements.csv"]) {
    const { status, stderr, stdout } = crosswalk("import", join(examples, name), "--db", "x.db", "--json")
    assert.equal(status, 0, stderr)
    const totals = JSON.parse(stdout)
    assert.ok(totals.created > 40 && totals.embedded === totals.created, stdout)
  }
  const query = "store passwords with a slow salted hash"
  const { status, stderr, stdout } = crosswalk("search", query, "--db", "x.db", "--json", "--mode", "semantic")
  assert.equal(status, 0, stderr)
  const { hits } = JSON.parse(stdout)
  assert.match(`${hits[0].title} ${hits[0].description ?? ""}`, /password/i)
})

test("a wrong flag is told from a failure", () => {
  assert.equal(crosswalk("search", "x", "--no-such-flag").status, 2)
})
