/** Nothing leaves the machine, and nothing is written but where the README says: seen from outside, by strace. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { root } from "../../scripts/run.ts"
import { bin } from "../../test/support/command.ts"

const canTrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0
const built = (file: string) => pathToFileURL(join(root, "dist", file)).href

/** Embeds and searches in this thread. */
const program = `
  import { Effect } from ${JSON.stringify(import.meta.resolve("effect"))}
  import { EmbeddingRepository, Search, Store } from ${JSON.stringify(built("index.js"))}
  const found = await Effect.runPromise(Effect.gen(function* () {
    const embeddings = yield* EmbeddingRepository
    yield* embeddings.saveWithEmbedding({ uri: "r:1", title: "Passwords are hashed", entityType: "requirement" })
    return (yield* (yield* Search).search("credentials", { mode: "semantic" })).hits.length
  }).pipe(Effect.provide(Store.layerLibsql({ url: "file:x.db" }))))
  process.stdout.write(String(found))`

/** Runs Node under strace: what it wrote, where it tried to connect, and which files it opened to write. */
const traced = (folder: string, args: ReadonlyArray<string>) => {
  const log = join(folder, "trace")
  const home = join(folder, "home")
  mkdirSync(home, { recursive: true })
  const { status, stderr, stdout } = spawnSync(
    "strace",
    [
      "-f",
      "-qq",
      "-o",
      log,
      "-e",
      "trace=connect,sendto,sendmsg,sendmmsg,openat,mkdir,rename,renameat2",
      process.execPath,
      ...args
    ],
    {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: home, NODE_NO_WARNINGS: "1" },
      timeout: 240_000
    }
  )
  const lines = readFileSync(log, "utf8").split("\n")
  return {
    status,
    stderr,
    stdout,
    network: lines.filter((line) => /\b(connect|sendto|sendmsg|sendmmsg)\(.*AF_INET/.test(line)),
    written: lines
      .filter((line) => /openat\(.*O_(WRONLY|RDWR|CREAT)/.test(line) && !line.includes("= -1 "))
      .flatMap((line) => /"([^"]+)"/.exec(line)?.[1] ?? [])
      .filter((path) => !/^\/(dev|proc)\//.test(path))
  }
}

describe.skipIf(!canTrace)("what leaves the process (skipped where strace cannot run)", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "crosswalk-silence-"))
    writeFileSync(join(folder, "program.mjs"), program)
    writeFileSync(
      join(folder, "thread.mjs"),
      `import { Worker } from "node:worker_threads"
       new Worker(new URL("./program.mjs", import.meta.url)).on("error", (error) => { throw error })`
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const search = [bin, "search", "credentials", "--mode", "semantic", "--db", "x.db"]
  for (const [name, args] of [
    ["a program", ["program.mjs"]],
    ["a program's own worker thread", ["thread.mjs"]],
    ["the command", search]
  ] as const) {
    it(`is nothing, and files are written in the folders that the README names only, for ${name}`, () => {
      const { network, status, stderr, written } = traced(folder, args)
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
      expect(network).toEqual([])
      const named = [join(folder, "x.db"), join(folder, "home", ".cache", "crosswalk")]
      const elsewhere = written.filter((path) => path.startsWith("/") && !named.some((place) => path.startsWith(place)))
      expect(elsewhere).toEqual([])
    }, 300_000)
  }

  it("would be seen, if a name were looked up", () => {
    const lookup = 'require("node:dns").lookup("crosswalk.invalid", () => {})'
    expect(traced(folder, ["--eval", lookup]).network).not.toEqual([])
  }, 300_000)

  it("an argument of 100 KB is one that is searched for or refused, with a sentence", () => {
    const args = ["search", "x".repeat(100_000), "--mode", "semantic", "--db", "x.db"]
    const { signal, status } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder
    })
    expect(signal).toBeNull()
    expect([0, 1, 2]).toContain(status)
  }, 300_000)
})
