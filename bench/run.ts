/**
 * Runs benchmarks one after another: `npm run bench -- [name …] [--full] [--json]`. Each is a file of this folder that
 * prints its own table; `--full` and `--json` are passed on. The peers they compare with are in package.json here and are
 * installed when first needed.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { npm } from "../scripts/run.ts"

const here = import.meta.dirname
const names = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -".ts".length))
  .toSorted()

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false }, json: { type: "boolean", default: false } }
})

const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}.\n`)
  process.exit(2)
}

if (!existsSync(join(here, "node_modules"))) {
  process.stderr.write("Installing the peers (bench/package.json) …\n")
  const { code, output } = await npm(["install", "--no-save", "--no-audit", "--no-fund"], { cwd: here })
  if (code !== 0) process.stderr.write(`${output}\nBenchmarks that need a peer will fail.\n`)
}

const options = [...(values.full ? ["--full"] : []), ...(values.json ? ["--json"] : [])]
for (const name of positionals.length > 0 ? positionals : names) {
  const { status } = spawnSync(process.execPath, [join(here, `${name}.ts`), ...options], { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}
