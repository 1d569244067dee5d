import { Data, Effect, type Scope } from "effect"
import type { FromServer, ToServer } from "./WorkerServer.ts"
import * as WorkerThread from "./WorkerThread.ts"

/** A thread gave no answer, because it ended or could not be asked. */
export class WorkerFailure extends Data.TaggedError("WorkerFailure")<{ readonly problem: string }> {}

/** A thread that is asked questions and answers each, in their order. The process does not end while somebody waits. */
export interface WorkerClient<Question, Answer> {
  /** Asks and waits. The buffers are handed over. */
  readonly ask: (question: Question, transfer?: ReadonlyArray<ArrayBuffer>) => Effect.Effect<Answer, WorkerFailure>
  /** Asks without waiting for the answer. */
  readonly tell: (question: Question, transfer?: ReadonlyArray<ArrayBuffer>) => void
}

const open = <Question, Answer>(url: URL, workerData: unknown) => {
  const waiting = new Map<number, (result: Effect.Effect<Answer, WorkerFailure>) => void>()
  let thread: WorkerThread.WorkerThread<ToServer<Question>> | undefined
  let ended: string | undefined
  let lastId = 0

  const settle = (id: number, result: Effect.Effect<Answer, WorkerFailure>) => {
    const resolve = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) thread?.hold(false)
    resolve?.(result)
  }
  const failed = (problem: string) => Effect.fail(new WorkerFailure({ problem }))

  const start = () =>
    WorkerThread.start<ToServer<Question>, FromServer<Answer>>({
      url,
      workerData,
      closing: "Close",
      onMessage: ({ answer, id }) => settle(id, Effect.succeed(answer)),
      onExit: (problem) => {
        ended ??= problem
        for (const id of [...waiting.keys()]) settle(id, failed(ended))
      }
    })

  const send = (
    question: Question,
    transfer: ReadonlyArray<ArrayBuffer> | undefined,
    resolve: (result: Effect.Effect<Answer, WorkerFailure>) => void
  ) => {
    if (ended !== undefined) return resolve(failed(ended))
    const id = ++lastId
    waiting.set(id, resolve)
    try {
      thread ??= start()
      thread.hold(true)
      thread.send({ id, question }, transfer)
    } catch (cause) {
      settle(id, failed(String(cause)))
    }
  }

  const client: WorkerClient<Question, Answer> = {
    ask: (question, transfer) => Effect.callback((resume) => send(question, transfer, resume)),
    tell: (question, transfer) => send(question, transfer, () => {})
  }
  const close = async () => {
    ended ??= "it was closed"
    await thread?.close()
  }
  return { client, close }
}

/** A thread that runs the file `url`, from the first question on. It ends with the scope, after what it was asked. */
export const make = <Question, Answer>(
  url: URL,
  workerData: unknown
): Effect.Effect<WorkerClient<Question, Answer>, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => open<Question, Answer>(url, workerData)),
      ({ close }) => Effect.promise(close)
    ),
    ({ client }) => client
  )
