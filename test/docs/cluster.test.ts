import { execFile, execFileSync } from "node:child_process"
import { cp, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { anyBin } from "../support/command.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const root = join(import.meta.dirname, "../..")
const page = await readFile(join(root, "docs/cluster.md"), "utf8")
const lines = [...page.matchAll(/^```sh\n(.*?)^```$/gmsu)].flatMap(([, code = ""]) => code.trim().split("\n"))

describe.skipIf(Sqld.unavailable !== undefined)(`docs/cluster.md ${Sqld.unavailable ?? ""}`, () => {
  it.live("has commands that run, on a primary, a replica and a namespace", () =>
    Effect.gen(function* () {
      const { primary, replica } = yield* Sqld.primaryAndReplica
      const teams = yield* Sqld.primary({ namespaces: ["team-a"] })
      const team = yield* LoopbackProxy.make(teams.url, "team-a.db.example.org")
      const folder = yield* temporaryFolder
      yield* Effect.promise(async () => {
        await cp(join(root, "examples"), join(folder, "examples"), { recursive: true })
        await writeFile(join(folder, "crosswalk.json"), '{"embedder": {"type": "deterministic"}}')
      })
      const commands = lines
        .filter((line) => /^(\w+=\S+ )?crosswalk /u.test(line))
        .map((line) =>
          line
            .replaceAll("http://127.0.0.1:8080", primary.url)
            .replaceAll("http://127.0.0.1:8081", replica.url)
            .replaceAll("http://team-a.db.example.org:8080", team.url)
        )
      assert.isAtLeast(commands.length, 6)
      for (const command of commands) {
        const script = `crosswalk() { "${process.execPath}" "${anyBin}" "$@"; }\n${command}`
        const ran = yield* Effect.promise(() => promisify(execFile)("bash", ["-c", script], { cwd: folder }))
        assert.match(ran.stdout, /BR-|created|cluster|company/u, command)
      }
    })
  )

  it("names flags that the server has", () => {
    const help = execFileSync(Sqld.executable, ["--help"], { encoding: "utf8" })
    for (const flag of new Set(page.match(/(?<=^sqld.*|`)--[a-z-]+/gmu)))
      assert.match(help, new RegExp(`${flag}(?![\\w-])`, "u"))
  })
})
