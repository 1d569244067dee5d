/** Embedding with a real model in worker threads, and the choice of an embedder by configuration. */
import "./domain/Requirements.ts"
export { ModelLoadError } from "./domain/ModelLoadError.ts"
export { Embedder, type EmbedderError, Purpose } from "./embedder/Embedder.ts"
export * as EmbedderConfig from "./embedder/EmbedderConfig.ts"
export * as Transformers from "./embedder/Transformers.ts"
