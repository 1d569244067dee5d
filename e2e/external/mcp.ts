/** What others ask an MCP server with, against the installed command: the SDK's client, the inspector, the conformance suite. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bin, node, npm, type Ran } from "../../scripts/run.ts"

const tools = join(import.meta.dirname, "mcp")
const token = "a-token-to-write-with"

/** Installs them, once for each version of their lock file. */
const install = async (): Promise<Ran> => {
  const stamp = join(tools, "node_modules", ".stamp")
  const lock = readFileSync(join(tools, "package-lock.json"), "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return { code: 0, output: "", seconds: 0 }
  const ran = await npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], { cwd: tools })
  if (ran.code === 0) writeFileSync(stamp, lock)
  return ran
}

/** The address of a server that listens. */
const listening = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error("the server says nothing")
  const [line]: ReadonlyArray<unknown> = await once(child.stdout, "data")
  const { url }: { readonly url: string } = JSON.parse(String(line))
  return url
}

interface Consumer {
  /** The folder in which the package is installed. */
  readonly consumer: string
  readonly env: Readonly<Record<string, string | undefined>>
}

type Step = (name: string, ran: Promise<Ran>) => Promise<boolean>

export const ask = async ({ consumer, env }: Consumer, step: Step): Promise<void> => {
  if (!(await step("install what speaks MCP", install()))) return
  const command = join(consumer, "node_modules", "crosswalk", "dist", "cli", "crosswalk.js")
  const examples = join(consumer, "node_modules", "crosswalk", "examples")
  const db = join(consumer, "mcp.db")
  const words = ["--embedder", "deterministic", "--db", db]
  for (const [file, catalog] of [
    ["security-requirements.json", "requirements@1"],
    ["company-requirements.csv", "company@1"]
  ] as const) {
    const args = [...words, "import", join(examples, file), "--catalog", catalog]
    if (!(await step(`import ${file}`, node(command, args, { cwd: consumer, env })))) return
  }
  const serve = (more: Readonly<Record<string, string>>) =>
    spawn(process.execPath, [command, ...words, "--json", "serve", "--port", "0"], {
      cwd: consumer,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "inherit"]
    })
  const guarded = serve({ CROSSWALK_HTTP_TOKEN: token })
  const open = serve({})
  try {
    const url = await listening(guarded)
    const own = { ...env, CROSSWALK_BIN: command, CROSSWALK_DB: db, CROSSWALK_URL: url, CROSSWALK_TOKEN: token }
    await step(
      "the client of the MCP SDK",
      node("--test", ["--test-timeout=60000", "clients.test.mjs"], { cwd: tools, env: own, limit: 240 })
    )

    const inspector = (...args: ReadonlyArray<string>) =>
      node(bin("@modelcontextprotocol/inspector", "mcp-inspector", tools), ["--cli", ...args], {
        cwd: consumer,
        // It keeps what it was asked in the home folder.
        env: { ...env, HOME: consumer },
        limit: 120
      })
    await step(
      "the MCP inspector over stdio",
      inspector("--method", "tools/list", "--strict", "--", process.execPath, command, ...words, "mcp")
    )
    const address = `${await listening(open)}/mcp`
    await step(
      "the MCP inspector over HTTP",
      inspector(address, "--method", "tools/call", "--tool-name", "fetch", "--tool-arg", "id=SESS-5")
    )
    await step(
      "the MCP conformance suite",
      node(
        bin("@modelcontextprotocol/conformance", "conformance", tools),
        ["server", "--url", address, "--suite", "all", "--expected-failures", join(tools, "conformance.yaml")],
        { cwd: consumer, env, limit: 240 }
      )
    )
  } finally {
    guarded.kill()
    open.kill()
  }
}
