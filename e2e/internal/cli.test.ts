/** `crosswalk` as a shell sees it. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { createClient } from "@libsql/client"
import { describe, expect } from "vitest"
import { bin, execute, words } from "../../test/support/command.ts"
import { example, filled, test } from "./support/crosswalk.ts"

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: `R-${i}`, title: `Requirement number ${i}`, description: `Text of number ${i}. `.repeat(8) })
  ).join("\n")

/** How many there are, told faster than by another process. */
const embeddingsOf = async (path: string): Promise<number> => {
  if (!existsSync(path)) return 0
  const client = createClient({ url: `file:${encodeURIComponent(path)}` })
  try {
    return Number((await client.execute("SELECT count(*) FROM crosswalk_embedding")).rows[0]?.[0])
  } catch {
    return 0 // its tables are not made yet
  } finally {
    client.close()
  }
}

const has = (program: string) => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
const isPosix = process.platform !== "win32"

describe("streams", () => {
  test("puts data on stdout and all else on stderr", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db"), ...words]
    const imported = await crosswalk(["import", example("company-requirements.csv"), ...db])
    expect(imported).toMatchObject({ code: 0, stderr: "" })
    expect(imported.stdout).toBe("company@2026.1: 41 created, 0 updated, 0 unchanged, 41 embedded\n")
    const missing = await crosswalk(["get", "nothing", ...db])
    expect(missing).toMatchObject({ code: 3, stdout: "", stderr: "crosswalk: There is no reference nothing\n" })
  })

  test("reads standard input as -, also where it is read twice", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db"), ...words]
    const stdin = "id,title\n1,One\n2,Two\n"
    const run = (...flags: ReadonlyArray<string>) =>
      crosswalk(["import", "-", "--catalog", "in@1", "--json", ...db, ...flags], { stdin })
    expect((await run()).json()).toMatchObject({ created: 2, failed: [] })
    expect((await run("--strict")).json()).toMatchObject({ unchanged: 2, failed: [] })
    const bad = await crosswalk(["import", "-", "--catalog", "in@2", "--strict", "--json", ...db], {
      stdin: `${stdin}3,\n`
    })
    expect(bad.code).toBe(1)
    expect(bad.json()).toMatchObject({ created: 0, failed: [{ at: "line 4, title" }] })
  })

  test.skipIf(!isPosix)("ends quietly when the reader of its output goes away", async ({ crosswalk, folder }) => {
    const db = join(folder, "x.db")
    await writeFile(join(folder, "many.ndjson"), rows(3000))
    expect((await crosswalk(["import", "many.ndjson", "--db", db, ...words])).code).toBe(0)
    for (const flags of ["", "--json"]) {
      const script = `"${process.execPath}" "${bin}" list ${flags} --db "${db}" | head -1; echo "\${PIPESTATUS[0]}"`
      const { code, stderr, stdout } = await execute("bash", ["-c", script], folder)
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout.trim().split("\n")).toHaveLength(2)
      expect(stdout.trim().endsWith("\n0")).toBe(true)
    }
    expect((await crosswalk(["doctor", "--db", db])).code).toBe(0)
  })

  test.skipIf(!isPosix)("ends quietly when nobody reads the help", async ({ folder }) => {
    for (const flags of ["--help", "list --help", "--version"]) {
      const script = `"${process.execPath}" "${bin}" ${flags} | true; echo "\${PIPESTATUS[0]}"`
      expect(await execute("bash", ["-c", script], folder)).toMatchObject({ stdout: "0\n", stderr: "" })
    }
  })

  test.skipIf(!existsSync("/dev/full"))("fails when its output cannot be written", async ({ folder }) => {
    const db = join(folder, "x.db")
    await filled(db, [example("company-requirements.csv")])
    const script = `"${process.execPath}" "${bin}" list --db "${db}" > /dev/full`
    const { code, stderr } = await execute("bash", ["-c", script], folder)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^crosswalk: the output cannot be written: ENOSPC/u)
  })

  test.skipIf(!isPosix)(
    "ends quietly when the reader goes away while the model works",
    async ({ crosswalk, folder }) => {
      const db = join(folder, "x.db")
      const script = `"${process.execPath}" "${bin}" import "${example("company-requirements.csv")}" --db "${db}" | true`
      expect(await execute("bash", ["-c", script], folder)).toMatchObject({ code: 0, stderr: "" })
      expect((await crosswalk(["doctor", "--json", "--db", db])).json().sound).toBe(true)
    }
  )
})

