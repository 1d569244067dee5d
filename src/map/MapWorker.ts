import { constants, setPriority } from "node:os"
import { workerData } from "node:worker_threads"
import { serve } from "../worker/WorkerServer.ts"
import type { MapInput } from "./MapProtocol.ts"
import { answering } from "./MapTask.ts"

/** The thread that computes positions: those that take long behind what is urgent, others while somebody waits for them. */
const input: MapInput = workerData

// On Linux this is the priority of the thread alone, elsewhere of the whole process.
if (input.task === "umap" && process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

serve(answering(input))
