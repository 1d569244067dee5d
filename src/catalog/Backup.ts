import { chmodSync, closeSync, linkSync, openSync, renameSync, rmSync, statSync } from "node:fs"
import { Context, Effect, Layer, Schema } from "effect"
import { DatabaseError } from "../domain/DatabaseError.ts"
import * as FileProblem from "../domain/FileProblem.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { NonBlankText } from "../domain/Text.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { fromCause, toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { Config, locate } from "../libsql/LibsqlConfig.ts"
import * as LibsqlClient from "../libsql/LibsqlClient.ts"
import * as DatabaseChecks from "../storage/Doctor.ts"
import * as Migrations from "../storage/Migrations.ts"
import { operation, optional } from "../storage/Operation.ts"
import * as PartialFile from "../storage/PartialFile.ts"
import { pathBeside } from "../vectors/Plan.ts"

/** How a backup is written. */
export const BackupOptions = Schema.Struct({
  /** Replace a file that is there. Default: false. */
  force: Schema.optional(Schema.Boolean)
})
export type BackupOptions = typeof BackupOptions.Type

/** The file that was written. */
export interface BackupFile {
  readonly path: string
  readonly bytes: number
}

const failed = (name: string, reason: DatabaseError["reason"], problem: string, remedy?: Remedy, cause?: unknown) =>
  new DatabaseError({ operation: name, reason, isRetryable: reason === "busy", problem, remedy, cause })

/** What a file system refuses, as an error that names the file. */
const onFiles = <A>(name: string, path: string, use: () => A) =>
  Effect.try({
    try: use,
    catch: (cause) => {
      const { reason, says } = FileProblem.of(cause)
      return failed(name, reason, `${path} cannot be written: ${says}`, undefined, cause)
    }
  })

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined

/** Whether a place is that of the database, or of a file that SQLite or libSQL keeps beside it. */
const isOf = ({ kind, url }: LibsqlClient.Extras, place: string) => {
  if (kind !== "file" && kind !== "replica") return false
  const database = PartialFile.placeOf(url)
  return ["", "-wal", "-shm", "-journal", "-client_wal_index"].some((suffix) => place === `${database}${suffix}`)
}

/** A file to be replaced by another when that is whole; its beginning is gone whatever happens. */
const whole = <A, E, R>(name: string, place: string, make: (path: string) => Effect.Effect<A, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* onFiles(name, place, () => PartialFile.clear(place))
      const path = yield* Effect.acquireRelease(
        onFiles(name, place, () => {
          const path = PartialFile.beside(place)
          // It is its owner's from the first byte.
          closeSync(openSync(path, "wx", 0o600))
          return path
        }),
        (path) => Effect.sync(() => rmSync(path, { force: true }))
      )
      return yield* make(path)
    })
  )

const make = Effect.map(LibsqlClient.LibsqlClient, (client) => {
  const name = "Backup.write"
  const write = operation(name, {
    path: NonBlankText,
    options: optional(BackupOptions)
  })(function* ({ options = {}, path }) {
    if (client.kind === "remote") {
      return yield* failed(
        name,
        "unsupported",
        "the database of a server cannot be copied from here. Make an embedded replica of it and back that up, or use the " +
          "backups of the server"
      )
    }
    const place = yield* onFiles(name, path, () => PartialFile.placeOf(path))
    const there = yield* onFiles(name, path, () => statSync(path, { throwIfNoEntry: false }))
    const refuse = (constraint: string) =>
      new ValidationError({ field: "path", value: path, constraint, expected: "the name of a new file" })
    if (there !== undefined && !there.isFile()) return yield* refuse("is no file, and is not replaced")
    if (yield* onFiles(name, path, () => isOf(client, place))) {
      return yield* refuse("is the database itself, or lies beside it as a part of it")
    }
    if (there !== undefined && options.force !== true) {
      return yield* new ValidationError({
        field: "path",
        value: path,
        constraint: "is a file that is there",
        expected: "the name of a new file, or the option force",
        remedy: { action: "force" }
      })
    }
    return yield* whole(name, place, (part) =>
      Effect.gen(function* () {
        yield* client.copyTo(part)
        const { size } = yield* onFiles(name, path, () => {
          PartialFile.settle(part, place)
          return statSync(place)
        })
        return { path, bytes: size } satisfies BackupFile
      })
    )
  })
  return { write }
})

