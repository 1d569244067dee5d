import { existsSync } from "node:fs"
import Module from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** The model that is in the package. */
export const defaultModel = "Xenova/all-MiniLM-L6-v2"

const isPackage = (folder: string) => existsSync(join(folder, "models", defaultModel, "manifest.json"))

/**
 * The folder of this package: two above this file, from the sources, the compiled files and the bundle alike. In a
 * program that a bundler made, this file is somewhere else; then it is the package that is installed beside the program.
 */
export const packageFolder = (() => {
  const own = fileURLToPath(new URL("../../", import.meta.url))
  if (isPackage(own)) return own
  try {
    return join(Module.createRequire(import.meta.url).resolve("crosswalk/package.json"), "..")
  } catch {
    return own
  }
})()

/** What is wrong where the package's own files cannot be found, as a sentence. */
export const packageProblem = isPackage(packageFolder)
  ? undefined
  : `the files of the package are not in ${packageFolder}. If a bundler made this program, tell it to leave crosswalk ` +
    'out (external: ["crosswalk"]), or install crosswalk beside the program.'

/** The file of a worker thread, such as `embedder/worker`. */
export const workerUrl = (name: string): URL =>
  import.meta.url.endsWith("/src/domain/PackageFolder.ts")
    ? new URL(`../${name}.ts`, import.meta.url)
    : pathToFileURL(join(packageFolder, "dist", `${name}.js`))
