import { Effect, type FileSystem, Schema, type Scope, type Stdio, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { redact } from "../domain/Redact.ts"
import type { Options, Source, UrlOptions } from "../importer/Importer.ts"
import { isUrl } from "../importer/Names.ts"
import * as Sources from "../importer/Sources.ts"

/** Bytes that are read as a source. */
export interface NamedBytes {
  /** Stands in errors. Its extension helps to tell the format, and it names the catalog where the source does not. */
  readonly name: string
  /** They flow once. */
  readonly bytes: Stream.Stream<Uint8Array, unknown>
}

const isNamedBytes = (source: unknown): source is NamedBytes =>
  typeof source === "object" &&
  source !== null &&
  typeof Reflect.get(source, "name") === "string" &&
  Stream.isStream(Reflect.get(source, "bytes"))

const isPlace = (source: unknown): source is string =>
  typeof source === "string" && source !== "" && !source.includes("\0")

const isSource = (source: unknown): source is ImportSource => isPlace(source) || isNamedBytes(source)

const isCatalogSource = (source: unknown): source is CatalogSource =>
  isSource(source) || (Array.isArray(source) && source.length > 0 && source.every(isPlace))

/** What is imported: the path of a file, an http or https URL, `-` for standard input, or bytes. */
export const ImportSource = Schema.declare(isSource, {
  expected: "a path, an http or https URL, - for standard input, or { name, bytes } with a stream of bytes"
})
export type ImportSource = string | NamedBytes

/** What can be watched: a file, a folder or a pattern. */
export const Place = Schema.String.check(
  Schema.makeFilter((place) =>
    isPlace(place) && place !== "-" && !isUrl(place)
      ? undefined
      : "a file, a folder or a pattern such as controls/*.md; standard input and URLs cannot be watched"
  )
)

/** The same, where several are one catalog: also a folder, a pattern such as `controls/*.md`, or a list of these. */
export const CatalogSource = Schema.declare(isCatalogSource, {
  expected:
    "a path, a folder, a pattern, an http or https URL, a list of these, - for standard input, or { name, bytes } with a " +
    "stream of bytes"
})
export type CatalogSource = ImportSource | ReadonlyArray<string>

type Files = FileSystem.FileSystem | Stdio.Stdio | Scope.Scope

const isBytes = (source: CatalogSource): source is NamedBytes => typeof source === "object" && "bytes" in source

/** What a source is called in errors. */
export const nameOf = (source: CatalogSource): string =>
  redact(
    typeof source === "string" ? source : isBytes(source) ? source.name : `${source[0]} and ${source.length - 1} more`
  )

/** The files and URLs of a source; none where it is bytes. */
export const placesOf = (source: CatalogSource): string | ReadonlyArray<string> | undefined =>
  isBytes(source) ? undefined : source

/** Bytes that were given, with what is wrong with them as an ImportError. */
export const given = ({ bytes, name }: NamedBytes): Stream.Stream<Uint8Array, ImportError> => {
  const unreadable = (cause: unknown) =>
    new ImportError({ source: name, reason: "unreadable", problem: "cannot be read", cause })
  return bytes.pipe(
    Stream.mapError((cause) => (cause instanceof ImportError ? cause : unreadable(cause))),
    Stream.tap((piece: unknown) =>
      piece instanceof Uint8Array
        ? Effect.void
        : Effect.fail(new ImportError({ source: name, problem: "gave something else than bytes" }))
    )
  )
}

/** The bytes of a source. */
export const bytes = (
  source: ImportSource,
  options: UrlOptions = {}
): Effect.Effect<Stream.Stream<Uint8Array, ImportError>, ImportError, Files> =>
  typeof source === "string" ? Sources.bytes(source, options) : Effect.succeed(given(source))

/** Reads a source as references. */
export const open = (source: CatalogSource, options: Options): Effect.Effect<Source, ImportError, Files> =>
  isBytes(source) ? Sources.read(source.name, given(source), options) : Sources.open(source, options)

/** The same for a source that is to be read more than once, each time from its beginning. */
export const reopenable = (
  source: CatalogSource,
  options: Options
): Effect.Effect<Effect.Effect<Source, ImportError, Files>, ImportError, Files> =>
  isBytes(source)
    ? Effect.map(Sources.copyOf(source.name, given(source)), (bytes) => Sources.read(source.name, bytes, options))
    : Sources.reopenable(source, options)