/** The database that was restored. */
export interface RestoredDatabase {
  /** The database that is another now. */
  readonly path: string
  /** Whether the backup was of an earlier version and was brought up to date. */
  readonly migrated: boolean
}

/** Whether a backup is of an earlier version. One that is none of Crosswalk, or of a later version, fails. */
const isOlder = Effect.fnUntraced(function* (name: string, path: string) {
  switch (yield* Migrations.state) {
    case "none":
      return yield* failed(name, "corrupt", `${path} is no database of Crosswalk. Nothing was changed`)
    case "newer":
      return yield* failed(
        name,
        "migration",
        `${path} was made by a newer version of Crosswalk. Nothing was changed; update Crosswalk`,
        { action: "update" }
      )
    case "older":
      return true
    case "current":
      return false
  }
})

/** Brings a copy of a backup up to date, and fails where it is not sound. It may lack vectors. */
const makeSound = Effect.fnUntraced(function* (name: string, path: string) {
  yield* Migrations.run
  const wrong = (yield* DatabaseChecks.run).filter(({ status }) => status === "failed")
  if (wrong.length === 0) return
  return yield* failed(
    name,
    "corrupt",
    `${path} is damaged (${wrong.map(({ detail, name }) => `${name}: ${detail}`).join("; ")}). Nothing was changed`
  )
})

/** What fails of a backup names it: what would mend the database that is to be another does not mend that. */
const ofBackup = <A, E, R>(name: string, backup: string, reading: Effect.Effect<A, E | DatabaseError, R>) =>
  Effect.mapError(reading, (error) =>
    error instanceof DatabaseError && error.operation !== name
      ? failed(
          name,
          error.reason,
          `${backup} cannot be restored: ${error.problem}`,
          error.remedy?.action === "retry" || error.remedy?.action === "update" ? error.remedy : undefined,
          error
        )
      : error
  )

const beside = ["-wal", "-shm"]

/** Fails where another process has the database open: what it writes would be lost with the file. */
const requireAlone = Effect.fnUntraced(function* (name: string, config: Config, path: string) {
  // Only who is alone can end the write-ahead mode.
  const alone = LibsqlClient.layer({ ...config, journalMode: "delete", busyTimeout: config.busyTimeout ?? "1 second" })
  const leave = Effect.provide(
    LibsqlClient.LibsqlClient.use(({ isWritable }) => isWritable),
    Layer.fresh(alone)
  )
  yield* Effect.catchTag(leave, "DatabaseError", (error) =>
    error.reason === "busy"
      ? Effect.fail(
          failed(name, "busy", `${path} is in use, by this program or another. Nothing was changed; end what uses it`, {
            action: "retry"
          })
        )
      : // What is damaged is replaced; what cannot be opened for another reason will say so when it is moved.
        Effect.void
  )
})

const restore: (
  backup: string,
  config: Config,
  options?: BackupOptions
) => Effect.Effect<RestoredDatabase, ValidationError | DatabaseError> = operation("Backup.restore", {
  backup: NonBlankText,
  config: Config,
  options: optional(BackupOptions)
})(function* ({ backup, config, options = {} }) {
  const name = "Backup.restore"
  const location = yield* Effect.try({ try: () => locate(config), catch: fromCause(name) })
  if (location.kind !== "file") {
    return yield* failed(
      name,
      "unsupported",
      "only a database in a file can be restored, not one of a server or in memory"
    )
  }
  // Through a link the database is replaced, not the link.
  const path = yield* onFiles(name, location.path, () => PartialFile.placeOf(location.path))
  const isThere = yield* onFiles(name, path, () => exists(path) && statSync(path).size > 0)
  if (isThere && options.force !== true) {
    return yield* new ValidationError({
      field: "config.url",
      value: path,
      constraint: "is a database that is there, and would be replaced",
      expected: "the name of a new file, or the option force",
      remedy: { action: "force" }
    })
  }
  return yield* whole(name, path, (part) =>
    Effect.gen(function* () {
      const migrated = yield* LibsqlClient.LibsqlClient.use((client) =>
        Effect.tap(isOlder(name, backup), () => Effect.mapError(client.copyTo(part), toDatabaseError(name)))
      ).pipe(Effect.provide(Layer.fresh(LibsqlClient.layer({ ...config, url: backup, readonly: true }))), (reading) =>
        ofBackup(name, backup, reading)
      )
      yield* makeSound(name, backup).pipe(
        Effect.provide(Layer.fresh(LibsqlClient.layer({ ...config, url: part, journalMode: "delete" }))),
        (reading) => ofBackup(name, backup, reading)
      )
      if (isThere) yield* requireAlone(name, config, path)
      yield* replace(name, part, path, Effect.asVoid(opens(config)))
      yield* onFiles(name, path, () => rmSync(pathBeside(location.path), { force: true }))
      return { path, migrated } satisfies RestoredDatabase
    })
  )
})

