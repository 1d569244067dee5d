import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { bin, words } from "../test/support/command.ts"

/** A process of the built command that serves until it is ended. */
export interface Server {
  readonly child: ChildProcess
  /** All that it has printed so far. */
  readonly printed: () => string
  /** Sends a signal and waits for its end; the code, or the signal, that it ended with. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | string>
}

/** Starts `crosswalk` in a folder, with the database `x.db` of that folder. */
export const start = (
  folder: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Server => {
  const { CROSSWALK_DB: _, ...inherited } = process.env
  const child = spawn(process.execPath, [bin, ...args, "--db", "x.db", ...words], {
    cwd: folder,
    env: { ...inherited, CROSSWALK_OFFLINE: "1", XDG_DATA_HOME: join(folder, "data"), ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  let printed = ""
  const ended = once(child, "close")
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text))
  child.stdin.on("error", () => {})
  return {
    child,
    printed: () => printed,
    end: async (signal) => {
      if (signal === undefined) child.stdin.end()
      else child.kill(signal)
      const late = setTimeout(() => child.kill("SIGKILL"), 30_000)
      await ended
      clearTimeout(late)
      return child.exitCode ?? child.signalCode ?? "unknown"
    }
  }
}

/** Starts `crosswalk serve` on a free port; its URL. */
export const serve = async (
  folder: string,
  args: ReadonlyArray<string> = [],
  env?: Readonly<Record<string, string>>
) => {
  const server = start(folder, ["serve", "--port", "0", ...args], env)
  for (;;) {
    const url = /http:\/\/[\d.:]+/u.exec(server.printed())?.[0]
    if (url !== undefined) return { ...server, url }
    if (server.child.exitCode !== null) throw new Error(`serve ended: ${server.printed()}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}
