import { Effect, FileSystem, Stream } from "effect"
import { Command } from "effect/cli"
import type { Remedy } from "../../domain/Remedy.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { lazily } from "../Flags.ts"
import { hintOf } from "../Hint.ts"
import { Output } from "../Output.ts"
import { padEnd, type Safe, safe } from "../Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

/** What was found, and what to type where something is to be done. */
const said = ({ detail, remedy }: { readonly detail: string; readonly remedy?: Remedy | undefined }): string => {
  const hint = remedy === undefined ? undefined : hintOf(remedy)
  return hint === undefined ? detail : `${detail}${detail.endsWith(".") ? "" : "."} ${hint}`
}

/** How a file keeps its changes, which its header says; opening it for writing shall not change that. */
const journalMode = Effect.fnUntraced(function* (path: string | undefined) {
  if (path === undefined) return "wal"
  const files = yield* FileSystem.FileSystem
  const header = yield* files.stream(path, { bytesToRead: 20 }).pipe(
    Stream.runFold(
      () => new Array<number>(),
      (bytes, piece) => [...bytes, ...piece]
    ),
    Effect.orElseSucceed(() => new Array<number>())
  )
  return header[18] === 1 ? "delete" : "wal"
})

export const doctor = Command.make(
  "doctor",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const { keywordWords, run } = yield* lazily(() => import("../../storage/Doctor.ts"))
    const checks = yield* run.pipe(Effect.provide(Session.database("readonly")))
    const mode = yield* journalMode((yield* (yield* Settings).database).path)
    const words = yield* keywordWords.pipe(
      Effect.provide(Session.database("existing", { journalMode: mode })),
      Effect.catchTag("DatabaseError", ({ problem }) =>
        Effect.succeed({
          name: "keyword index",
          status: "skipped",
          detail: `has an entry for every reference; its words were not compared: ${problem}`
        } as const)
      )
    )
    const model = yield* Session.inspect.pipe(
      Effect.map(({ model }) => ({
        name: "model",
        status: "ok",
        detail: `${model.id}, its files are as they should be`
      })),
      Effect.catchTag("ModelLoadError", (error) =>
        Effect.succeed({ name: "model", status: "warning", detail: error.message, remedy: error.remedy } as const)
      )
    )
    const database = checks.map((check) => (check.name === "keyword index" && check.status === "ok" ? words : check))
    const { check } = yield* lazily(() => import("../../vectors/IndexAdmin.ts"))
    const index = yield* check({}).pipe(Effect.provide(Session.database("readonly")))
    const all = [...database, { name: "vector index", ...index }, model]
    const unsound = all.filter(({ status }) => status === "failed")

    const mark = (status: string): Safe => {
      const word = status.padEnd(7)
      return status === "failed" ? output.bad(word) : status === "ok" ? output.good(word) : output.bold(word)
    }
    yield* output.answer({ sound: unsound.length === 0, checks: all }, () => [
      ...all.map((check) => safe`${mark(check.status)}  ${padEnd(check.name, 13)}  ${said(check)}`),
      unsound.length === 0 ? safe`The database is sound.` : safe`${output.bad("The database is not sound.")}`
    ])
    if (unsound.length > 0) {
      return yield* new Ended({ code: ExitCode.failure, message: `${unsound.length} of ${all.length} checks failed` })
    }
  })
).pipe(Command.withDescription("Check that the database is sound; changes nothing"))
