import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test as base } from "vitest"

const root = resolve(import.meta.dirname, "..", "..", "..")
const built = join(root, "dist", "cli", "crosswalk.js")

/** The command that is tested: the built one, or another by CROSSWALK_E2E_BIN (such as src/cli/crosswalk.ts). */
export const bin =
  process.env["CROSSWALK_E2E_BIN"] === undefined ? built : resolve(root, process.env["CROSSWALK_E2E_BIN"])

export const example = (name: string) => join(root, "examples", name)

/** The published ASVS, which lies beside the repository where it is there at all. */
export const asvs = (name: string) => resolve(root, "..", "shared", "asvs", name)
export const hasAsvs = existsSync(asvs("asvs-5.0.0.flat.json"))

/** The bundled model. */
export const modelFolder = join(root, "models", "Xenova", "all-MiniLM-L6-v2")

/** What a process printed, and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Stdout as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: () => any
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads on stdin. */
  readonly stdin?: string
  /** Called when the process has been started. */
  readonly onStart?: (child: ChildProcess) => void
  /** In milliseconds; 60 000 unless told. */
  readonly limit?: number
}

/** The environment of every process: no network, no settings of whoever runs the tests. */
const environment = (home: string, more: Readonly<Record<string, string>> = {}) => {
  const { CROSSWALK_DB: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
  return { ...rest, CROSSWALK_OFFLINE: "1", XDG_DATA_HOME: join(home, "data"), ...more }
}

/** Runs a program to its end. */
export const execute = (
  command: string,
  args: ReadonlyArray<string>,
  home: string,
  options: RunOptions = {}
): Promise<Ran> =>
  new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: options.cwd ?? home, env: environment(home, options.env) })
    const timer = setTimeout(() => child.kill("SIGKILL"), options.limit ?? 60_000)
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", fail)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      done({ code, signal, stdout, stderr, json: () => JSON.parse(stdout) })
    })
    child.stdin.on("error", () => {})
    child.stdin.end(options.stdin ?? "")
    options.onStart?.(child)
  })

/** A folder for a test, and `crosswalk` in it. */
export const test = base.extend<{
  folder: string
  crosswalk: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<Ran>
}>({
  // oxlint-disable-next-line eslint/no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-e2e-"))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  },
  crosswalk: async ({ folder }, use) => {
    if (!existsSync(bin)) throw new Error(`${bin} is missing: run 'npm run build' first`)
    await use((args, options) => execute(process.execPath, [bin, ...args], folder, options))
  }
})