describe("interruption", () => {
  test.skipIf(!isPosix)(
    "leaves a sound database after Ctrl-C, from which the import goes on",
    async ({ crosswalk, folder }) => {
      const file = join(folder, "many.ndjson")
      await writeFile(file, rows(400))
      const db = ["--db", join(folder, "x.db")]
      const stored = async () => (await crosswalk(["status", "--json", ...db])).json()

      // Interrupted as soon as some of it is embedded.
      const interrupted = await crosswalk(["import", file, ...db], {
        onStart: (child) => {
          const poll = async () => {
            while (child.exitCode === null && child.signalCode === null) {
              if ((await embeddingsOf(join(folder, "x.db"))) > 0) {
                child.kill("SIGINT")
                return
              }
              await setTimeout(10)
            }
          }
          void poll()
        }
      })
      expect(interrupted).toMatchObject({ code: 130, stdout: "", stderr: "" })

      const { embeddings, references } = await stored()
      expect(references).toBe(400)
      expect(embeddings.fresh).toBeGreaterThan(0)
      expect(embeddings.missing).toBeGreaterThan(0)
      expect((await crosswalk(["doctor", "--json", ...db])).json().sound).toBe(true)
      const rest = (await crosswalk(["import", file, "--json", ...db])).json()
      expect(rest).toMatchObject({ created: 0, updated: 0, unchanged: 400, embedded: embeddings.missing, failed: [] })
    }
  )

  test.skipIf(!isPosix)("leaves a sound database wherever it is killed", async ({ crosswalk, folder }) => {
    const file = join(folder, "many.ndjson")
    await writeFile(file, rows(3000))
    const db = ["--db", join(folder, "x.db"), ...words]
    for (const [signal, after] of [
      ["SIGINT", 350],
      ["SIGKILL", 500],
      ["SIGTERM", 700],
      ["SIGKILL", 900]
    ] as const) {
      const ran = await crosswalk(["import", file, ...db], {
        onStart: (child) => void setTimeout(after).then(() => child.kill(signal))
      })
      expect(ran.stderr).toBe("")
      if (existsSync(join(folder, "x.db"))) {
        const doctor = await crosswalk(["doctor", "--json", ...db])
        // Killed before the tables were made, it is a database without them.
        if (doctor.stderr === "") expect(doctor.json().sound).toBe(true)
      }
    }
    expect((await crosswalk(["import", file, "--json", ...db])).json()).toMatchObject({ failed: [] })
    expect((await crosswalk(["list", "--json", ...db])).json().references).toHaveLength(3000)
    expect((await crosswalk(["doctor", "--json", ...db])).json().sound).toBe(true)
  })
})

describe.skipIf(!isPosix)("import --watch", () => {
  for (const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    test(`tells each import on a line, and ends with ${expected} after ${signal}`, async ({ crosswalk, folder }) => {
      const file = join(folder, "rules.csv")
      await writeFile(file, "id,title\n1,One\n")
      let signalled = 0
      const ran = await crosswalk(
        ["import", file, "--catalog", "rules@1", "--watch", "--db", join(folder, "x.db"), ...words],
        {
          onStart: (child) => {
            let lines = 0
            child.stdout?.on("data", (text: string) => {
              lines += text.split("\n").length - 1
              if (lines === 1) void writeFile(file, "id,title\n1,One\n2,\n3,Three\n")
              if (lines === 2) {
                signalled = performance.now()
                child.kill(signal)
              }
            })
          }
        }
      )
      // 2 s, and what a busy machine adds.
      expect(performance.now() - signalled).toBeLessThan(20_000)
      expect(ran.code).toBe(expected)
      expect(ran.stdout.trim().split("\n")).toEqual([
        "rules@1: 1 created, 0 updated, 0 unchanged, 1 embedded",
        "rules@1: 1 created, 0 updated, 1 unchanged, 1 embedded, 1 failed"
      ])
    })
  }
})

