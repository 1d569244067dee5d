/** What interrupting `crosswalk` ends with, wherever it is. Each waits until the process is there, not for a time. */
import { type ChildProcess, execFileSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout } from "node:timers/promises"
import { describe, expect } from "vitest"
import { type Ran, type RunOptions, words } from "../../test/support/command.ts"
import { example, filled, test } from "./support/crosswalk.ts"

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143]
] as const
type Signal = (typeof signals)[number][0]

const isPosix = process.platform !== "win32"

/** How long a busy machine may take over what takes less than 2 s. */
const patience = 20_000

/** Signals a process once it is as far as `reached` says. */
const signalled = async (
  run: (options: RunOptions) => Promise<Ran>,
  signal: Signal,
  reached: (child: ChildProcess) => boolean | Promise<boolean>,
  options: RunOptions = {}
) => {
  let at = Number.NaN
  const ran = await run({
    ...options,
    onStart: (child) => {
      options.onStart?.(child)
      const watch = async () => {
        while (child.exitCode === null && child.signalCode === null) {
          if (await reached(child)) {
            at = performance.now()
            child.kill(signal)
            return
          }
          await setTimeout(2)
        }
      }
      void watch()
    }
  })
  expect(at, `ended before: ${ran.stdout}${ran.stderr}`).not.toBeNaN()
  expect(performance.now() - at).toBeLessThan(patience)
  return ran
}

/** A table of long texts. */
const rows = (count: number) => {
  const row = (i: number) => `R-${i},Requirement ${i},${`What number ${i} says. `.repeat(40)}`
  return `id,title,description\n${Array.from({ length: count }, (_, i) => row(i)).join("\n")}\n`
}

/** A server that takes requests and never answers one. */
const silentServer = async () => {
  let requests = 0
  const server = createServer(() => void requests++)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wasAsked: () => requests > 0,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** What the system tells of a process, where it does. */
const tells = (child: ChildProcess, file: string, what: RegExp) => {
  try {
    return what.test(readFileSync(`/proc/${child.pid}/${file}`, "utf8"))
  } catch {
    return false
  }
}
const hasProc = existsSync("/proc/self/maps")

describe.skipIf(!isPosix)("a signal", () => {
  for (const [signal, expected] of signals) {
    const ended = { code: expected, signal: null, stdout: "", stderr: "" }

    test(`during the start ends with ${signal}`, async ({ crosswalk, folder }) => {
      // More than any machine embeds in that time.
      await writeFile(join(folder, "rows.csv"), rows(300))
      for (let delay = 0; delay <= 400; delay += 50) {
        const ran = await crosswalk(["import", "rows.csv", "--catalog", "rows@1", "--db", join(folder, "x.db")], {
          onStart: (child) => void setTimeout(delay).then(() => child.kill(signal))
        })
        // Before its first line Node leaves it to the system, which shells show as the same code.
        const code = ran.signal === signal ? expected : ran.code
        expect({ code, stderr: ran.stderr }).toEqual({ code: expected, stderr: "" })
      }
    })

    test.skipIf(!hasProc)(`while the model is loaded ends with ${expected}`, async ({ crosswalk, folder }) => {
      const ran = await signalled(
        (options) => crosswalk(["import", example("company-requirements.csv"), "--db", join(folder, "x.db")], options),
        signal,
        (child) => tells(child, "maps", /onnxruntime/u)
      )
      expect(ran).toMatchObject(ended)
    })

    for (const [what, args] of [
      ["an import", (url: string) => ["import", `${url}/a.csv`, "--allow-private", "--catalog", "a@1", "--db", "x.db"]],
      ["a database", (url: string) => ["list", "--db", url]],
      ["a write", (url: string) => ["import", example("company-requirements.csv"), "--db", url, ...words]]
    ] as const) {
      test(`while a server is silent ends ${what} with ${expected}`, async ({ crosswalk }) => {
        const server = await silentServer()
        try {
          const env = { CROSSWALK_OFFLINE: "0" }
          const ran = await signalled((options) => crosswalk(args(server.url), options), signal, server.wasAsked, {
            env
          })
          expect(ran).toMatchObject(ended)
        } finally {
          server.close()
        }
      })
    }

    test(`while the hub is silent ends with ${expected}`, async ({ crosswalk, folder }) => {
      const hub = await silentServer()
      try {
        const args = ["import", example("company-requirements.csv"), "--db", "x.db", "--model", "no/such"]
        const env = { CROSSWALK_OFFLINE: "0", HF_ENDPOINT: hub.url, XDG_CACHE_HOME: join(folder, "cache") }
        const ran = await signalled((options) => crosswalk(args, options), signal, hub.wasAsked, { env })
        expect(ran).toMatchObject(ended)
      } finally {
        hub.close()
      }
    })

    test(`while it embeds ends with ${expected}`, async ({ crosswalk, folder }) => {
      await writeFile(join(folder, "rows.csv"), rows(300))
      await crosswalk(["import", "rows.csv", "--no-embed", "--db", "x.db"])
      const database = new DatabaseSync(join(folder, "x.db"), { readOnly: true })
      const count = database.prepare("SELECT count(*) AS n FROM crosswalk_embedding")
      const ran = await signalled(
        (options) => crosswalk(["embed", "--db", "x.db"], options),
        signal,
        () => Number(count.get()?.["n"]) > 0
      )
      database.close()
      expect(ran).toMatchObject(ended)
      expect((await crosswalk(["doctor", "--json", "--db", "x.db"])).json().sound).toBe(true)
    })

    for (const command of [
      ["import"],
      ["import", "--strict"],
      ["map"],
      ["export", "--output"],
      ["serve", "--token-file"]
    ]) {
      test.skipIf(!hasProc)(
        `while a pipe has no other end ends ${command.join(" ")} with ${expected}`,
        async ({ crosswalk, folder }) => {
          const pipe = join(folder, "pipe.csv")
          // What 'map' needs to begin.
          await filled(join(folder, "x.db"), [example("company-requirements.csv")])
          execFileSync("mkfifo", [pipe])
          const ran = await signalled(
            (options) => crosswalk([...command, pipe, "--db", "x.db", ...words], options),
            signal,
            (child) =>
              readdirSync(`/proc/${child.pid}/task`).some((task) => tells(child, `task/${task}/children`, /\d/u))
          )
          expect(ran).toMatchObject(ended)
        }
      )
    }

    test(`when all is said ends with ${expected} or as it would have`, async ({ crosswalk, folder }) => {
      await crosswalk(["import", example("company-requirements.csv"), "--db", join(folder, "x.db")])
      const ran = await crosswalk(["search", "passwords", "--db", "x.db"], {
        onStart: (child) => child.stdout?.once("data", () => child.kill(signal))
      })
      // After its last line Node leaves it to the system again.
      expect([0, expected]).toContain(ran.signal === signal ? expected : ran.code)
      expect(ran.stderr).toBe("")
    })
  }
})
