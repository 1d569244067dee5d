import { constants, setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import { closePort } from "../domain/WorkerPort.ts"
import type { FromIndex, IndexInput, ToIndex } from "./IndexProtocol.ts"
import { answering, IndexStore } from "./IndexStore.ts"

/** The thread that owns an index: answers one question after the other, and ends when it is told to. */
const input: IndexInput = workerData
const port = parentPort
if (port === null) throw new Error("This file runs as a worker thread")

// On Linux this is the priority of the thread alone, elsewhere of the whole process.
if (input.background && process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const answer = answering(new IndexStore(input))

port.on("message", ({ id, question }: ToIndex) => {
  if (question === "Close") {
    closePort(port)
    return
  }
  port.postMessage({ id, answer: answer(question) } satisfies FromIndex)
})
