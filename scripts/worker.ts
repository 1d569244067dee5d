// The bundled worker: with Node's cache of compiled code, where the launcher says, and then the worker itself.
import { enableCompileCache } from "node:module"

enableCompileCache()

await import("../src/embedder/worker.ts")
