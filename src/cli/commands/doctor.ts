import { Effect, FileSystem, Layer, Stream } from "effect"
import { Command } from "effect/cli"
import type { Check } from "../../catalog/Doctor.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { lazily, toggle } from "../Flags.ts"
import { hintOf } from "../Hint.ts"
import { Output } from "../Output.ts"
import { padEnd, type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

/** What was found, and what to type where something is to be done. */
const said = ({ detail, remedy }: Check): string => {
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
  {
    repair: toggle(
      "repair",
      "Rebuild what follows from what is stored (indexes, triggers, tags) and remove what is of no use; relations and decisions stay"
    )
  },
  Effect.fn(function* ({ repair }) {
    const output = yield* Output
    const { Doctor } = yield* lazily(() => import("../../catalog/Doctor.ts"))
    const mode = yield* journalMode((yield* (yield* Settings).database).path)
    // A file that cannot be written is checked as far as it can be read.
    const writable = Session.database("existing", { journalMode: mode })
    const database = repair
      ? writable
      : writable.pipe(Layer.catchTag("DatabaseError", () => Session.database("readonly")))
    const { done, report } = yield* Doctor.use((doctor) =>
      repair ? doctor.repair : Effect.map(doctor.check, (report) => ({ done: [], report }))
    ).pipe(Effect.provide(Layer.provide(Doctor.layerInspect(Session.inspect), database)))
    const { checks, sound } = report
    const failed = checks.filter(({ status }) => status === "failed").length

    const mark = (status: string): Safe => {
      const word = status.padEnd(7)
      return status === "failed" ? output.bad(word) : status === "ok" ? output.good(word) : output.bold(word)
    }
    yield* output.answer({ sound, checks, ...(repair ? { repaired: done } : {}) }, () => [
      ...(repair && done.length === 0
        ? [safe`There was nothing to repair.`]
        : done.map((what) => safe`Repaired: ${what}`)),
      ...checks.map((check) => safe`${mark(check.status)}  ${padEnd(check.name, 13)}  ${said(check)}`),
      sound ? safe`The database is sound.` : safe`${output.bad("The database is not sound.")}`
    ])
    if (!sound) {
      return yield* new Ended({ code: ExitCode.failure, message: `${failed} of ${checks.length} checks failed` })
    }
  })
).pipe(Command.withDescription("Check that the database is sound; changes nothing unless it is to repair"))
