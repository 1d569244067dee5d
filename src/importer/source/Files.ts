import { Effect, FileSystem } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { ImportError } from "../../domain/ImportError.ts"
import { redact } from "../../domain/Redact.ts"
import { extensionOf, isUrl } from "../Names.ts"

/** The extensions of files that are read in a folder. */
const extensions: ReadonlySet<string> = new Set([
  "csv",
  "json",
  "jsonl",
  "markdown",
  "md",
  "ndjson",
  "reqif",
  "reqifz",
  "sdoc",
  "tsv",
  "xlsx",
  "xml",
  "yaml",
  "yml"
])

const { compare } = new Intl.Collator("en", { numeric: true })

/** What sources stand for. */
export interface Files {
  /** Files, URLs and `-`, none of them twice. */
  readonly files: ReadonlyArray<string>
  /** There may be several: a list, a folder or a pattern was given. */
  readonly isSeveral: boolean
  /** What they are together, in errors. */
  readonly name: string
  /** The whole path of the folder that all are in; absent where they are in several, or in none. */
  readonly folder: string | undefined
}

const unreadable = (source: string) => (cause: PlatformError) =>
  new ImportError({ source, reason: "unreadable", problem: `cannot be read: ${cause.reason.message}`, cause })

const join = (folder: string, name: string): string => (/[\\/]$/u.test(folder) ? folder + name : `${folder}/${name}`)

/** The files of known formats in a folder and those in it, in natural order; hidden ones are left out. */
const walk: (
  folder: string,
  above: ReadonlyArray<string>
) => Effect.Effect<ReadonlyArray<string>, ImportError, FileSystem.FileSystem> = Effect.fnUntraced(
  function* (folder, above) {
    const system = yield* FileSystem.FileSystem
    const real = yield* Effect.mapError(system.realPath(folder), unreadable(folder))
    // A link to a folder above would lead around in circles.
    if (above.includes(real)) return []
    const names = yield* Effect.mapError(system.readDirectory(folder), unreadable(folder))
    const found: Array<string> = []
    for (const name of names.filter((name) => !name.startsWith(".")).toSorted(compare)) {
      const path = join(folder, name)
      const type = yield* Effect.orElseSucceed(
        Effect.map(system.stat(path), ({ type }) => type),
        () => "Unknown"
      )
      if (type === "Directory") found.push(...(yield* walk(path, [...above, real])))
      // A link that leads nowhere is tried too, so that it is told.
      else if (extensions.has(extensionOf(name))) found.push(path)
    }
    return found
  }
)

const isPattern = (source: string): boolean => /[*?[\]{}]/u.test(source)

/** The files that one source stands for, and the folder that they are in. */
const expandOne = Effect.fnUntraced(function* (source: string) {
  const one = { files: [source], isSeveral: false, folder: source.replace(/[^\\/]*$/u, "") || "." }
  if (source === "-" || isUrl(source)) return { ...one, folder: undefined }
  const system = yield* FileSystem.FileSystem
  const type = yield* Effect.orElseSucceed(
    Effect.map(system.stat(source), ({ type }) => type),
    () => undefined
  )
  if (type === "Directory") {
    const files = yield* walk(source, [])
    if (files.length > 0) return { files, isSeveral: true, folder: source }
    const known = [...extensions].map((extension) => `.${extension}`).join(", ")
    return yield* new ImportError({
      source,
      reason: "missing",
      problem: `is a folder without a file that ends in ${known}`
    })
  }
  if (type !== undefined || !isPattern(source)) return one
  const found = yield* Effect.mapError(system.glob(source), unreadable(source))
  const files: Array<string> = []
  for (const path of found.toSorted(compare)) {
    const isFile = yield* Effect.orElseSucceed(
      Effect.map(system.stat(path), ({ type }) => type !== "Directory"),
      () => true
    )
    if (isFile) files.push(path)
  }
  if (files.length === 0) {
    return yield* new ImportError({ source, reason: "missing", problem: "there is no file that this pattern matches" })
  }
  return { files, isSeveral: true, folder: /^(?:[^*?[\]{}]*[\\/])?/u.exec(source)?.[0] || "." }
})

/**
 * The files that sources stand for: a file, a URL or `-` for itself, a folder for the files of known formats in it and
 * its folders, a pattern such as `controls/*.md` for what it matches. Hidden files are left out, a file that is named
 * twice comes once.
 */
export const expand = Effect.fnUntraced(function* (sources: string | ReadonlyArray<string>) {
  const given = typeof sources === "string" ? [sources] : sources
  const [first] = given
  if (first === undefined) {
    return yield* new ImportError({ source: "sources", reason: "missing", problem: "there is none" })
  }
  const system = yield* FileSystem.FileSystem
  const all = yield* Effect.forEach(given, expandOne)
  const known = new Set<string>()
  const files: Array<string> = []
  for (const file of all.flatMap((one) => one.files)) {
    const real = yield* Effect.orElseSucceed(system.realPath(file), () => file)
    if (!known.has(real)) files.push(file)
    known.add(real)
  }
  const isSeveral = given.length > 1 || all.some((one) => one.isSeveral)
  if (isSeveral && files.includes("-")) {
    const problem = "standard input is read alone. Save it to a file, and name that"
    return yield* new ImportError({ source: "-", reason: "option", problem })
  }
  const folders = new Set(
    yield* Effect.forEach(all, ({ folder }) =>
      folder === undefined ? Effect.undefined : Effect.orElseSucceed(system.realPath(folder), () => folder)
    )
  )
  const [folder] = folders
  return {
    files,
    isSeveral,
    name: redact(given.length === 1 ? first : `${first} and ${given.length - 1} more`),
    folder: folders.size === 1 ? folder : undefined
  } satisfies Files
})
