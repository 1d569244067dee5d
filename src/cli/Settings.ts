import { dirname, isAbsolute, join, resolve } from "node:path"
import { Config, Context, Effect, FileSystem, Option, Redacted, Schema } from "effect"
import { UserDirectories } from "effect/persistence"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { saysYes } from "../domain/Offline.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { EarlyWorker } from "../embedder/EarlyWorker.ts"
import * as NamedPipe from "../importer/source/NamedPipe.ts"
import { fromCause } from "../libsql/DatabaseErrors.ts"
import { locate } from "../libsql/LibsqlConfig.ts"

/** The flags that every command has. */
export interface Flags {
  readonly db: Option.Option<string>
  readonly embedder: Option.Option<string>
  readonly model: Option.Option<string>
  readonly offline: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** What `crosswalk.json` may say. Paths are relative to its folder. */
export const ConfigFile = Schema.Struct({
  /** The database: a path or URL. */
  db: Schema.optionalKey(Schema.NonEmptyString),
  /** The server that the file at `db` is a replica of. */
  syncUrl: Schema.optionalKey(Schema.NonEmptyString),
  /** The embedder: `{ "type": "transformers", "model": … }` or `{ "type": "deterministic" }`. */
  embedder: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})

const ConfigJson = Schema.fromJsonString(ConfigFile)

/** Where the database is, and what said so. */
export interface Database {
  readonly url: string
  readonly from: "--db" | "CROSSWALK_DB" | "crosswalk.json" | "default"
  /** The file that said so, where one did. */
  readonly file: string | undefined
  /** The path, where it is a file. */
  readonly path: string | undefined
  readonly isInMemory: boolean
  readonly authToken: Redacted.Redacted | undefined
  readonly syncUrl: string | undefined
  /** Whether a replica must have what its primary has. */
  readonly fresh: boolean
}

/** The flags and what follows from them, the environment and `crosswalk.json`. */
export class Settings extends Context.Service<
  Settings,
  {
    readonly offline: boolean
    /** A worker that has begun to load the model of the package. */
    readonly early: EarlyWorker | undefined
    readonly database: Effect.Effect<Database, ValidationError | DatabaseError>
    /** The configuration of the embedder; not yet checked. */
    readonly embedder: Effect.Effect<Readonly<Record<string, unknown>>, ValidationError>
  }
>()("crosswalk/cli/Settings") {}

const fileName = "crosswalk.json"

/** Whether a model was given as its folder, `./model` or `/models/x`, and not by its name on the hub. */
const isFolder = (model: string) => isAbsolute(model) || /^\.{1,2}[\\/]/u.test(model)

/** The configuration of an embedder that was named by its model, its kind, or both. */
export const embedderOf = (model: string | undefined, type: string | undefined): Readonly<Record<string, unknown>> => ({
  type: type ?? "transformers",
  ...(model === undefined ? {} : isFolder(model) ? { folder: model } : { model })
})

/** A variable of the environment; undefined where it is empty or not there. */
export const variable = (name: string) =>
  Config.String(name).pipe(
    Config.withDefault(""),
    Effect.map((value) => (value === "" ? undefined : value)),
    Effect.orElseSucceed(() => undefined)
  )

/** The nearest `crosswalk.json` from the folder upwards. */
const nearest = Effect.fnUntraced(function* (from: string) {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, fileName)
    const text = yield* NamedPipe.readText(file).pipe(
      Effect.asSome,
      Effect.catch(({ reason }) =>
        // A folder may have this name.
        reason._tag === "NotFound" || reason._tag === "BadResource"
          ? Effect.succeedNone
          : Effect.fail(
              new ValidationError({
                field: file,
                value: undefined,
                constraint: `cannot be read (${reason._tag})`,
                expected: "a file that you may read, or none"
              })
            )
      )
    )
    if (Option.isSome(text)) {
      const config = yield* Schema.decodeEffect(ConfigJson)(text.value, { onExcessProperty: "error" }).pipe(
        Effect.mapError(
          (error) =>
            new ValidationError({
              field: file,
              // What stands in it may be a secret.
              value: undefined,
              constraint: `is not valid: ${error.message.replace(/\s+/gu, " ")}`,
              expected: `JSON such as {"db": "requirements.db"}; the keys are db, syncUrl and embedder`
            })
        )
      )
      return { file, folder, config }
    }
    if (dirname(folder) === folder) return undefined
  }
})

/** Reads the settings when they are asked for, once. */
export const make = Effect.fnUntraced(function* (
  flags: Flags,
  { early, folder }: { readonly folder: string; readonly early?: EarlyWorker | undefined }
) {
  const files = yield* FileSystem.FileSystem
  const config = yield* Effect.cached(nearest(folder).pipe(Effect.provideService(FileSystem.FileSystem, files)))

  const chosen = Effect.gen(function* () {
    if (Option.isSome(flags.db)) return { url: flags.db.value, from: "--db", file: undefined } as const
    const fromEnvironment = yield* variable("CROSSWALK_DB")
    if (fromEnvironment !== undefined) return { url: fromEnvironment, from: "CROSSWALK_DB", file: undefined } as const
    const found = yield* config
    if (found?.config.db !== undefined) {
      return { url: found.config.db, from: "crosswalk.json", file: found.file, folder: found.folder } as const
    }
    const data = yield* UserDirectories.make()
      .data("crosswalk")
      .pipe(
        Effect.mapError(
          () =>
            new ValidationError({
              field: "--db",
              value: undefined,
              constraint: "is missing, and there is no home folder to keep a database in",
              expected: "the path of a database, such as --db requirements.db"
            })
        )
      )
    return { url: join(data, "crosswalk.db"), from: "default", file: undefined } as const
  })

  const database = Effect.gen(function* () {
    const { folder, url, ...source } = { folder: undefined, ...(yield* chosen) }
    const location = yield* Effect.try({ try: () => locate({ url }, folder), catch: fromCause("open") })
    const path = "path" in location ? location.path : undefined
    const token = yield* variable("CROSSWALK_DB_TOKEN")
    const sync =
      (yield* variable("CROSSWALK_SYNC_URL")) ??
      (source.from === "crosswalk.json" ? (yield* config)?.config.syncUrl : undefined)
    return {
      ...source,
      // What crosswalk.json says is seen from its folder.
      url: folder === undefined || path === undefined ? url : path,
      path,
      isInMemory: location.kind === "memory",
      authToken: token === undefined ? undefined : Redacted.make(token),
      syncUrl: sync,
      fresh: saysYes((yield* variable("CROSSWALK_FRESH")) ?? "")
    }
  })

  const embedder = Effect.gen(function* () {
    const type = Option.getOrUndefined(flags.embedder)
    const model = Option.getOrUndefined(flags.model)
    // Another model has another folder, prefixes and lengths than the one that was configured.
    if (model !== undefined) return embedderOf(model, type)
    const found = yield* config
    const configured = { type: "transformers", ...found?.config.embedder }
    if (type !== undefined && type !== configured.type) return embedderOf(undefined, type)
    const folder: unknown = Reflect.get(configured, "folder")
    return typeof folder === "string" && found !== undefined
      ? { ...configured, folder: resolve(found.folder, folder) }
      : configured
  })

  return Settings.of({ offline: flags.offline, early, database: yield* Effect.cached(database), embedder })
})
