/**
 * Everything that is checked without running the product: types, lint with import cycles, the direction of imports,
 * format, floating Effects, the package's shape, the workflows. Ends with `N passed, N failed`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { wrongArrows } from "./arrows.ts"
import { unpinned } from "./pins.ts"
import { bin, node, npm, type Ran, root, run } from "./run.ts"

type Outcome = Pick<Ran, "code" | "output"> | { readonly skipped: string }

const tools = join(root, "scripts", "tools")

/** Installs what only `check` needs beside this script, once for each version of its lock file. */
const installTools = async (): Promise<Outcome> => {
  const stamp = join(tools, "node_modules", ".stamp")
  const lock = readFileSync(join(tools, "package-lock.json"), "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return { code: 0, output: "" }
  const ran = await npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: tools })
  if (ran.code === 0) writeFileSync(stamp, lock)
  return ran
}

const floatingEffects = async (): Promise<Outcome> => {
  const compiler = join(tools, "node_modules", "@effect", "tsgo-linux-x64", "lib", "tsc")
  if (!existsSync(compiler)) return { skipped: "@effect/tsgo is installed for Linux on x64 only" }
  const { code, output } = await run(compiler, ["--noEmit", "-p", "tsconfig.json"])
  return { code, output: output.replace(/^.*: suggestion TS.*\n/gm, "") }
}

/** publint and are-the-types-wrong over the tarball that would be published. */
const packageShape = async (): Promise<Outcome> => {
  if (!existsSync(join(root, "dist", "index.d.ts"))) {
    const built = await node(join(root, "scripts", "build.ts"))
    if (built.code !== 0) return built
  }
  const folder = mkdtempSync(join(tmpdir(), "crosswalk-check-"))
  try {
    const packed = await npm(["pack", "--ignore-scripts", "--pack-destination", folder])
    if (packed.code !== 0) return packed
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    const tarball = join(folder, `crosswalk-${version}.tgz`)
    const publint = await node(bin("publint", "publint", tools), ["run", tarball, "--strict"])
    const types = await node(bin("@arethetypeswrong/cli", "attw", tools), [tarball, "--profile", "esm-only"])
    return { code: publint.code + types.code, output: `${publint.output}\n${types.output}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** actionlint is no npm package: Go builds it beside the other tools where there is Go. */
const workflows = async (): Promise<Outcome> => {
  const folder = join(tools, "node_modules", ".bin")
  const env = { ...process.env, GOBIN: folder, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` }
  const ran = await run("actionlint", [], { env })
  if (ran.code !== 127) return ran
  const installed = await run("go", ["install", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"], { env })
  return installed.code === 0 ? run("actionlint", [], { env }) : { skipped: "neither actionlint nor Go is here" }
}

const listed = (find: () => ReadonlyArray<string>) => (): Outcome => {
  const wrong = find()
  return { code: wrong.length, output: wrong.join("\n") }
}

const steps: ReadonlyArray<readonly [name: string, step: () => Outcome | Promise<Outcome>]> = [
  ["types", () => node(bin("typescript", "tsc"), ["-p", "."])],
  ["types of the page", () => node(bin("typescript", "tsc"), ["-p", "src/web"])],
  ["lint and import cycles", () => node(bin("oxlint"), ["--deny-warnings"])],
  ["directions of imports", listed(wrongArrows)],
  ["exact versions of dependencies", listed(unpinned)],
  ["OpenAPI document", () => node(join(root, "scripts", "openapi.ts"), ["--check"])],
  ["format", () => node(bin("@biomejs/biome", "biome"), ["format", "--reporter=summary", "."])],
  ["tools", installTools],
  ["floating Effects", floatingEffects],
  ["package shape (publint, are-the-types-wrong)", packageShape],
  ["workflows (actionlint)", workflows]
]

let passed = 0
let failed = 0
for (const [name, step] of steps) {
  const started = performance.now()
  const outcome = await step()
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
  if ("skipped" in outcome) {
    process.stdout.write(`skipped  ${name}: ${outcome.skipped}\n`)
  } else if (outcome.code === 0) {
    passed++
    process.stdout.write(`ok       ${name} (${seconds})\n`)
  } else {
    failed++
    process.stdout.write(`${outcome.output.trim()}\nFAILED   ${name} (${seconds})\n`)
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
