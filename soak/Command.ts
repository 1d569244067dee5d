import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { root } from "../scripts/run.ts"

/** The built command. */
export const bin = join(root, "dist", "cli", "crosswalk.js")

/** What a process printed, and how it ended. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>
  /** Called when the process has been started. */
  readonly onStart?: (child: ChildProcess) => void
  /** After how many seconds it is killed and told as hanging. Default: 120. */
  readonly limit?: number
}

/** Runs a program to its end. It reads nothing. */
export const execute = (
  command: string,
  args: ReadonlyArray<string>,
  folder: string,
  { env, limit = 120, onStart }: Options = {}
): Promise<Ran & { readonly hung: boolean }> =>
  new Promise((done, fail) => {
    const started = performance.now()
    const { CROSSWALK_DB: _, ...inherited } = process.env
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...inherited, CROSSWALK_OFFLINE: "1", XDG_DATA_HOME: join(folder, "data"), ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
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
      done({ code, signal, stdout, stderr, hung, seconds: (performance.now() - started) / 1000 })
    })
    onStart?.(child)
  })

/** Runs the built command in a folder. */
export const crosswalk = (folder: string, args: ReadonlyArray<string>, options?: Options) => {
  if (!existsSync(bin)) throw new Error(`${bin} is missing: run 'npm run build' first`)
  return execute(process.execPath, [bin, ...args], folder, options)
}

/** The embedder that needs no model, so that a trial costs little. */
export const words = ["--embedder", "deterministic"]

/** What no end of a command may look like, whatever befell it; undefined where it is well. */
export const misbehaviour = (
  { code, hung, signal, stderr }: Awaited<ReturnType<typeof execute>>,
  killed?: NodeJS.Signals
): string | undefined => {
  if (hung) return "did not end"
  if (signal !== null && signal !== killed) return `ended by ${signal}`
  if (/should not happen|\bat .*\.js:\d+:\d+|panicked/u.test(stderr))
    return `is no error for people: ${stderr.slice(0, 400)}`
  if (code !== null && code !== 0 && stderr.trim() === "") return `ended with ${code} and said nothing`
  return undefined
}
