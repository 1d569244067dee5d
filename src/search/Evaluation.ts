import { Effect, Option, Stream } from "effect"
import type { FileSystem } from "effect"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Beir from "./Beir.ts"
import * as Measures from "./Measures.ts"
import { Search } from "./Search.ts"
import type { SearchMode, SearchOptions } from "./SearchOptions.ts"

/** How far an evaluation is. */
export interface Progress {
  readonly stage: "reading" | "embedding" | "searching"
  readonly done: number
  /** Absent while it is not known. */
  readonly total?: number | undefined
}

/** What is evaluated, and how. */
export interface Options {
  /** All three unless told. */
  readonly modes?: ReadonlyArray<SearchMode> | undefined
  /** The file in `qrels`, without `.tsv`; `test` where there is one unless told, else all. */
  readonly split?: string | undefined
  readonly search?: Pick<SearchOptions, "semanticWeight" | "fusion"> | undefined
  /** Of the bootstrap; 1 unless told. The same seed gives the same intervals. */
  readonly seed?: number | undefined
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/** A query's answer, best first. */
export interface Ranking {
  readonly query: string
  readonly documents: ReadonlyArray<{ readonly id: string; readonly score: number }>
}

/** How well one mode did. */
export interface ModeResult {
  readonly means: Readonly<Record<Measures.Measure, number>>
  /** The 95 % bootstrap intervals of the means. */
  readonly intervals: Readonly<Record<Measures.Measure, readonly [number, number]>>
  readonly rankings: ReadonlyArray<Ranking>
}

/** What an evaluation found. */
export interface Report {
  readonly collection: string
  /** How many queries were asked: those with a relevant document. */
  readonly queries: number
  readonly documents: number
  readonly modes: ReadonlyMap<SearchMode, ModeResult>
}

/** How deep the rankings are measured. */
const depth = 100
const catalog = "evaluation"
const prefix = "evaluation:"
const groupSize = 256
const concurrency = 4

const allModes: ReadonlyArray<SearchMode> = ["keyword", "semantic", "hybrid"]

/** A document as a reference. One without a title has its text in that place, so that nothing is told twice. */
const referenceOf = ({ id, text, title }: Beir.Document): ReadonlyArray<ReferenceInput> => {
  const common = { uri: `${prefix}${id}`, entityType: "document", catalog }
  if (title !== "") return [{ ...common, title, ...(text === "" ? {} : { description: text }) }]
  return text === "" ? [] : [{ ...common, title: text }]
}

/**
 * Measures the search on a collection in BEIR's layout, by the way that references take always: its documents are saved
 * into the store in use, which should be an empty one made for this, embedded, and searched.
 *
 * A document with the query's own identifier is left out of its answer, and nDCG takes grades as linear gains, as is
 * usual for BEIR. Documents without any text cannot be found.
 */
export const run = Effect.fn("Evaluation.run")(function* (
  directory: string,
  options: Options = {}
): Effect.fn.Return<
  Report,
  ImportError | ValidationError | DatabaseError | ModelMismatchError | EmbeddingError | ModelLoadError,
  FileSystem.FileSystem | ReferenceRepository | Search
> {
  const references = yield* ReferenceRepository
  const { search } = yield* Search
  const tell = options.onProgress ?? (() => Effect.void)
  const collection = yield* Beir.open(directory, options.split)
  const modes = options.modes ?? allModes

  let documents = 0
  yield* collection.documents.pipe(
    Stream.grouped(groupSize),
    Stream.runForEach((group) =>
      Effect.gen(function* () {
        yield* references.saveMany(group.flatMap(referenceOf))
        documents += group.length
        yield* tell({ stage: "reading", done: documents })
      })
    )
  )
  yield* references.learnBoilerplate(catalog)
  if (modes.some((mode) => mode !== "keyword")) {
    // Absent where only words are searched, so that no model is needed.
    const embeddings = Option.getOrUndefined(yield* Effect.serviceOption(EmbeddingRepository))
    yield* embeddings?.updateAllEmbeddings({
      onProgress: ({ done, total }) => tell({ stage: "embedding", done, total })
    }) ?? Effect.void
  }

  const results = new Map<SearchMode, ModeResult>()
  let asked = 0
  for (const mode of modes) {
    const answered = yield* Effect.forEach(
      collection.queries,
      ({ id, judgements, text }) =>
        Effect.gen(function* () {
          const { hits } = yield* search(text, { ...options.search, mode, limit: depth + 1 })
          const found = hits
            .map(({ reference, score }) => ({ id: reference.uri.slice(prefix.length), score }))
            .filter((hit) => hit.id !== id)
            .slice(0, depth)
          yield* tell({ stage: "searching", done: ++asked, total: modes.length * collection.queries.length })
          return {
            query: id,
            documents: found,
            scores: Measures.measure(
              found.map((hit) => hit.id),
              judgements
            )
          }
        }),
      { concurrency }
    )
    results.set(mode, {
      ...Measures.summarise(
        answered.map(({ scores }) => scores),
        options.seed ?? 1
      ),
      rankings: answered.map(({ documents, query }) => ({ query, documents }))
    })
  }
  return { collection: collection.name, queries: collection.queries.length, documents, modes: results }
})

/** A report as JSON: `{ collection, queries, documents, modes: { hybrid: { "ndcg@10", …, intervals } } }`. */
export const toJson = ({ collection, documents, modes, queries }: Report) => ({
  collection,
  queries,
  documents,
  modes: Object.fromEntries([...modes].map(([mode, { intervals, means }]) => [mode, { ...means, intervals }]))
})

/** The rankings of a mode in TREC's format: query, Q0, document, rank, score, run. */
export const toTrec = (mode: SearchMode, { rankings }: ModeResult): string =>
  rankings
    .flatMap(({ documents, query }) =>
      documents.map(({ id, score }, i) => `${query} Q0 ${id} ${i + 1} ${score} crosswalk-${mode}\n`)
    )
    .join("")
