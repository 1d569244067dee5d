/**
 * Builds `dist`: the library as ES modules with type declarations (tsc), the command line as one bundle, the embedder's
 * worker with the model's runtime (esbuild), and the page (Vite).
 */
import { chmodSync, cpSync, existsSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild"
import { bin, node, root } from "./run.ts"
import { make as sbom } from "./sbom.ts"
import { buildWeb } from "./web.ts"
import { bundleRuntime, bundleUsearch, copyBinaries, importUsearch, nativeLoader, replaced } from "./runtime.ts"

const started = performance.now()
const dist = join(root, "dist")
rmSync(dist, { recursive: true, force: true })

const library = node(bin("typescript", "tsc"), ["-p", "tsconfig.build.json"])

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning"
} as const satisfies BuildOptions

const bundle = async (options: BuildOptions): Promise<Metafile> => {
  const { metafile, warnings } = await build({ ...options, metafile: true }).catch(() => process.exit(1)) // it has printed why
  if (warnings.length > 0) process.exit(1)
  return metafile
}

/** The API is documented by one of the two pages that Effect has; the other is 2 MB. */
const withoutSwagger: Plugin = {
  name: "without Swagger",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]internal[\\/]httpApiSwagger\.js$/ }, () => ({
      contents: `export const css = "", javascript = ""`
    }))
}

const command = await bundle({
  ...common,
  entryPoints: [{ in: "scripts/launcher.ts", out: "crosswalk" }],
  outdir: "dist/cli",
  splitting: true,
  external: ["@libsql/client"], // native code
  plugins: [importUsearch, withoutSwagger],
  // Chunks lie beside the entries, so that `import.meta.url` is as deep in the package as in src and dist.
  chunkNames: "[name]-[hash]",
  // Bundled CommonJS packages may ask for Node's own modules.
  banner: {
    js: `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`
  }
})

/** The folders of the packages in the bundles. */
const packagesOf = (...metafiles: ReadonlyArray<Metafile>): ReadonlyArray<string> => {
  const folders = new Set<string>()
  for (const output of metafiles.flatMap(({ outputs }) => Object.values(outputs))) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder)
    }
  }
  return [...folders].toSorted()
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))

/** The licence texts of packages in a bundle, which their licences ask to keep. */
const licences = (packages: ReadonlyArray<string>): string =>
  packages
    .map((folder) => {
      const { license, name, version } = manifestOf(folder)
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
      // Those of onnxruntime come without the text.
      const path =
        file === undefined ? join("scripts", "licences", `${name.replace(/-.*/, "")}.txt`) : join(folder, file)
      const text = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8").trim() : ""
      return `${name} ${version} (${license})\n\n${text}\n`
    })
    .join(`\n${"-".repeat(80)}\n\n`)

writeFileSync(join(dist, "cli", "LICENSES"), licences(packagesOf(command)))
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

// The workers take the place of what tsc made of them and of what only they import.
for (const module of [
  "embedder/worker",
  "embedder/OnnxEncoder",
  "embedder/WorkerLoop",
  "map/MapWorker",
  "map/MapTask",
  "map/UmapPositions"
]) {
  for (const type of ["js", "d.ts"]) rmSync(join(dist, `${module}.${type}`))
}
const worker = await bundle({
  ...common,
  entryPoints: ["src/embedder/worker.ts"],
  outfile: "dist/embedder/worker.js",
  minifyWhitespace: true,
  plugins: [bundleRuntime],
  banner: { js: nativeLoader() }
})
const map = await bundle({
  ...common,
  entryPoints: ["src/map/MapWorker.ts"],
  outfile: "dist/map/MapWorker.js",
  minifyWhitespace: true
})
const usearch = await bundle({
  ...common,
  entryPoints: ["node_modules/usearch/javascript/dist/esm/usearch.js"],
  outfile: "dist/runtime/usearch.js",
  plugins: [bundleUsearch],
  banner: { js: nativeLoader(".") }
})
for (const file of globSync("vectors/*.js", { cwd: dist })) {
  const path = join(dist, file)
  writeFileSync(path, readFileSync(path, "utf8").replace(/from "usearch"/g, 'from "../runtime/usearch.js"'))
}
// A user's bundler must leave this module where its native part is. (In TypeScript the import would get a helper of tsc.)
const { contents } = replaced(
  join(dist, "vectors", "IndexThread.js"),
  /import\("\.\/IndexStore\.js"\)/,
  'import(/* webpackIgnore: true */ /* @vite-ignore */ moduleUrl("vectors/IndexStore").href)'
)
writeFileSync(join(dist, "vectors", "IndexThread.js"), contents)
copyBinaries(join(dist, "runtime"))
writeFileSync(join(dist, "runtime", "LICENSES"), licences(packagesOf(worker, usearch, map)))
// Its npm package has only its own licence; these are from its Python package of the same version.
cpSync(
  join(root, "scripts", "licences", "onnxruntime-third-parties.txt"),
  join(dist, "runtime", "ThirdPartyNotices.txt")
)
const web = await buildWeb()
writeFileSync(join(dist, "web", "LICENSES"), licences(web.packages))
const bundled = new Set([...packagesOf(command, worker, usearch, map), ...web.packages])
const made = await sbom([...bundled].map(manifestOf))
writeFileSync(join(dist, "sbom.cdx.json"), made.json)
writeFileSync(join(dist, "licences.md"), made.table)
process.stdout.write(
  `build: ${((performance.now() - started) / 1000).toFixed(1)} s; the page has ${(web.size / 1000).toFixed(0)} kB gzipped\n`
)
