import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { root } from "../../scripts/run.ts"

/** The command that is tested: the built one, or another by CROSSWALK_E2E_BIN (such as src/cli/crosswalk.ts). */
export const bin = resolve(root, process.env["CROSSWALK_E2E_BIN"] ?? join("dist", "cli", "crosswalk.js"))

/**
 * The command for tests that need no build: that of the sources. `npm test` has built before, and gives the built one, which
 * starts twice as fast.
 */
export const anyBin = resolve(root, process.env["CROSSWALK_E2E_BIN"] ?? join("src", "cli", "crosswalk.ts"))

/** What a process printed, and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
  /** Whether it was killed because it did not end in time. */
  readonly hung: boolean
  /** Stdout as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: () => any
}

export interface RunOptions {
  /** Default: the folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads on stdin. Default: nothing. */
  readonly stdin?: string
  /** Called when the process has been started. */
  readonly onStart?: (child: ChildProcess) => void
  /** After how many seconds it is killed. Default: 300. */
  readonly limit?: number
}

/** The environment of every process: no network, no settings of whoever runs the tests. */
const environment = (home: string, more: Readonly<Record<string, string>> = {}) => {
  const { CROSSWALK_DB: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
  return { ...rest, CROSSWALK_OFFLINE: "1", XDG_DATA_HOME: join(home, "data"), ...more }
}

/** Runs a program in a folder to its end. */
export const execute = (
  command: string,
  args: ReadonlyArray<string>,
  folder: string,
  { cwd = folder, env, limit = 300, onStart, stdin = "" }: RunOptions = {}
): Promise<Ran> =>
  new Promise((done, fail) => {
    const started = performance.now()
    const child = spawn(command, args, { cwd, env: environment(folder, env) })
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      child.kill("SIGKILL")
    }, limit * 1000)
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", fail)
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      const seconds = (performance.now() - started) / 1000
      done({ code, signal, stdout, stderr, seconds, hung, json: () => JSON.parse(stdout) })
    })
    child.stdin.on("error", () => {})
    child.stdin.end(stdin)
    onStart?.(child)
  })

/** Runs the command in a folder. */
export const crosswalk = (folder: string, args: ReadonlyArray<string>, options?: RunOptions): Promise<Ran> => {
  if (!existsSync(bin)) throw new Error(`${bin} is missing: run 'npm run build' first`)
  return execute(process.execPath, [bin, ...args], folder, options)
}

/** The embedder that needs no model, so that a run costs little. */
export const words = ["--embedder", "deterministic"]
