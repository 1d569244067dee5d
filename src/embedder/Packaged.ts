import { fileURLToPath } from "node:url"

/** The model that is used unless another is asked for; it is in the package. */
export const defaultModel = "Xenova/all-MiniLM-L6-v2"

/** The folder of the models in the package, from the sources, the compiled files and the bundle alike. */
export const packagedModels = fileURLToPath(new URL("../../models/", import.meta.url))

/** The file that the worker threads run: beside this one, and one for the library and the bundle in dist/cli. */
export const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "../embedder/worker.js",
  import.meta.url
)
