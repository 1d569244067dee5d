import { availableParallelism } from "node:os"
import type { InValue } from "@libsql/client"
import { Effect, type Scope } from "effect"
import { moduleUrl } from "../domain/PackageFolder.ts"
import * as WorkerClient from "../worker/WorkerClient.ts"
import { type Read, type ReadAnswer, ReadFailure, type ReaderInput, type Rows } from "./ReadProtocol.ts"

/** Threads with connections of their own to a database in a file. */
export interface ReadThread {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Effect.Effect<Rows, ReadFailure>
}

/** How many read at once: more than there are processors would only take turns. */
const threads = () => Math.min(4, Math.max(2, availableParallelism()))

/**
 * Threads for the database in the file at `path`, which may be a URI of SQLite. Each starts with the first statement that
 * finds those before it at work.
 */
export const make = (path: string): Effect.Effect<ReadThread, never, Scope.Scope> =>
  Effect.map(
    Effect.all(
      Array.from({ length: threads() }, () =>
        Effect.map(
          WorkerClient.make<Read, ReadAnswer>(moduleUrl("libsql/ReadWorker"), { path } satisfies ReaderInput),
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
          Effect.mapError(({ problem }) => new ReadFailure({ reason: problem })),
          Effect.flatMap((answer) =>
            "failure" in answer ? Effect.fail(new ReadFailure({ reason: answer.failure })) : Effect.succeed(answer)
          )
        )
    })
  )
