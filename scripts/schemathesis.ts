/**
 * Asks a built `crosswalk serve` on a throw-away store whatever its OpenAPI document allows, and more, with schemathesis (PyPI):
 * no answer is a 5xx but that more is asked than is taken (503), and none is of a status, type or form that the document does not
 * declare.
 *
 *     pip install schemathesis==4.32.5
 *     npm run build && npm run schemathesis -- [--seconds 300] [--seed 1]
 *
 * SCHEMATHESIS names the program where it is not `schemathesis` on the PATH.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { node, root } from "./run.ts"

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "300" }, seed: { type: "string", default: "1" } }
})
const program = process.env["SCHEMATHESIS"] ?? "schemathesis"
const bin = join(root, "dist", "cli", "crosswalk.js")
if (!existsSync(bin)) {
  process.stderr.write(`${bin} is missing: run 'npm run build' first\n`)
  process.exit(2)
}

/** What an answer must be. Whether it also refuses all that the document forbids is tested by our own tests. */
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance"
]

const folder = mkdtempSync(join(tmpdir(), "crosswalk-schemathesis-"))
const common = [bin, "--embedder", "deterministic", "--db", join(folder, "x.db")]
for (const file of ["security-requirements.json", "company-requirements.csv"]) {
  const { code, output } = await node(common[0] ?? "", [...common.slice(1), "import", join(root, "examples", file)])
  if (code !== 0) throw new Error(output)
}

// That a queue is full is an answer, which each operation declares.
const settings = `[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "503"]\n`
writeFileSync(join(folder, "schemathesis.toml"), settings)

const server = spawn(process.execPath, [...common, "--json", "serve", "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"]
})
const url = await new Promise<string>((resolve, reject) => {
  server.once("exit", (code) => reject(new Error(`serve ended with ${code}`)))
  server.stdout.once("data", (line: Buffer) => resolve(String(JSON.parse(line.toString()).url)))
})

const args = ["run", `${url}/openapi.json`, "--checks", checks.join(","), "--seed", values.seed]
const child = spawn(
  program,
  [
    ...args,
    ...["--max-time", values.seconds, "--phases", "examples,coverage,fuzzing,stateful", "--request-timeout", "35"],
    ...["--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off", "--generation-database", "none"]
  ],
  { cwd: folder, stdio: "inherit" }
)
const code = await new Promise<number>((resolve) => {
  child.once("error", (error) => {
    process.stderr.write(`${program} cannot be run (${error.message}): pip install schemathesis==4.32.5\n`)
    resolve(2)
  })
  child.once("exit", (code) => resolve(code ?? 1))
})
const wasAlive = server.exitCode === null
server.kill("SIGTERM")
await new Promise((resolve) => server.once("exit", resolve))
rmSync(folder, { recursive: true, force: true })
if (!wasAlive) process.stderr.write("the server ended meanwhile\n")
process.exitCode = wasAlive ? code : 1
