import { Duration, Effect, FileSystem, Option, Queue, Schema, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import * as Files from "../importer/source/Files.ts"
import { ImportReport } from "./ImportReport.ts"

/** A source was imported again. */
export class WatchImported extends Schema.TaggedClass<WatchImported>()("WatchImported", { report: ImportReport }) {}

/** A source could not be read, as where an editor has written half of it; what was imported before stays. */
export class WatchFailed extends Schema.TaggedClass<WatchFailed>()("WatchFailed", { error: ImportError }) {}

/** What the stream of a watched import tells, one for each import. */
export const WatchEvent = Schema.Union([WatchImported, WatchFailed])
export type WatchEvent = typeof WatchEvent.Type

/** Files that stay as they are for so long are written to their end. */
const settled = Duration.millis(200)

/** How often files are looked at where the system tells of no change: network disks, folders that come back. */
const interval = Duration.seconds(1)

/** The folders of files and patterns, and folders themselves with those in them. */
const foldersOf = Effect.fnUntraced(function* (places: ReadonlyArray<string>) {
  const system = yield* FileSystem.FileSystem
  const isFolder = (path: string) =>
    Effect.orElseSucceed(
      Effect.map(system.stat(path), ({ type }) => type === "Directory"),
      () => false
    )
  return yield* Effect.forEach(places, (place) =>
    Effect.map(isFolder(place), (recursive) => ({
      recursive: recursive || /[*?[\]{}]/u.test(place),
      path: recursive ? place : /^(?:[^*?[\]{}]*[\\/])?/u.exec(place.replace(/[^\\/]*$/u, ""))?.[0] || "."
    }))
  )
})

/** What files look like from outside: which there are, when they were written, how long they are. */
const looksOf = Effect.fnUntraced(function* (places: ReadonlyArray<string>) {
  const system = yield* FileSystem.FileSystem
  const files = yield* Effect.option(Files.expand(places))
  if (Option.isNone(files)) return ""
  const looks = yield* Effect.forEach(files.value.files, (file) =>
    system.stat(file).pipe(
      Effect.map(({ ino, mtime, size }) =>
        [
          file,
          Option.getOrElse(mtime, () => new Date(0)).getTime(),
          String(size),
          String(Option.getOrUndefined(ino))
        ].join()
      ),
      Effect.orElseSucceed(() => `${file},gone`)
    )
  )
  return looks.join("\n")
})

/**
 * Imports now, and again whenever the files of the places have changed and have stayed so for a moment; one import at a
 * time, so that what changes meanwhile is imported next. What the system tells of changes is a hint to look at the files;
 * they are looked at every second too.
 */
export const watch = <E, R>(
  places: ReadonlyArray<string>,
  run: Effect.Effect<ImportReport, E | ImportError, R>
): Stream.Stream<WatchEvent, E | ImportError, R | FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const system = yield* FileSystem.FileSystem
      const hints = yield* Queue.sliding<void>(1)
      yield* Effect.forEach(yield* foldersOf(places), ({ path, recursive }) =>
        system.watch(path, { recursive }).pipe(
          Stream.runForEach(() => Queue.offer(hints, undefined)),
          Effect.ignoreCause,
          Effect.forkScoped
        )
      )
      let imported: string | undefined
      const changed = Effect.gen(function* () {
        while (true) {
          const looks = yield* looksOf(places)
          if (looks !== imported) {
            if (imported === undefined) return looks
            yield* Effect.sleep(settled)
            if ((yield* looksOf(places)) === looks) return looks
          } else yield* Effect.timeoutOption(Queue.take(hints), interval)
        }
      })
      return Stream.fromEffectRepeat(
        Effect.gen(function* () {
          imported = yield* changed
          return yield* run.pipe(
            Effect.map((report): WatchEvent => new WatchImported({ report })),
            Effect.catch(
              (error): Effect.Effect<WatchEvent, E | ImportError> =>
                error instanceof ImportError ? Effect.succeed(new WatchFailed({ error })) : Effect.fail(error)
            )
          )
        })
      )
    })
  )
