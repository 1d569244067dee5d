/**
 * Makes a program that uses the package with each bundler, once with the package left out and once with it inside, and runs
 * it where the package is installed and where it is not. The bundlers come from npm.
 */
import { cpSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { node, npm, type Ran } from "../../scripts/run.ts"

type Env = Readonly<Record<string, string | undefined>>
type Step = (name: string, ran: Promise<Ran>) => Promise<boolean>

const bundlers = ["esbuild", "rollup", "vite", "webpack"] as const

/** CommonJS is what esbuild makes for Node without being told. */
const ways = [
  ...bundlers.flatMap((bundler) => [
    { bundler, format: "esm", external: ["crosswalk", "effect"] },
    { bundler, format: "esm", external: ["@libsql/client"] }
  ]),
  { bundler: "esbuild", format: "cjs", external: ["@libsql/client"] },
  { bundler: "rollup", format: "esm", external: [] }
]

const packages = [
  "effect@4.1.0",
  "esbuild@0.28.2",
  "rollup@4.68.8",
  "@rollup/plugin-commonjs@29.0.3",
  "@rollup/plugin-json@6.1.0",
  "@rollup/plugin-node-resolve@16.0.3",
  "vite@8.3.8",
  "webpack@5.113.0"
]

/** Succeeds where the program ends with an error that says all of this. */
const refused = async (ran: Promise<Ran>, words: ReadonlyArray<string>): Promise<Ran> => {
  const { code, ...rest } = await ran
  return { ...rest, code: code === 3 && words.every((word) => rest.output.includes(word)) ? 0 : 1 }
}

/** Succeeds where the program found what it should, and nothing was worth a warning. */
const found = async (ran: Promise<Ran>): Promise<Ran> => {
  const { code, output, seconds } = await ran
  return { output, seconds, code: code === 0 && output.trim() === "2 vectors, req:0" ? 0 : 1 }
}

export const bundle = async (
  { folder, tarball, env }: { readonly folder: string; readonly tarball: string; readonly env: Env },
  step: Step
): Promise<void> => {
  const cwd = join(folder, "bundlers")
  const deployed = join(folder, "deployed")
  const installed = join(deployed, "node_modules", "crosswalk")
  cpSync(join(import.meta.dirname, "bundlers"), cwd, { recursive: true })
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, tarball), ...packages]
  if (!(await step("install the tarball with bundlers", npm(args, { cwd, env })))) return

  const made: Array<{ readonly name: string; readonly file: string; readonly isInside: boolean }> = []
  for (const { bundler, external, format } of ways) {
    const kind = external.length === 0 ? "all" : external.includes("crosswalk") ? "outside" : "inside"
    const name = `${bundler}, ${format}, ${kind}`
    const file = join(`${bundler}-${format}-${kind}`, `program.${format === "cjs" ? "cjs" : "mjs"}`)
    const ran = node("bundle.mjs", [bundler, format, file, ...external], { cwd, env, limit: 120 })
    if (await step(`${name}: makes a program`, ran)) made.push({ name, file, isInside: kind === "inside" })
  }

  // Programs run elsewhere than where they were made. One that used the network would say so: nobody is at this address.
  renameSync(cwd, deployed)
  const options = {
    cwd: deployed,
    env: { ...env, CROSSWALK_OFFLINE: "0", HF_ENDPOINT: "http://127.0.0.1:9" },
    limit: 60
  }
  for (const { name, file } of made) {
    const ran = node(file, [], options)
    await (name.endsWith("all")
      ? step(`${name}: says what to leave out`, refused(ran, ['"@libsql/client"', 'external: ["crosswalk"]']))
      : step(`${name}: finds by meaning`, found(ran)))
  }

  // Bytes that are not those of the package.
  const [weights = ""] = globSync("models/**/model_quantized.onnx", { cwd: installed })
  const bytes = readFileSync(join(installed, weights))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff
  writeFileSync(join(installed, weights), bytes)
  const [inside] = made.filter(({ isInside }) => isInside)
  const damaged = node(inside?.file ?? "", [], options)
  await step("a damaged package asks to be reinstalled", refused(damaged, ["SHA-256", "Reinstall the package."]))

  // The same programs where only the driver of the database is.
  rmSync(installed, { recursive: true })
  for (const { file, isInside, name } of made) {
    if (!isInside) continue
    const ran = node(file, [], options)
    await step(
      `${name}: says what to do where the package is not`,
      refused(ran, ['external: ["crosswalk"]', "reinstall"])
    )
  }
}
