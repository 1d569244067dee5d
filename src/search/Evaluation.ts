import { Effect, Stream } from "effect"
import type { FileSystem } from "effect"
import { tell } from "../domain/Callback.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import { NonBlankText } from "../domain/Text.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { UpdateProgress } from "../storage/UpdateOptions.ts"
import * as Beir from "./Beir.ts"
import { EvaluationOptions, KeywordEvaluationOptions } from "./EvaluationOptions.ts"
import * as Measures from "./Measures.ts"
import type { Ranking } from "./Ranking.ts"
import { Search, type SearchError } from "./Search.ts"
import { SearchMode } from "./SearchOptions.ts"

export { compare, type Comparison, CompareOptions, type Difference, type QueryDifference } from "./Comparison.ts"
export type { Measure } from "./Measures.ts"
export { Ranking } from "./Ranking.ts"
export {
  EvaluationOptions as Options,
  type EvaluationProgress as Progress,
  KeywordEvaluationOptions as KeywordOptions
} from "./EvaluationOptions.ts"

/** Why an evaluation can fail. */
export type EvaluationError = ImportError | SearchError

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

/** A document as a reference. One without a title has its text in that place, so that nothing is told twice. */
const referenceOf = ({ id, text, title }: Beir.Document): ReadonlyArray<ReferenceInput> => {
  const common = { uri: `${prefix}${id}`, entityType: "document", catalog }
  if (title !== "") return [{ ...common, title, ...(text === "" ? {} : { description: text }) }]
  return text === "" ? [] : [{ ...common, title: text }]
}

/** Saves the documents of a collection, and asks its queries in each mode. */
const evaluate = Effect.fnUntraced(function* (
  directory: string,
  { modes = SearchMode.literals, onProgress, search: joining, seed = 1, split }: EvaluationOptions,
  embed: Effect.Effect<unknown, ValidationError | DatabaseError | EmbeddingError | ModelLoadError>
) {
  const references = yield* ReferenceRepository
  const { search } = yield* Search
  const collection = yield* Beir.open(directory, split)

  let documents = 0
  yield* collection.documents.pipe(
    Stream.grouped(groupSize),
    Stream.runForEach((group) =>
      Effect.gen(function* () {
        yield* references.saveMany(group.flatMap(referenceOf))
        documents += group.length
        yield* tell(onProgress, { stage: "reading", done: documents })
      })
    )
  )
  yield* references.learnBoilerplate(catalog)
  if (modes.some((mode) => mode !== "keyword")) yield* embed

  const results = new Map<SearchMode, ModeResult>()
  let asked = 0
  for (const mode of modes) {
    const answered = yield* Effect.forEach(
      collection.queries,
      ({ id, judgements, text }) =>
        Effect.gen(function* () {
          const { hits } = yield* search(text, { ...joining, mode, limit: depth + 1, degrade: false })
          const found = hits
            .map(({ reference, score }) => ({ id: reference.uri.slice(prefix.length), score }))
            .filter((hit) => hit.id !== id)
            .slice(0, depth)
          yield* tell(onProgress, {
            stage: "searching",
            done: ++asked,
            total: modes.length * collection.queries.length
          })
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
        seed
      ),
      rankings: answered
    })
  }
  return { collection: collection.name, queries: collection.queries.length, documents, modes: results } satisfies Report
})

/**
 * Measures the search on a collection in BEIR's layout, by the way that references take always: its documents are saved
 * into the store in use, which should be an empty one made for this, embedded, and searched.
 *
 * A document with the query's own identifier is left out of its answer, and nDCG takes grades as linear gains, as is
 * usual for BEIR. Documents without any text cannot be found.
 */
export const run: (
  directory: string,
  options?: EvaluationOptions
) => Effect.Effect<
  Report,
  EvaluationError,
  FileSystem.FileSystem | ReferenceRepository | EmbeddingRepository | Search
> = operation("Evaluation.run", { directory: NonBlankText, options: optional(EvaluationOptions) })(function* ({
  directory,
  options = {}
}) {
  const { updateAllEmbeddings } = yield* EmbeddingRepository
  const onProgress = ({ done, total }: UpdateProgress) => tell(options.onProgress, { stage: "embedding", done, total })
  return yield* evaluate(directory, options, updateAllEmbeddings({ onProgress }))
})

/** {@link run} for the mode `keyword` alone, which needs no model. */
export const runKeyword: (
  directory: string,
  options?: KeywordEvaluationOptions
) => Effect.Effect<Report, EvaluationError, FileSystem.FileSystem | ReferenceRepository | Search> = operation(
  "Evaluation.runKeyword",
  { directory: NonBlankText, options: optional(KeywordEvaluationOptions) }
)(function* ({ directory, options = {} }) {
  return yield* evaluate(directory, { ...options, modes: ["keyword"] }, Effect.void)
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
