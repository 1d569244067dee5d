import { type SpawnOptions, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of package.json. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..")

const require = createRequire(import.meta.url)

/**
 * The JavaScript file behind a tool's command, so that it runs with this very Node on every platform, without a shell.
 * `folder` holds the `node_modules` it is installed in.
 */
export const bin = (name: string, command = name, folder = root): string => {
  const manifest = join(folder, "node_modules", name, "package.json")
  const { bin: bins } = require(manifest) as { readonly bin: string | Record<string, string> }
  const file = typeof bins === "string" ? bins : bins[command]
  if (file === undefined) throw new Error(`${name} has no command ${command}`)
  return join(dirname(manifest), file)
}

export interface Ran {
  readonly code: number
  /** What it wrote, both streams in the order they came. */
  readonly output: string
  readonly seconds: number
}

/** Runs a command to its end. `echo` also shows what it writes as it comes; `limit` is in seconds (600 unless told). */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions & { readonly echo?: boolean; readonly limit?: number } = {}
): Promise<Ran> =>
  new Promise((done) => {
    const { echo = false, limit = 600, ...spawning } = options
    const started = performance.now()
    const child = spawn(command, args, { cwd: root, ...spawning, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill("SIGKILL")
    }, limit * 1000)
    const end = (code: number, problem = "") => {
      clearTimeout(timer)
      const reason = late ? `\nstopped after ${limit} s` : problem
      done({ code, output: output + reason, seconds: (performance.now() - started) / 1000 })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text
        if (echo) process.stdout.write(text)
      })
    }
    child.on("error", (error) => end(127, `\n${error.message}`))
    child.on("close", (code) => end(code ?? 1))
  })

/** Runs a JavaScript or TypeScript file with this Node. */
export const node = (file: string, args: ReadonlyArray<string> = [], options?: Parameters<typeof run>[2]) =>
  run(process.execPath, [file, ...args], options)

/**
 * Runs npm with this Node. On Windows npm is a `.cmd` file, which only a shell can start; inside a script npm names its
 * own JavaScript file.
 */
export const npm = (args: ReadonlyArray<string>, options?: Parameters<typeof run>[2]) => {
  const script = process.env.npm_execpath
  return script !== undefined && /npm-cli\.[cm]?js$/.test(script)
    ? node(script, args, options)
    : run("npm", args, { ...options, shell: process.platform === "win32" })
}

/** The totals of the last `N passed, N failed` line of an output. */
export const totals = (output: string): { readonly passed: number; readonly failed: number } | undefined => {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed\r?$/gm)].at(-1)
  return last === undefined ? undefined : { passed: Number(last[1]), failed: Number(last[2]) }
}

/** What failed, for the end of an output: its name in a line, below it the first and last lines of what it said. */
export const failure = (name: string, said: string): string => {
  const lines = said.trim().split(/\r?\n/)
  const [first, last] = [12, 12]
  const left = lines.length - first - last
  const shown = left > 0 ? [...lines.slice(0, first), `… ${left} lines, above`, ...lines.slice(-last)] : lines
  return [`FAILED ${name}`, ...shown.map((line) => `    ${line}`), ""].join("\n")
}

/** What an output tells in the form of `failure`. */
export const failures = (output: string): ReadonlyArray<string> =>
  [...output.matchAll(/^FAILED .*\n(?: {4}.*\n)*/gm)].map(([text]) => text)