describe.skipIf(!isPosix || !has("script"))("a terminal (skipped without the program script)", () => {
  /** Runs in a pseudo-terminal; both streams come out of it together. */
  const terminal = (folder: string, args: string, env: Record<string, string> = {}) =>
    execute("script", ["-qec", `"${process.execPath}" "${bin}" ${args}`, "/dev/null"], folder, {
      env: { TERM: "xterm", ...env }
    })

  test("shows a progress bar there and none in a pipe", async ({ crosswalk, folder }) => {
    const args = `import "${example("company-requirements.csv")}" --db`
    const { stdout } = await terminal(folder, `${args} a.db`)
    expect(stdout).toContain("Embedding [")
    expect(stdout).toContain("company@2026.1: 41 created")
    const quiet = await terminal(folder, `${args} b.db --quiet`)
    expect(quiet.stdout.replaceAll("\r", "")).toBe("company@2026.1: 41 created, 0 updated, 0 unchanged, 41 embedded\n")
    const piped = await crosswalk(["import", example("company-requirements.csv"), "--db", join(folder, "c.db")])
    expect(piped.stderr).toBe("")
  })

  test("uses colour there, but not with NO_COLOR, and never in a pipe", async ({ crosswalk, folder }) => {
    await filled(join(folder, "x.db"), [example("company-requirements.csv")])
    const args = "list --limit 1 --db x.db"
    expect((await terminal(folder, args)).stdout).toContain("\u001b[1m")
    expect((await terminal(folder, args, { NO_COLOR: "1" })).stdout).not.toContain("\u001b")
    expect((await crosswalk(args.split(" "))).stdout).not.toContain("\u001b")
  })

  test("lets no control character of the data reach it", async ({ crosswalk, folder }) => {
    const title = "\u001b]0;owned\u0007\u001b[2J\u009b31m"
    await crosswalk(["import", "-", "--catalog", "evil@1", "--db", "x.db", ...words], {
      stdin: JSON.stringify([{ id: "1", title, description: title }])
    })
    for (const args of [
      "list",
      "list --json",
      "get evil:1/1",
      "search owned -m keyword",
      "search owned -m keyword --json"
    ]) {
      const { stdout } = await terminal(folder, `${args} --db x.db`, { NO_COLOR: "1" })
      expect(stdout).toContain("owned")
      // oxlint-disable-next-line eslint/no-control-regex
      expect(stdout, args).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u)
    }
  })
})

