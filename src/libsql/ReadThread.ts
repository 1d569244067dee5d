import type { InValue } from "@libsql/client"
import { Data, Effect, type Scope } from "effect"
import { moduleUrl } from "../domain/PackageFolder.ts"
import * as WorkerClient from "../worker/WorkerClient.ts"
import type { Read, ReadAnswer, ReaderInput, Rows } from "./ReadProtocol.ts"

/** The thread could not read; nothing is known of why that would not concern the caller itself as well. */
export class ReadThreadFailure extends Data.TaggedError("ReadThreadFailure")<{ readonly reason: string }> {}

/** A thread with a connection of its own to a database in a file. */
export interface ReadThread {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Effect.Effect<Rows, ReadThreadFailure>
}

/** A thread for the database at `url`, as libSQL understands it; it starts with the first statement. */
export const make = (url: string): Effect.Effect<ReadThread, never, Scope.Scope> =>
  Effect.map(
    WorkerClient.make<Read, ReadAnswer>(moduleUrl("libsql/ReadWorker"), { url } satisfies ReaderInput),
    ({ ask }): ReadThread => ({
      run: (sql, args) =>
        ask({ sql, args }).pipe(
          Effect.mapError(({ problem }) => new ReadThreadFailure({ reason: problem })),
          Effect.flatMap((answer) =>
            "failure" in answer
              ? Effect.fail(new ReadThreadFailure({ reason: answer.failure }))
              : Effect.succeed(answer)
          )
        )
    })
  )
