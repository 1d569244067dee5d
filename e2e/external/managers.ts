/**
 * Installs the tarball with each package manager into an empty project, as a user would, and runs the programs of its
 * README there: with Node, and with other runtimes where `all` says so. The managers and runtimes come from npm.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { transform } from "esbuild"
import { npm, type Ran, root, run } from "../../scripts/run.ts"

type Env = Readonly<Record<string, string | undefined>>

interface Manager {
  readonly name: string
  /** The package of the manager on npm, and its command. */
  readonly from: string
  readonly command: string
  readonly add: (tarball: string) => ReadonlyArray<string>
  /** The command that runs a file of the project, where it is not Node itself. */
  readonly node?: true
  readonly settings?: Readonly<Record<string, string>>
}

const effect = "effect@4.1.0"
const berry = (linker: string) => ({
  from: "@yarnpkg/cli-dist@4.18.1",
  command: "yarn",
  add: (tarball: string) => ["add", `crosswalk@file:./${tarball}`, effect],
  settings: { ".yarnrc.yml": `nodeLinker: ${linker}\nenableTelemetry: false\n`, "yarn.lock": "" }
})

const managers: ReadonlyArray<Manager> = [
  {
    name: "pnpm",
    from: "pnpm@12.21.0",
    command: "pnpm",
    add: (tarball) => ["add", `./${tarball}`, effect, "@types/node@24"]
  },
  { name: "yarn 1", from: "yarn@1.22.22", command: "yarn", add: (tarball) => ["add", `./${tarball}`, effect] },
  { name: "yarn, node-modules", ...berry("node-modules") },
  { name: "yarn, PnP", ...berry("pnp"), node: true },
  { name: "bun", from: "bun@1.4.5", command: "bun", add: (tarball) => ["add", `./${tarball}`, effect] }
]

/** Each way to run the programs, as a package of npm with its command. */
const runtimes: ReadonlyArray<{ readonly name: string; readonly from: string; readonly args: ReadonlyArray<string> }> =
  [
    { name: "Node 22.19", from: "node@22.19.0", args: ["node"] },
    { name: "Node 26", from: "node@26.10.0", args: ["node"] },
    { name: "Bun", from: "bun@1.4.5", args: ["bun"] },
    { name: "Deno", from: "deno@2.9.6", args: ["deno", "run", "-A"] }
  ]

/** The TypeScript programs of the README, as JavaScript that every one of these runtimes reads. */
const programs = await Promise.all(
  [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
    async ([, code = ""]) => (await transform(code, { loader: "ts", target: "node22" })).code
  )
)

const npx = (from: string, args: ReadonlyArray<string>, options: { readonly cwd: string; readonly env: Env }) =>
  npm(["exec", "--yes", `--package=${from}`, "--", ...args], { ...options, limit: 180 })

/** What a manager or the package must not say. Yarn's own note on its loader is not about the package. */
const complaint = /\bwarn(ing)?\b.*(crosswalk|usearch|onnxruntime|install script|build script)/i

/** Runs every step, through `step`, which counts it. */
export const install = async (
  {
    folder,
    tarball,
    all,
    env: given
  }: { readonly folder: string; readonly tarball: string; readonly env: Env; readonly all: boolean },
  step: (name: string, ran: Promise<Ran>) => Promise<boolean>
): Promise<void> => {
  // Yarn 1 keeps a tarball by its name and version, whatever is in it.
  const env = { ...given, YARN_CACHE_FOLDER: join(folder, "yarn-cache") }
  for (const manager of all ? managers : managers.slice(0, 1)) {
    const cwd = join(folder, manager.name.replace(/\W+/g, "-"))
    mkdirSync(cwd)
    writeFileSync(join(cwd, "package.json"), '{ "name": "user", "private": true, "type": "module" }\n')
    for (const [name, text] of Object.entries(manager.settings ?? {})) writeFileSync(join(cwd, name), text)
    copyFileSync(join(folder, tarball), join(cwd, tarball))
    // The README's programs read them.
    cpSync(join(root, "examples"), join(cwd, "examples"), { recursive: true })
    for (const [index, code] of programs.entries()) writeFileSync(join(cwd, `readme${index}.mjs`), code)
    const quietly = async () => {
      const ran = await npx(manager.from, [manager.command, ...manager.add(tarball)], { cwd, env })
      return complaint.test(ran.output) ? { ...ran, code: 1 } : ran
    }
    if (!(await step(`${manager.name} installs the tarball without a warning`, quietly()))) continue
    const files = programs.map((_, index) => `readme${index}.mjs`)
    for (const file of files) {
      const ran =
        manager.node === true
          ? npx(manager.from, [manager.command, "node", file], { cwd, env })
          : run(process.execPath, [file], { cwd, env, limit: 60 })
      await step(`${manager.name}: ${file} of the README runs`, ran)
    }
    if (manager.name !== "pnpm") continue
    cpSync(join(folder, "consumer", "tsconfig.json"), join(cwd, "tsconfig.json"))
    cpSync(join(folder, "consumer", "src", "declarations.ts"), join(cwd, "src", "declarations.ts"))
    const compiled = npx("typescript@7.0.2", ["tsc", "-p", ".", "--noEmit", "--declaration"], { cwd, env })
    await step("pnpm: every type has a name where dependencies of dependencies are out of reach", compiled)
    if (!all) continue
    for (const { args, from, name } of runtimes) {
      for (const file of files)
        await step(`${name}: ${file} of the README runs`, npx(from, [...args, file], { cwd, env }))
    }
  }
}

/** Compiles the consumer and its declarations with each TypeScript and each way to resolve modules. */
export const compile = async (
  { consumer, env, all }: { readonly consumer: string; readonly env: Env; readonly all: boolean },
  step: (name: string, ran: Promise<Ran>) => Promise<boolean>
): Promise<void> => {
  const ways = [
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["preserve", "bundler"]
  ] as const
  for (const version of all ? ["5.9.3", "6.0.3", "7.0.2"] : ["7.0.2"]) {
    for (const [module, resolution] of ways) {
      const args = ["tsc", "-p", ".", "--noEmit", "--declaration", "--module", module, "--moduleResolution", resolution]
      await step(`TypeScript ${version}, ${resolution}`, npx(`typescript@${version}`, args, { cwd: consumer, env }))
    }
  }
}
