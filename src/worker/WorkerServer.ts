import { parentPort } from "node:worker_threads"
import { closePort } from "./WorkerPort.ts"

export type ToServer<Question> = { readonly id: number; readonly question: Question } | "Close"

export interface FromServer<Answer> {
  readonly id: number
  readonly answer: Answer
}

/** The thread that a `WorkerClient` asks: answers one question after the other, and ends when it is told to. */
export const serve = <Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
  close: () => void = () => {}
): void => {
  const port = parentPort
  if (port === null) throw new Error("This file runs as a worker thread")

  const take = async (message: ToServer<Question>, before: Promise<void>): Promise<void> => {
    await before
    if (message === "Close") {
      close()
      closePort(port)
    } else {
      port.postMessage({ id: message.id, answer: await answer(message.question) } satisfies FromServer<Answer>)
    }
  }

  let queue: Promise<void> = Promise.resolve()
  port.on("message", (message: ToServer<Question>) => {
    queue = take(message, queue)
  })
}