describe("settings", () => {
  test("finds the database by --db, CROSSWALK_DB, crosswalk.json, then the data folder", async ({
    crosswalk,
    folder
  }) => {
    const deep = join(folder, "project", "deep")
    await mkdir(deep, { recursive: true })
    const database = async (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
      (await crosswalk(["status", "--json", ...args, ...words], { cwd: deep, env })).json().database
    expect(await database([])).toMatchObject({
      from: "default",
      url: join(folder, "data", "crosswalk", "crosswalk.db")
    })
    await writeFile(join(folder, "project", "crosswalk.json"), '{"db": "here.db"}')
    expect(await database([])).toMatchObject({ from: "crosswalk.json", url: join(folder, "project", "here.db") })
    expect(await database([], { CROSSWALK_DB: "/env.db" })).toMatchObject({ from: "CROSSWALK_DB", url: "/env.db" })
    expect(await database(["--db", "/flag.db"], { CROSSWALK_DB: "/env.db" })).toMatchObject({
      from: "--db",
      url: "/flag.db"
    })
    const imported = await crosswalk(["import", example("company-requirements.csv"), ...words], { cwd: deep })
    expect(imported.code).toBe(0)
    expect(existsSync(join(folder, "project", "here.db"))).toBe(true)
    await writeFile(join(deep, "crosswalk.json"), "{")
    expect((await crosswalk(["status"], { cwd: deep })).code).toBe(2)
  })

  test("makes the default data folder when something is imported, not before", async ({ crosswalk, folder }) => {
    const data = join(folder, "data", "crosswalk")
    expect((await crosswalk(["search", "x", ...words])).code).toBe(3)
    expect(existsSync(data)).toBe(false)
    expect((await crosswalk(["import", example("company-requirements.csv"), ...words])).code).toBe(0)
    expect((await crosswalk(["search", "backup", ...words])).code).toBe(0)
  })
})

describe("exit codes", () => {
  test("says with its exit code what kind of end it was", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db"), ...words]
    const code = async (args: ReadonlyArray<string>, stdin = "") => (await crosswalk([...args, ...db], { stdin })).code
    expect(await code(["import", example("company-requirements.csv")])).toBe(0)
    await writeFile(join(folder, "not.db"), "This is not a database. ".repeat(100))
    expect((await crosswalk(["list", "--db", join(folder, "not.db")])).code).toBe(1)
    expect(await code(["import", "-", "--catalog", "c@1"], "")).toBe(1)
    expect(await code(["search", "x", "--nonsense"])).toBe(2)
    expect(await code(["import", join(folder, "missing.json")])).toBe(3)
    expect(await code(["get", "missing"])).toBe(3)
    expect((await crosswalk(["search", "x", "--model", "no/such", "--db", join(folder, "x.db")])).code).toBe(4)
    expect(await code(["import", "-", "--catalog", "c@1"], "id,title\n1,One\n2,\n")).toBe(5)
  })

  test("tells a damaged database", async ({ crosswalk, folder }) => {
    const db = join(folder, "x.db")
    await writeFile(join(folder, "many.ndjson"), rows(500))
    await crosswalk(["import", "many.ndjson", "--db", db, ...words])
    const bytes = readFileSync(db)
    for (let at = 40_000; at < bytes.length; at += 4096 * 7) bytes.fill(0xa5, at, at + 512)
    await writeFile(db, bytes)
    const ran = await crosswalk(["doctor", "--db", db])
    expect(ran.code).toBe(1)
    expect(ran.stderr).not.toContain("should not happen")
  })

  test.skipIf(!isPosix || process.getuid?.() === 0)(
    "reads a database that it may not write",
    async ({ crosswalk, folder }) => {
      const db = join(folder, "x.db")
      await filled(db, [example("company-requirements.csv")])
      await chmod(db, 0o444)
      expect((await crosswalk(["list", "--db", db])).code).toBe(0)
      expect((await crosswalk(["remove", "company:2026.1/BR-01", "--db", db])).code).toBe(1)
    }
  )
})

describe("doctor", () => {
  test("changes no byte of the database", async ({ crosswalk, folder }) => {
    const db = join(folder, "x.db")
    await filled(db, [example("company-requirements.csv")])
    const before = readFileSync(db)
    expect((await crosswalk(["doctor", "--db", db])).code).toBe(0)
    expect(readFileSync(db).equals(before)).toBe(true)
  })
})

describe("completions", () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    test(`prints a script for ${shell}`, async ({ crosswalk, folder }) => {
      const { code, stdout } = await crosswalk(["--completions", shell])
      expect(code).toBe(0)
      expect(stdout).toContain("crosswalk")
      expect(stdout).toContain("similar")
      if (has(shell)) {
        await writeFile(join(folder, "script"), stdout)
        expect((await execute(shell, ["-n", "script"], folder)).code).toBe(0)
      }
    })
  }
})
