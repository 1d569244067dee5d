import { workerData } from "node:worker_threads"
import { load } from "./OnnxEncoder.ts"
import { serve } from "./WorkerLoop.ts"
import type { WorkerInput } from "./WorkerProtocol.ts"

const { flags, spec }: WorkerInput = workerData

await serve(flags, (stopped) => load(spec, stopped))
