/**
 * Packs the tarball, installs it into a fresh copy of test_package as a user would, type-checks that against the shipped
 * declarations and runs its tests; then with pnpm. Ends with `N passed, N failed`. `--no-build` packs `dist` as it is, and
 * `--packed=FOLDER` takes the tarball from there, if it has one. `--all` takes every package manager, runtime, TypeScript and
 * bundler, some six minutes.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bin, failure, node, npm, type Ran, root } from "../../scripts/run.ts"
import { bundle } from "./bundlers.ts"
import { ask } from "./mcp.ts"
import { compile, install as installWithManagers } from "./managers.ts"

const folder = mkdtempSync(join(tmpdir(), "crosswalk-external-"))
const consumer = join(folder, "consumer")

let passed = 0
let failed = 0

const step = async (name: string, ran: Promise<Ran>): Promise<boolean> => {
  const { code, output, seconds } = await ran
  const isGood = code === 0
  process.stdout.write(
    isGood
      ? `ok     ${name} (${seconds.toFixed(1)} s)\n`
      : `${output.trim()}\n${failure(`${name} (${seconds.toFixed(1)} s)`, output)}`
  )
  if (isGood) passed++
  else failed++
  return isGood
}

/** What the npm that runs this script tells its children must not reach a user's npm. */
const environment = () => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|CROSSWALK_)/i.test(name))
  return { ...Object.fromEntries(inherited), CROSSWALK_OFFLINE: "1" }
}

const all = process.argv.includes("--all")

/** The name of the tarball, once there is one. */
const packed = () => readdirSync(folder).find((file) => file.endsWith(".tgz"))
const tarball = () => packed() ?? "no tarball"

const install = () => {
  cpSync(join(import.meta.dirname, "test_package"), consumer, { recursive: true })
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, tarball())]
  return npm(args, { cwd: consumer, env: environment() })
}

/** The tests of the consumer, by Node's own runner, over what tsc emitted. */
const tests = async () => {
  const files = readdirSync(join(consumer, "out")).filter((file) => file.endsWith(".test.js"))
  const { code, output, seconds } = await node(
    "--test",
    ["--test-reporter=spec", "--test-timeout=60000", ...files.map((file) => join("out", file))],
    { cwd: consumer, env: environment(), limit: 240 }
  )
  const total = (word: string) => Number(new RegExp(`^\\S* ?${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0)
  passed += total("pass")
  failed += code === 0 ? 0 : Math.max(1, total("fail") + total("cancelled"))
  process.stdout.write(`${output.trim()}\ntests in ${seconds.toFixed(1)} s\n`)
  if (code !== 0) process.stdout.write(failure("tests", output.slice(Math.max(0, output.indexOf("✖ failing tests:")))))
}

try {
  const given = process.argv.flatMap((argument) => /^--packed=(.+)$/su.exec(argument)?.[1] ?? [])
  for (const from of given) cpSync(from, folder, { recursive: true })
  const packages = process.argv.includes("--no-build") || (await step("build", node(join(root, "scripts", "build.ts"))))
  if (
    packages &&
    (packed() !== undefined || (await step("pack", npm(["pack", "--ignore-scripts", "--pack-destination", folder])))) &&
    (await step("install the tarball in a fresh folder", install())) &&
    (await step("type-check", node(bin("typescript", "tsc", consumer), ["-p", "."], { cwd: consumer })))
  ) {
    await tests()
    await step("declare everything", node(join("out", "declare.js"), [], { cwd: consumer, env: environment() }))
    await ask({ consumer, env: environment() }, step)
    await compile({ consumer, env: environment(), all }, step)
    await installWithManagers({ folder, tarball: tarball(), env: environment(), all }, step)
    if (all) await bundle({ folder, tarball: tarball(), env: environment() }, step)
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
