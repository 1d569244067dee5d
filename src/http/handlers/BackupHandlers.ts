import { Effect, FileSystem, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Backup } from "../../catalog/Backup.ts"
import { Api } from "../api/Api.ts"
import * as Download from "../files/Download.ts"
import { answered, Conflict } from "../Problem.ts"

const onServer = new Conflict({
  detail: "The database lies on a server and is no file here: it is backed up there",
  reason: "unsupported",
  isRetryable: false
})

export const layer = HttpApiBuilder.group(
  Api,
  "backup",
  Effect.fnUntraced(function* (handlers) {
    const { write } = yield* Backup
    const files = yield* FileSystem.FileSystem
    const send = yield* Download.make
    return handlers.handle("make", () =>
      Effect.gen(function* () {
        // It goes when the answer has been sent.
        const file = yield* Effect.orDie(files.makeTempFileScoped({ prefix: "crosswalk-backup-" }))
        const { path } = yield* Effect.catch(write(file), (error) =>
          error.reason === "unsupported" ? onServer : answered(Effect.fail(error))
        )
        return yield* send({
          name: "crosswalk.db",
          type: "application/vnd.sqlite3",
          bytes: Stream.orDie(files.stream(path))
        })
      })
    )
  })
)