const opens = (config: Config): Effect.Effect<unknown, ValidationError | DatabaseError> =>
  Effect.provide(Migrations.state, Layer.fresh(LibsqlClient.layer({ ...config, readonly: true })))

/** Puts a file in the place of another, which comes back where the new one does not open. */
const replace = <E>(name: string, part: string, path: string, opens: Effect.Effect<void, E>) =>
  Effect.gen(function* () {
    const aside = PartialFile.beside(path)
    const files = beside.map((suffix) => ({ now: `${path}${suffix}`, aside: `${aside}${suffix}` }))
    const isThere = exists(path)
    yield* onFiles(name, path, () => {
      if (isThere) linkSync(path, aside)
      // Changes that wait beside the old file would be made to the new one.
      for (const file of files) if (exists(file.now)) renameSync(file.now, file.aside)
      PartialFile.settle(part, path)
      chmodSync(path, 0o600)
    })
    const back = Effect.sync(() => {
      if (isThere) renameSync(aside, path)
      else rmSync(path, { force: true })
      for (const file of files) {
        rmSync(file.now, { force: true })
        if (exists(file.aside)) renameSync(file.aside, file.now)
      }
    })
    yield* Effect.onError(opens, () => back)
    yield* onFiles(name, path, () => {
      for (const file of [aside, ...files.map((file) => file.aside), pathBeside(path)]) rmSync(file, { force: true })
    })
  }).pipe(Effect.uninterruptible)

/**
 * Copies the database of a `LibsqlClient` to a file, and puts such a file in the place of a database.
 *
 * @example
 * import { Effect } from "effect"
 * import { Backup } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const backup = yield* Backup
 *   return yield* backup.write("requirements-2026-11-27.db")
 * })
 */
export class Backup extends Context.Service<
  Backup,
  {
    /**
     * Writes the database as it is at one moment to a file, whatever others write meanwhile. The file appears whole or not at
     * all, is its owner's, needs no other file beside it, and has the key of the database where that has one.
     *
     * A file that is there is a `ValidationError`, unless it is `force`d. A server's database is refused: make an embedded
     * replica of it (`syncUrl`), and write that. While it copies, some 1 s a gigabyte, it holds the event loop.
     */
    readonly write: (
      path: string,
      options?: BackupOptions
    ) => Effect.Effect<BackupFile, ValidationError | DatabaseError>
  }
>()("crosswalk/Backup") {
  static readonly layerLibsql: Layer.Layer<Backup, never, LibsqlClient.LibsqlClient> = Layer.effect(this, make)

  /**
   * Replaces a database in a file by a backup of it. The backup is checked first, as `Doctor` does; the database that was
   * there is kept until the new one is in its place and opens, and comes back where that fails. A saved vector index goes, and is
   * built again.
   *
   * No other program may have the database open, nor may this one have had: a process that has opened it once keeps it.
   * Where there is a database, `force` is needed. A server and a replica are refused.
   *
   * @example
   * import { Backup } from "crosswalk"
   *
   * const program = Backup.restore("requirements-2026-11-27.db", { url: "requirements.db" }, { force: true })
   */
  static readonly restore = restore
}
