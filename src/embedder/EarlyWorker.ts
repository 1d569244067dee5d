import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Manifest } from "./Manifest.ts"
import { type ModelSpec, specOf } from "./ModelSpec.ts"
import { defaultModel, packageFolder, moduleUrl } from "../domain/PackageFolder.ts"
import * as WorkerHandle from "./WorkerHandle.ts"

/** A worker that was started before there was a pool. */
export interface EarlyWorker {
  /** The worker, once, where it has this model; otherwise it ends. */
  readonly take: (spec: ModelSpec) => WorkerHandle.WorkerHandle | undefined
}

/**
 * Starts to load the packaged model, for a program that wants it before it has loaded its own modules: this one imports
 * neither Effect nor the model's runtime. Give it to `Transformers.layer` as `early`. `undefined` where it cannot be
 * started; the layer then says why.
 */
export const start = (): EarlyWorker | undefined => {
  try {
    const folder = join(packageFolder, "models", defaultModel)
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))
    const own = specOf({ folder, manifest, dtype: "q8" }, {})
    const worker = WorkerHandle.start(moduleUrl("embedder/worker"), { spec: own })
    process.on("exit", worker.park)
    let taken = false
    return {
      take: (spec) => {
        if (taken) return undefined
        taken = true
        if (JSON.stringify(spec) === JSON.stringify(own)) return worker
        worker.send({ _tag: "Close" })
        return undefined
      }
    }
  } catch {
    return undefined
  }
}
