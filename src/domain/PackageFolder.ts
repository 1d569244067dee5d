import { existsSync } from "node:fs"
import Module from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** The model that is in the package. */
export const defaultModel = "Xenova/all-MiniLM-L6-v2"

const isPackage = (folder: string) => existsSync(join(folder, "models", defaultModel, "manifest.json"))

/** This file. A bundler that makes CommonJS leaves `import.meta` empty; then it is the program. */
const here = (() => {
  const url: string | undefined = import.meta.url
  return url === undefined ? (process.argv[1] ?? process.cwd()) : fileURLToPath(url)
})()

/**
 * The folder of this package: two above this file, from the sources, the compiled files and the bundle alike. In a
 * program that a bundler made, this file is somewhere else; then it is the package that is installed beside the program.
 */
export const packageFolder = (() => {
  const own = join(here, "..", "..", "..")
  if (isPackage(own)) return own
  // webpack writes down where this file was when the program was made.
  for (const file of [here, process.argv[1] ?? here]) {
    try {
      return join(Module.createRequire(file).resolve("crosswalk/package.json"), "..")
    } catch {}
  }
  return own
})()

/** What is wrong where the package's own files cannot be found, as a sentence. */
export const packageProblem = isPackage(packageFolder)
  ? undefined
  : `the files of the package are not in ${packageFolder}. If a bundler made this program, tell it to leave crosswalk ` +
    'out (external: ["crosswalk"]), or install crosswalk beside the program.'

/**
 * A module of the package that is run from its own file, such as `embedder/worker`: a worker thread, or what loads native
 * code that lies beside it.
 */
export const moduleUrl = (name: string): URL =>
  pathToFileURL(
    here.endsWith(join("src", "domain", "PackageFolder.ts"))
      ? join(here, "..", "..", `${name}.ts`)
      : join(packageFolder, "dist", `${name}.js`)
  )
