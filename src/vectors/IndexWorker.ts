import { constants, setPriority } from "node:os"
import { workerData } from "node:worker_threads"
import { serve } from "../worker/WorkerServer.ts"
import type { IndexInput } from "./IndexProtocol.ts"
import { answering, IndexStore } from "./IndexStore.ts"

/** The thread that owns an index. */
const input: IndexInput = workerData

// On Linux this is the priority of the thread alone, elsewhere of the whole process.
if (input.background && process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

serve(answering(new IndexStore(input)))
