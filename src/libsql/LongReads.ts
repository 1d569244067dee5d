import { Worker } from "node:worker_threads"
import { Context, Data, Effect, Layer, Option, Stream } from "effect"
import type { SqlConnection } from "effect/sql"
import { LibsqlClient } from "./LibsqlClient.ts"
import { locate } from "./LibsqlConfig.ts"
import { toSqlError } from "./LibsqlError.ts"
import { toArg } from "./LibsqlValues.ts"
import type { FromReader, ToReader } from "./ReadProtocol.ts"

/** The thread could not read; nothing is known of why that would not concern the caller itself as well. */
class ReaderFailure extends Data.TaggedError("ReaderFailure")<{ readonly reason: string }> {}

type Rows = Exclude<FromReader, { readonly failure: string }>

const workerUrl = new URL(import.meta.url.endsWith(".ts") ? "./ReadWorker.ts" : "./ReadWorker.js", import.meta.url)

/** A thread that starts with the first statement. */
const reader = (url: string) => {
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
    const worker = new Worker(workerUrl, { workerData: { url }, stdout: true, execArgv: [] })
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

  const run = (sql: string, params: ReadonlyArray<unknown>): Effect.Effect<Rows, ReaderFailure> =>
    Effect.callback((resume) => {
      if (ended !== undefined) return resume(Effect.fail(new ReaderFailure({ reason: ended })))
      try {
        const message: ToReader = { id: ++lastId, sql, args: params.map(toArg) }
        thread ??= start()
        thread.worker.ref()
        waiting.set(message.id, (answer) =>
          resume(
            "failure" in answer ? Effect.fail(new ReaderFailure({ reason: answer.failure })) : Effect.succeed(answer)
          )
        )
        thread.worker.postMessage(message)
      } catch (cause) {
        resume(Effect.fail(new ReaderFailure({ reason: String(cause) })))
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

const toObjects = ({ columns, rows }: Rows): ReadonlyArray<Record<string, unknown>> =>
  rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))

/** What an effect reads, read elsewhere. */
export interface Shape {
  /**
   * Runs the statements of `effect`, which only reads, in a thread with a connection of its own, so that they do not hold
   * the event loop. It sees what is committed. In a transaction, and where the thread cannot, they run as always.
   */
  readonly offLoop: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const make = Effect.gen(function* () {
  const client = Option.getOrUndefined(yield* Effect.serviceOption(LibsqlClient))
  if (client === undefined || (client.kind !== "file" && client.kind !== "replica"))
    return { offLoop: (effect) => effect } satisfies Shape
  const sql = client.withoutTransforms()
  const { run } = yield* Effect.acquireRelease(
    Effect.sync(() => reader(locate({ url: client.url }).url)),
    ({ close }) => Effect.promise(close)
  )
  const { transactionService } = sql
  /** Tells `onFailure` where the thread cannot. */
  const connectionOf = (onFailure: () => void): SqlConnection.Connection => {
    const read = (text: string, params: ReadonlyArray<unknown>) =>
      run(text, params).pipe(
        Effect.tapError(() => Effect.sync(onFailure)),
        Effect.mapError(toSqlError("read"))
      )
    const execute: SqlConnection.Connection["execute"] = (text, params, transformRows) =>
      Effect.map(read(text, params), (rows) => transformRows?.(toObjects(rows)) ?? toObjects(rows))
    const executeValues: SqlConnection.Connection["executeValues"] = (text, params) =>
      Effect.map(read(text, params), ({ rows }) => rows)
    return {
      execute,
      executeUnprepared: execute,
      executeRaw: read,
      executeValues,
      executeValuesUnprepared: executeValues,
      executeStream: (text, params, transformRows) => Stream.fromIterableEffect(execute(text, params, transformRows))
    }
  }
  const elsewhere = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      let failed = false
      const connection = connectionOf(() => {
        failed = true
      })
      // As it only reads, it can be done again.
      return Effect.provideService(effect, transactionService, [connection, 0]).pipe(
        Effect.catchCause((cause) => (failed ? effect : Effect.failCause(cause)))
      )
    })
  const offLoop: Shape["offLoop"] = (effect) =>
    Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
      Option.isSome(transaction) ? effect : elsewhere(effect)
    )
  return { offLoop } satisfies Shape
})

/**
 * Keeps statements that take long off the event loop of a server. Without its layer they run as always.
 */
export class LongReads extends Context.Reference<Shape>("crosswalk/LongReads", {
  defaultValue: () => ({ offLoop: (effect) => effect })
}) {
  /** A thread for a database in a file; elsewhere nothing changes. */
  static readonly layer: Layer.Layer<never> = Layer.effect(this, make)
}
