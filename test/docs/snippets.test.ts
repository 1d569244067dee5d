import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { crosswalk } from "../cli/run.ts"
import { anyBin } from "../support/command.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../..", import.meta.url))
const node = process.execPath

/** The code blocks of a Markdown text in one language. */
const blocks = (markdown: string, language: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, tag, code]) =>
    tag === language && code !== undefined ? [code] : []
  )

/** The examples of the docstrings of a source file: `@example` to the end of the comment, or a fenced block in it. */
const examples = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/\/\*\*(.*?)\*\//gsu)].flatMap(([, comment = ""]) => {
    const text = comment.replaceAll(/^ *\* ?/gmu, "")
    const fenced = blocks(text, "ts")
    const [, tagged] = /@example\n(.*?)(?=^@|(?![\s\S]))/msu.exec(text) ?? []
    return fenced.length > 0 ? fenced : tagged === undefined ? [] : [tagged]
  })

const sourceFiles = async (): Promise<ReadonlyArray<string>> =>
  (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts")).sort()

/** The README and every page of the documentation, with its text. */
const pages = async (): Promise<ReadonlyArray<{ readonly page: string; readonly text: string }>> => {
  const names = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md")).sort()
  const files = ["README.md", ...names.map((name) => `docs/${name}`)]
  return Promise.all(files.map(async (page) => ({ page, text: await readFile(join(root, page), "utf8") })))
}

/** The programs of the README and of the documentation. */
const programs = async (): Promise<Array<string>> => (await pages()).flatMap(({ text }) => blocks(text, "ts"))

/** The command lines of a page: those of its shell blocks, or indented, without their comments. */
const commandsOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^(?: {4})?(crosswalk (?![^\n]*\\$).*?)(?: +#.*)?$/gmu)].flatMap(([, command]) => command ?? [])

/** Pages whose commands run elsewhere, or nowhere. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["docs/http.md", "test/http/Transcripts.test.ts runs them against a server"],
  ["docs/mcp.md", "test/mcp/docs.test.ts runs them on a database of the examples"],
  ["docs/cluster.md", "test/docs/cluster.test.ts runs them on servers"],
  ["docs/coverage-in-ci.md", "e2e/internal/crosswalkCi.test.ts runs them as the workflow does"]
])

/** Commands that write below the user's home folder, need a program that may not be here, or answer until they are ended. */
const isElsewhere = (command: string) => /^crosswalk (?:--completions|serve)|\| jq /u.test(command)

/** The words of a command line without its first; none where it takes a shell to read it. */
const wordsOf = (command: string): ReadonlyArray<string> | undefined =>
  /[|&;<>()$`\\*?~]/u.test(command.replaceAll(/'[^']*'/gu, ""))
    ? undefined
    : [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].slice(1).map(([, ...word]) => word.join(""))

/** What of the package is tested: as it was built, which is checked eight times as fast, where the command is the built one. */
const isBuilt = anyBin.startsWith(join(root, "dist"))

/** The modules that the package exports. */
const modules = ["index", "libsql", "transformers", "http", "mcp", "promise", "testing"]

/** The snippet with the package's imports pointed at what is tested. */
const onPackage = (snippet: string): string =>
  snippet.replaceAll(/from "crosswalk(?:\/(\w+))?"/gu, (whole, name = "index") =>
    modules.includes(name)
      ? `from ${JSON.stringify(join(root, ...(isBuilt ? ["dist", `${name}.js`] : ["src", `${name}.ts`])))}`
      : whole
  )

describe("snippets", () => {
  let folder = ""
  let database = ""
  beforeAll(async () => {
    // Inside node_modules, so that snippets find the packages as an application's files would.
    folder = await mkdtemp(join(root, "node_modules/.snippets-"))
    database = await mkdtemp(join(tmpdir(), "crosswalk-docs-"))
    await cp(join(root, "examples"), join(database, "examples"), { recursive: true })
    await mkdir(join(folder, "src"))
    // Pages speak of the ASVS; what they do with it is done with the sample under its name.
    const sample = await readFile(join(root, "examples/security-requirements.json"), "utf8")
    const asvs = sample.replace("sample@1.0.0", "asvs@5.0.0").replace('"AUTH-2"', '"V11.4.2"')
    await writeFile(join(database, "asvs.json"), asvs)
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
    await rm(database, { recursive: true, force: true })
  })

  it("of the README, the documentation and every docstring type-check", async () => {
    const snippets = await programs()
    for (const name of await sourceFiles()) {
      const found = examples(await readFile(join(root, "src", name), "utf8"))
      // An example without imports illustrates an inner module; it is no program.
      snippets.push(...found.filter((code) => code.includes("import ")).map((code) => `// ${name}\n${code}`))
    }
    assert.isAbove(snippets.length, 8)
    const files = await Promise.all(
      snippets.map(async (code, i) => {
        const file = `src/snippet${i}.ts`
        await writeFile(join(folder, file), `${onPackage(code)}\nexport {}\n`)
        return file
      })
    )
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        include: [],
        exclude: [],
        files,
        compilerOptions: {
          noUnusedLocals: false,
          noUnusedParameters: false,
          typeRoots: [join(root, "node_modules/@types")]
        }
      })
    )
    const result = await run(node, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]).catch(
      (error) => error
    )
    const problems = String(result.stdout ?? "")
      .split("\n")
      .filter((line) => line.includes("snippet"))
    const named = await Promise.all(
      problems.map(async (line) => {
        const [, file = ""] = /(src\/snippet\d+\.ts)/u.exec(line) ?? []
        return `${(await readFile(join(folder, file), "utf8")).split("\n", 1)[0]}: ${line}`
      })
    )
    assert.deepEqual(named, [])
  }, 300_000)

  it("of the README and the documentation run", async () => {
    for (const code of await programs()) {
      const { stdout } = await run(node, ["--input-type=module-typescript", "--eval", onPackage(code)], { cwd: root })
      assert.match(stdout, /\S/u)
    }
  }, 300_000)

  it.live(
    "of the command line run",
    () =>
      Effect.gen(function* () {
        const db = join(database, "docs.db")
        // Paths of a command line are relative to the folder of the process.
        const back = process.cwd()
        yield* Effect.acquireRelease(
          Effect.sync(() => process.chdir(database)),
          () => Effect.sync(() => process.chdir(back))
        )
        const here = (words: ReadonlyArray<string>) =>
          crosswalk(database)("--embedder", "transformers", "--db", db, ...words)
        const sh = (command: string) =>
          Effect.promise(() =>
            run("sh", ["-c", `crosswalk() { ${node} ${anyBin} "$@"; }; ${command}`], {
              cwd: database,
              env: { ...process.env, CROSSWALK_DB: db }
            })
          )
        let total = 0
        for (const { page, text } of yield* Effect.promise(pages)) {
          if (elsewhere.has(page)) continue
          const commands = commandsOf(text).filter((command) => !isElsewhere(command))
          for (const command of commands) {
            const words = wordsOf(command)
            const ran = words === undefined ? { code: 0, ...(yield* sh(command)) } : yield* here(words)
            assert.strictEqual(ran.code, 0, `${page}: ${command}\n${ran.stderr}`)
            assert.match(ran.stdout + ran.stderr, /\S/u, `${page}: ${command}`)
          }
          total += commands.length
          // The other pages begin with what the README left.
          if (page === "README.md") {
            const { code, stderr } = yield* here(["import", "--quiet", "asvs.json"])
            assert.strictEqual(code, 0, stderr)
          }
        }
        assert.isAbove(total, 20)
      }),
    600_000
  )
})
