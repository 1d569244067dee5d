/**
 * Builds `dist`: the library as ES modules with type declarations (tsc), and the command line as one bundle with its
 * worker beside it (esbuild).
 */
import { chmodSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build, type Metafile } from "esbuild"
import { bin, node, root } from "./run.ts"

const started = performance.now()
const dist = join(root, "dist")
rmSync(dist, { recursive: true, force: true })

/** Not bundled: native code, and what only the worker loads. */
const external = ["onnxruntime-node", "@libsql/client", "@huggingface/transformers", "usearch"]

const library = node(bin("typescript", "tsc"), ["-p", "tsconfig.build.json"])

const bundle = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: "scripts/launcher.ts", out: "crosswalk" },
    { in: "src/embedder/worker.ts", out: "worker" },
    { in: "src/vectors/IndexWorker.ts", out: "IndexWorker" },
    { in: "src/libsql/ReadWorker.ts", out: "ReadWorker" }
  ],
  outdir: "dist/cli",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external,
  // Chunks lie beside the entries, so that `import.meta.url` is as deep in the package as in src and dist.
  chunkNames: "[name]-[hash]",
  minifySyntax: true,
  legalComments: "none",
  // Bundled CommonJS packages may ask for Node's own modules.
  banner: {
    js: `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`
  },
  metafile: true,
  logLevel: "warning"
}).catch(() => process.exit(1)) // it has printed why
if (bundle.warnings.length > 0) process.exit(1)

/** The licence texts of every package in the bundle, which its licence asks to keep. */
const licences = (metafile: Metafile): string => {
  const folders = new Set<string>()
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder)
    }
  }
  return [...folders]
    .toSorted()
    .map((folder) => {
      const { license, name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8").trim()
      return `${name} ${version} (${license})\n\n${text}\n`
    })
    .join(`\n${"-".repeat(80)}\n\n`)
}

writeFileSync(join(dist, "cli", "LICENSES"), licences(bundle.metafile))
chmodSync(join(dist, "cli", "crosswalk.js"), 0o755)

const { code, output } = await library
if (code !== 0) {
  process.stderr.write(output)
  process.exit(1)
}
// tsc rewrites the `.ts` of imports in what it emits as JavaScript, not in declarations.
for (const file of globSync("**/*.d.ts", { cwd: dist })) {
  const path = join(dist, file)
  const text = readFileSync(path, "utf8")
  const rewritten = text.replace(/((?:from|import)\s*\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"')
  if (rewritten !== text) writeFileSync(path, rewritten)
}
process.stdout.write(`build: ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
