import { basename, join, resolve } from "node:path"
import { Effect, FileSystem, Schema, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { ImportError } from "../domain/ImportError.ts"

/** A document of a collection. */
export interface Document {
  readonly id: string
  readonly title: string
  readonly text: string
}

/** A query with what was judged of it. */
export interface Query {
  readonly id: string
  readonly text: string
  readonly judgements: ReadonlyMap<string, number>
}

/** A test collection in BEIR's layout. */
export interface Collection {
  /** The name of its folder. */
  readonly name: string
  /** The queries that have a relevant document. */
  readonly queries: ReadonlyArray<Query>
  /** Its documents, in their order, read as they are taken. */
  readonly documents: Stream.Stream<Document, ImportError>
}

const Id = Schema.Union([Schema.String, Schema.Number])
const Optional = Schema.optional(Schema.NullOr(Schema.String))
const DocumentLine = Schema.fromJsonString(Schema.Struct({ _id: Id, title: Optional, text: Optional }))
const QueryLine = Schema.fromJsonString(Schema.Struct({ _id: Id, text: Schema.String }))

/** Text as every storage keeps it. */
const clean = (text: string | null | undefined) => (text ?? "").replaceAll("\0", " ").toWellFormed().trim()

const unreadable =
  (source: string) =>
  (error: PlatformError): ImportError =>
    new ImportError({ source, reason: "unreadable", problem: `cannot be read (${error.message})`, cause: error })

/** The lines of a file that are not blank, with their numbers. */
const linesOf = (path: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(path).pipe(
        Stream.mapError(unreadable(path)),
        Stream.decodeText,
        Stream.splitLines,
        Stream.map((line, i) => ({ line: line.replace(/^\uFEFF/u, ""), number: i + 1 })),
        Stream.filter(({ line }) => line.trim() !== "")
      )
    )
  )

const decoded = <S extends Schema.Constraint & { readonly DecodingServices: never }>(path: string, schema: S) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return linesOf(path).pipe(
    Stream.mapEffect(({ line, number }) =>
      Effect.mapError(
        decode(line),
        (cause) =>
          new ImportError({
            source: path,
            at: `line ${number}`,
            problem: "is not a JSON object with _id and text",
            cause
          })
      )
    )
  )
}

/** Judgements: query, document and grade, or query, iteration, document and grade as TREC writes them. */
const readJudgements = Effect.fnUntraced(function* (paths: ReadonlyArray<string>) {
  const all = new Map<string, Map<string, number>>()
  for (const path of paths) {
    yield* Stream.runForEach(linesOf(path), ({ line, number }) => {
      const cells = line.trim().split(/\t|\s+/u)
      const [query, document] = cells.length === 4 ? [cells[0], cells[2]] : cells
      const grade = Number(cells.at(-1))
      if (query === undefined || document === undefined || cells.length < 3 || !Number.isFinite(grade)) {
        return number === 1
          ? Effect.void
          : Effect.fail(
              new ImportError({ source: path, at: `line ${number}`, problem: "is not query, document and grade" })
            )
      }
      const ofQuery = all.get(query) ?? new Map<string, number>()
      all.set(query, ofQuery.set(document, grade))
      return Effect.void
    })
  }
  return all
})

/** The judgements' files: those of the split. Default: `test` where there is one, else all. */
const judgementFiles = Effect.fnUntraced(function* (directory: string, split: string | undefined) {
  const files = yield* FileSystem.FileSystem
  const folder = join(directory, "qrels")
  const names = (yield* Effect.mapError(files.readDirectory(folder), unreadable(folder)))
    .filter((name) => name.endsWith(".tsv"))
    .sort()
  const wanted = `${split ?? "test"}.tsv`
  const chosen = names.includes(wanted) ? [wanted] : split === undefined ? names : []
  if (chosen.length === 0) {
    return yield* new ImportError({
      source: folder,
      problem: split === undefined ? "has no .tsv file" : `has no ${wanted}, only ${names.join(", ")}`
    })
  }
  return chosen.map((name) => join(folder, name))
})

/**
 * Opens a collection in BEIR's layout: `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and
 * `qrels/*.tsv`. Queries without a relevant document are left out.
 */
export const open = Effect.fn("Beir.open")(function* (
  directory: string,
  split?: string
): Effect.fn.Return<Collection, ImportError, FileSystem.FileSystem> {
  const files = yield* FileSystem.FileSystem
  const judgements = yield* readJudgements(yield* judgementFiles(directory, split))
  const queries = yield* decoded(join(directory, "queries.jsonl"), QueryLine).pipe(
    Stream.map(
      ({ _id, text }): Query => ({
        id: String(_id),
        text: clean(text),
        judgements: judgements.get(String(_id)) ?? new Map()
      })
    ),
    Stream.filter(({ judgements, text }) => text !== "" && [...judgements.values()].some((grade) => grade > 0)),
    Stream.runCollect
  )
  if (queries.length === 0) {
    return yield* new ImportError({
      source: directory,
      problem: "has no query with a relevant document; do the identifiers in queries.jsonl and qrels agree?"
    })
  }
  const documents = decoded(join(directory, "corpus.jsonl"), DocumentLine).pipe(
    Stream.map(({ _id, text, title }): Document => ({ id: String(_id), title: clean(title), text: clean(text) })),
    Stream.provideService(FileSystem.FileSystem, files)
  )
  return { name: basename(resolve(directory)), queries, documents }
})
