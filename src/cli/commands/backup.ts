import { Effect, Layer } from "effect"
import { Argument, Command } from "effect/cli"
import { lazily, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

const load = lazily(() => import("../../catalog/Backup.ts"))

export const backup = Command.make(
  "backup",
  {
    path: Argument.String("file").pipe(Argument.withDescription("The file to write")),
    force: toggle("force", "Replace a file that is there")
  },
  Effect.fn(function* ({ force, path }) {
    const output = yield* Output
    const { Backup } = yield* load
    const layer = Layer.provide(Backup.layerLibsql, Session.database("readonly"))
    const written = yield* Effect.provide(
      Backup.use(({ write }) => write(path, { force })),
      layer
    )
    yield* output.answer({ path: written.path, bytes: written.bytes }, () => [
      safe`${output.bold(path)} is a copy of the database (${(written.bytes / 1e6).toFixed(1)} MB)`
    ])
  })
).pipe(
  Command.withDescription("Write a copy of the database as it is now, also while others write to it"),
  Command.withExamples([
    { command: "crosswalk backup crosswalk-2026-11-27.db", description: "One file, whole or not at all" }
  ])
)

export const restore = Command.make(
  "restore",
  {
    path: Argument.String("file").pipe(Argument.withDescription("The backup")),
    force: toggle("force", "Replace the database that is there")
  },
  Effect.fn(function* ({ force, path }) {
    const output = yield* Output
    const { Backup } = yield* load
    const { authToken, syncUrl, url } = yield* (yield* Settings).database
    const restored = yield* Backup.restore(path, { url, authToken, syncUrl }, { force })
    yield* output.answer({ path: restored.path, migrated: restored.migrated }, () => [
      safe`${output.bold(restored.path)} is as in ${path}${restored.migrated ? ", brought up to date" : ""}`
    ])
  })
).pipe(
  Command.withDescription("Replace the database by a backup, which is checked first"),
  Command.withExamples([
    {
      command: "crosswalk restore crosswalk-2026-11-27.db --force",
      description: "No other program may use the database"
    }
  ])
)
