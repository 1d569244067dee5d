import Module from "node:module"
import { workerData } from "node:worker_threads"
import { load } from "./OnnxEncoder.ts"
import { serve } from "./WorkerLoop.ts"
import type { WorkerInput } from "./WorkerProtocol.ts"

const { compileCache, flags, spec }: WorkerInput = workerData

if (compileCache !== undefined) Module.enableCompileCache?.(compileCache)

await serve(flags, (stopped) => load(spec, stopped))
