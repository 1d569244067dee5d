import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"

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

/** The programs of the README and of the pages that have some. */
const programs = async (): Promise<Array<string>> => {
  const pages = await Promise.all(
    ["README.md", "docs/observability.md"].map((page) => readFile(join(root, page), "utf8"))
  )
  return pages.flatMap((page) => blocks(page, "ts"))
}

const entries: Record<string, string> = {
  crosswalk: "src/index.ts",
  "crosswalk/libsql": "src/libsql.ts",
  "crosswalk/transformers": "src/transformers.ts",
  "crosswalk/promise": "src/promise.ts",
  "crosswalk/testing": "src/testing.ts"
}

/** The snippet with the package's imports pointed at its source. */
const onSource = (snippet: string): string =>
  snippet.replaceAll(/from "(crosswalk[^"]*)"/gu, (whole, name: string) =>
    entries[name] === undefined ? whole : `from ${JSON.stringify(join(root, entries[name]))}`
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
        await writeFile(join(folder, file), `${onSource(code)}\nexport {}\n`)
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
  }, 120_000)

  it("of the README and the documentation run", async () => {
    for (const code of await programs()) {
      const { stdout } = await run(node, ["--input-type=module-typescript", "--eval", onSource(code)], { cwd: root })
      assert.match(stdout, /\S/u)
    }
  }, 120_000)

  it("of the README's command line run", async () => {
    const lines = blocks(await readFile(join(root, "README.md"), "utf8"), "sh")
      .join("")
      .split("\n")
    const commands = lines.filter((line) => line.startsWith("crosswalk "))
    assert.isAbove(commands.length, 3)
    const cli = `${node} ${join(root, "src/cli/crosswalk.ts")}`
    for (const command of commands) {
      const { stdout } = await run("sh", ["-c", command.replace(/^crosswalk/u, cli)], {
        cwd: database,
        env: { ...process.env, CROSSWALK_DB: join(database, "readme.db") }
      })
      assert.match(stdout, /\S/u, command)
    }
  }, 120_000)
})
