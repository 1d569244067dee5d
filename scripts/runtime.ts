/**
 * The model's runtime inside the package, so that who installs it gets what is used and runs no install script:
 * transformers.js without images and browsers, onnxruntime-node without GPUs.
 */
import { cpSync, globSync, mkdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import type { Plugin } from "esbuild"
import { root } from "./run.ts"

const modules = join(root, "node_modules")
const transformers = join(modules, "@huggingface", "transformers", "src", "transformers.js")

/** What the embedder uses of transformers.js; the rest is left out of the bundle. */
const used = ["AutoModel", "AutoTokenizer", "env", "LogLevel", "Tensor"]

/** Where what this script makes lies, from the folders of dist. */
const runtime = "../runtime"

/**
 * Loads a native module of this platform: `folder` is the path to {@link runtime} from where the bundle lies. The name is
 * not one that esbuild would follow.
 */
export const nativeLoader = (folder = runtime): string => `
import { createRequire as __createRequire } from "node:module"
import { existsSync as __existsSync } from "node:fs"
const require = __createRequire(import.meta.url)
const __native = (file) => {
  const platform = process.platform + "-" + process.arch
  const url = new URL("${folder}/" + platform + "/" + file, import.meta.url)
  if (!__existsSync(url)) throw new Error("the package has no " + file + " for " + platform)
  return require("${folder}/" + platform + "/" + file)
}`

/** The file, with one of its expressions replaced. */
export const replaced = (path: string, what: RegExp, by: string) => {
  const code = readFileSync(path, "utf8")
  if (!what.test(code)) throw new Error(`${path} loads its native module in another way than the build expects`)
  return { contents: code.replace(what, by) }
}

/** Bundles the runtime into what imports it. */
export const bundleRuntime: Plugin = {
  name: "runtime",
  setup(build) {
    build.onResolve({ filter: /^@huggingface\/transformers$/ }, () => ({ path: "transformers", namespace: "runtime" }))
    build.onLoad({ filter: /^transformers$/, namespace: "runtime" }, () => ({
      contents: `export { ${used.join(", ")} } from ${JSON.stringify(transformers)}`,
      resolveDir: root
    }))
    // Texts need no images, and Node no WebAssembly.
    build.onResolve({ filter: /^(sharp|onnxruntime-web)(\/|$)/ }, ({ path }) => ({ path, namespace: "unused" }))
    build.onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "export default {}" }))
    build.onLoad({ filter: /backends[\\/]onnx-node\.js$/ }, () => ({
      contents: 'export { default } from "onnxruntime-node"',
      resolveDir: root
    }))
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, ({ path }) =>
      replaced(path, /\brequire\(`[^`]*\/onnxruntime_binding\.node`\)/, '__native("onnxruntime_binding.node")')
    )
  }
}

/** Bundles usearch, whose own way to its binary needs an install script. */
export const bundleUsearch: Plugin = {
  name: "usearch",
  setup(build) {
    build.onLoad({ filter: /usearch[\\/]javascript[\\/]dist[\\/]esm[\\/]usearch\.js$/ }, ({ path }) =>
      replaced(path, /\bbuild\(getBuildDir\(getDirName\(\)\)\)/, '__native("usearch.node")')
    )
  }
}

/** Takes usearch from where {@link bundleUsearch} put it. */
export const importUsearch: Plugin = {
  name: "import usearch",
  setup(build) {
    build.onResolve({ filter: /^usearch$/ }, () => ({ path: `${runtime}/usearch.js`, external: true }))
  }
}

/** Copies the binaries to `<folder>/<platform>-<architecture>`. */
export const copyBinaries = (folder: string): void => {
  const copy = (from: string, platform: string, name: string) => {
    mkdirSync(join(folder, platform), { recursive: true })
    cpSync(from, join(folder, platform, name))
  }
  const onnx = join(modules, "onnxruntime-node", "bin", "napi-v6")
  for (const path of globSync("*/*/*.{node,dll,dylib,so.*}", { cwd: onnx })) {
    const file = basename(path)
    // DirectML and the shader compilers serve GPUs and are loaded for them only; macOS has its library twice.
    if (/^(DirectML|dxcompiler|dxil)\.dll$|^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file)) continue
    copy(join(onnx, path), dirname(path).replaceAll(/[\\/]/g, "-"), file)
  }
  const prebuilds = join(modules, "usearch", "prebuilds")
  for (const path of globSync("*/*.node", { cwd: prebuilds })) {
    const [system = "", architectures = ""] = dirname(path).split("-")
    for (const arch of architectures.split("+")) copy(join(prebuilds, path), `${system}-${arch}`, "usearch.node")
  }
}
