import { Worker } from "node:worker_threads"
import type { InValue } from "@libsql/client"
import { Data, Effect, type Scope } from "effect"
import { workerUrl } from "../domain/PackageFolder.ts"
import type { FromReader, ToReader } from "./ReadProtocol.ts"

/** The thread could not read; nothing is known of why that would not concern the caller itself as well. */
export class ReadThreadFailure extends Data.TaggedError("ReadThreadFailure")<{ readonly reason: string }> {}

/** What a statement read. */
export type Rows = Exclude<FromReader, { readonly failure: string }>

/** A thread with a connection of its own to a database in a file. */
export interface ReadThread {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Effect.Effect<Rows, ReadThreadFailure>
}

const open = (url: string) => {
  const waiting = new Map<number, (answer: FromReader) => void>()
  let thread: { readonly worker: Worker; readonly exited: Promise<void> } | undefined
  let ended: string | undefined
  let lastId = 0

  const settle = (answer: FromReader) => {
    const resolve = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) thread?.worker.unref()
    resolve?.(answer)
  }

  const start = () => {
    const worker = new Worker(workerUrl("libsql/ReadWorker"), { workerData: { url }, stdout: true, execArgv: [] })
    worker.stdout.resume()
    worker.on("message", settle)
    worker.on("error", (error: unknown) => {
      ended = error instanceof Error ? error.message : String(error)
    })
    const exited = new Promise<void>((resolve) => {
      worker.on("exit", () => {
        ended ??= "its thread ended"
        for (const id of [...waiting.keys()]) settle({ id, failure: ended })
        resolve()
      })
    })
    return { worker, exited }
  }

  const run: ReadThread["run"] = (sql, args) =>
    Effect.callback((resume) => {
      if (ended !== undefined) return resume(Effect.fail(new ReadThreadFailure({ reason: ended })))
      try {
        const message: ToReader = { id: ++lastId, sql, args }
        thread ??= start()
        thread.worker.ref()
        waiting.set(message.id, (answer) =>
          resume(
            "failure" in answer
              ? Effect.fail(new ReadThreadFailure({ reason: answer.failure }))
              : Effect.succeed(answer)
          )
        )
        thread.worker.postMessage(message)
      } catch (cause) {
        resume(Effect.fail(new ReadThreadFailure({ reason: String(cause) })))
      }
    })

  const close = async () => {
    ended ??= "it was closed"
    if (thread === undefined) return
    thread.worker.ref()
    thread.worker.postMessage("Close" satisfies ToReader)
    await thread.exited
  }
  return { run, close }
}

/** A thread for the database at `url`, as libSQL understands it; it starts with the first statement. */
export const make = (url: string): Effect.Effect<ReadThread, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => open(url)),
    ({ close }) => Effect.promise(close)
  )
