import { availableParallelism } from "node:os"
import type { InValue } from "@libsql/client"
import { Data, Effect, type Scope } from "effect"
import { moduleUrl } from "../domain/PackageFolder.ts"
import * as WorkerClient from "../worker/WorkerClient.ts"
import type { Read, ReadAnswer, ReaderInput, Rows } from "./ReadProtocol.ts"

/** The thread could not read; nothing is known of why that would not concern the caller itself as well. */
export class ReadThreadFailure extends Data.TaggedError("ReadThreadFailure")<{ readonly reason: string }> {}

/** Threads with connections of their own to a database in a file. */
export interface ReadThread {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Effect.Effect<Rows, ReadThreadFailure>
}

/** How many read at once: more than there are processors would only take turns. */
const threads = () => Math.min(4, Math.max(2, availableParallelism()))

/**
 * Threads for the database at `url`, as libSQL understands it. Each starts with the first statement that finds those before
 * it at work.
 */
export const make = (url: string): Effect.Effect<ReadThread, never, Scope.Scope> =>
  Effect.map(
    Effect.all(
      Array.from({ length: threads() }, () =>
        Effect.map(
          WorkerClient.make<Read, ReadAnswer>(moduleUrl("libsql/ReadWorker"), { url } satisfies ReaderInput),
          ({ ask }) => ({ ask, waiting: 0 })
        )
      )
    ),
    (readers): ReadThread => ({
      run: (sql, args) =>
        Effect.suspend(() => {
          const reader = readers.reduce((best, other) => (other.waiting < best.waiting ? other : best))
          reader.waiting++
          return reader.ask({ sql, args }).pipe(Effect.ensuring(Effect.sync(() => void reader.waiting--)))
        }).pipe(
          Effect.mapError(({ problem }) => new ReadThreadFailure({ reason: problem })),
          Effect.flatMap((answer) =>
            "failure" in answer
              ? Effect.fail(new ReadThreadFailure({ reason: answer.failure }))
              : Effect.succeed(answer)
          )
        )
    })
  )
