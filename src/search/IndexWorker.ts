import { parentPort, workerData } from "node:worker_threads"
import type { Answer, FromIndex, IndexInput, Question, ToIndex } from "./IndexProtocol.ts"
import { IndexStore } from "./IndexStore.ts"

/** The thread that owns an index: answers one question after the other, and ends when it is told to. */
const input: IndexInput = workerData
const port = parentPort
if (port === null) throw new Error("This file runs as a worker thread")

const store = new IndexStore(input)
/** After a change that failed half way nothing here can be believed. */
let broken: string | undefined

const answer = (question: Question): Answer => {
  if (question._tag === "Open" || question._tag === "Reset") broken = undefined
  if (broken !== undefined) return { _tag: "Failed", reason: broken }
  try {
    return store.answer(question)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (question._tag === "Apply" || question._tag === "Reset") broken = reason
    return { _tag: "Failed", reason }
  }
}

port.on("message", ({ id, question }: ToIndex) => {
  if (question === "Close") {
    port.close()
    return
  }
  port.postMessage({ id, answer: answer(question) } satisfies FromIndex)
})
