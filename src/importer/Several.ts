import { Effect, type FileSystem, Result, type Scope, type Stdio, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { redact } from "../domain/Redact.ts"
import { setOption } from "../domain/Remedy.ts"
import type { Item, Options, Source } from "./Importer.ts"
import { catalogFromName, warning } from "./Items.ts"
import { slugOf } from "./Names.ts"
import type { Files } from "./source/Files.ts"

type Services = FileSystem.FileSystem | Stdio.Stdio | Scope.Scope

/** Opens one file or URL; `part` is its path among several. */
export type Open = (source: string, options: Options, part?: string) => Effect.Effect<Source, ImportError, Services>

/** How many characters the paths of the folders that all files are in share. */
const sharedLength = (files: ReadonlyArray<string>): number => {
  const [first = ""] = files
  let length = first.search(/[^\\/]*$/u)
  for (const file of files)
    while (!file.startsWith(first.slice(0, length))) length = first.slice(0, length - 1).search(/[^\\/]*$/u)
  return length
}

/** The position of something in one of several files. */
const inFile = (file: string, at: string | undefined): string =>
  at === undefined ? redact(file) : `${redact(file)}, ${at}`

const faultIn = (file: string, { at, cause, problem, reason, remedy }: ImportError): Item =>
  Result.fail(new ImportError({ source: file, at: inFile(file, at), problem, reason, remedy, cause }))

const placed = (file: string, item: Item): Item =>
  Result.isFailure(item)
    ? faultIn(file, item.failure)
    : Result.succeed({ ...item.success, at: inFile(file, item.success.at) })

/** Whether a catalog is only the name of its file. */
const isUnsaid = (file: string, catalog: string): Effect.Effect<boolean> =>
  Effect.match(catalogFromName(file), { onFailure: () => false, onSuccess: (name) => name === catalog })

/**
 * The catalog of all, and what each file names. It is what those that name one agree on, else the name of the folder.
 */
const catalogOf = Effect.fnUntraced(function* ({ files, folder, name }: Files, options: Options, open: Open) {
  const faults: Array<ImportError> = []
  const formats: Array<string> = []
  const named = new Map<string, string>()
  for (const file of files) {
    const opened = yield* Effect.result(Effect.scoped(open(file, options)))
    if (Result.isFailure(opened)) {
      faults.push(opened.failure)
      continue
    }
    const { catalog, format } = opened.success
    formats.push(format)
    if (options.catalog !== undefined) return { catalog, format, named }
    if (!(yield* isUnsaid(file, catalog))) named.set(file, catalog)
  }
  const [first] = faults
  const [format] = formats
  if (format === undefined) {
    return yield* new ImportError({
      source: name,
      problem: `none of ${files.length} files can be read. ${first?.message ?? ""}`,
      ...(first !== undefined && { reason: first.reason, remedy: first.remedy, cause: first })
    })
  }
  const [catalog, ...others] = new Set(named.values())
  if (catalog !== undefined && others.length === 0) return { catalog, format, named }
  if (folder === undefined) {
    const problem = "the files are in several folders, and do not name one catalog. Give it, name@version"
    return yield* new ImportError({
      source: name,
      reason: "option",
      problem,
      remedy: setOption("catalog", "company@2026.1")
    })
  }
  // The name of a folder has no extension: what follows its last point belongs to it, as in `masvs-2.1`.
  return { catalog: yield* catalogFromName(`${folder}.`), format, named }
})

/** Fails at the end where nothing was read. */
const refuseNothing = ({ files, name }: Files, items: Source["items"]): Source["items"] =>
  Stream.suspend(() => {
    let isNothing = true
    return items.pipe(
      Stream.map((item) => {
        if (Result.isSuccess(item) && ["Entry", "Withdrawn"].includes(item.success._tag)) isNothing = false
        return item
      }),
      Stream.concat(
        Stream.suspend(() =>
          isNothing
            ? Stream.fail(new ImportError({ source: name, problem: `nothing is read of ${files.length} files` }))
            : Stream.empty
        )
      )
    )
  })

/**
 * Reads several files as one catalog, one after the other. Positions begin with the file; a file that cannot be read is
 * a failure among the items and loses no other.
 */
export const open = Effect.fnUntraced(function* (found: Files, options: Options, open: Open) {
  const services = yield* Effect.context<Services>()
  const { catalog, format, named } = yield* catalogOf(found, options, open)
  const renamed = (file: string): ReadonlyArray<Item> => {
    const own = named.get(file) ?? catalog
    return own === catalog ? [] : [warning(file, `names the catalog ${own}, and is imported as a part of ${catalog}`)]
  }
  const shared = sharedLength(found.files)
  const partOf = (file: string) =>
    file
      .slice(shared)
      .replace(/\.[^.\\/]*$/u, "")
      .split(/[\\/]/u)
      .map(slugOf)
      .join("/")
  const items = Stream.fromIterable(found.files).pipe(
    Stream.flatMap((file) =>
      open(file, { ...options, catalog }, partOf(file)).pipe(
        Effect.map((source) => source.items),
        Stream.unwrap,
        Stream.map((item) => placed(file, item)),
        Stream.concat(Stream.fromIterable(renamed(file))),
        Stream.catch((error) => Stream.succeed(faultIn(file, error)))
      )
    ),
    Stream.provideContext(services)
  )
  return { format, catalog, items: refuseNothing(found, items) } satisfies Source
})
