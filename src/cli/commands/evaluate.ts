import { join } from "node:path"
import { Effect, FileSystem, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ImportError } from "../../domain/ImportError.ts"
import * as Evaluation from "../../search/Evaluation.ts"
import { measures } from "../../search/Measures.ts"
import { Search } from "../../search/Search.ts"
import { SearchMode } from "../../search/SearchOptions.ts"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { VectorIndex } from "../../storage/VectorIndex.ts"
import { optional } from "../Flags.ts"
import { Output } from "../Output.ts"
import { table } from "../../report/TextTable.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { joining } from "./search.ts"

/** A store that goes with the evaluation. */
const store = (url: string) =>
  Layer.mergeAll(Search.layer, ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
    Layer.provide(VectorIndex.layerSql),
    Layer.provide(Layer.merge(LibsqlClient.layer({ url }), Session.embedder(true)))
  )

/** {@link store} without a model. */
const keywordStore = (url: string) =>
  Layer.merge(Search.layerKeyword, ReferenceRepository.layer).pipe(Layer.provide(LibsqlClient.layer({ url })))

/** The modes side by side, each mean with its interval. */
const summary = (output: Output["Service"], report: Evaluation.Report): ReadonlyArray<Safe> => [
  safe`${output.bold(report.collection)}: ${String(report.queries)} queries, ${String(report.documents)} documents`,
  ...table([
    ["", ...report.modes.keys()],
    ...measures.map((measure) => [
      measure,
      ...[...report.modes.values()].map(({ intervals, means }) => {
        const [low, high] = intervals[measure]
        return `${means[measure].toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`
      })
    ])
  ])
]

/** The run of the first mode goes to the file; those of the others beside it, with their mode behind its name. */
const writeRuns = Effect.fnUntraced(function* (file: string, report: Evaluation.Report) {
  const files = yield* FileSystem.FileSystem
  yield* Effect.forEach([...report.modes], ([mode, result], i) => {
    const path = i === 0 ? file : `${file}.${mode}`
    return files
      .writeFileString(path, Evaluation.toTrec(mode, result))
      .pipe(
        Effect.mapError(
          (cause) => new ImportError({ source: path, reason: "unreadable", problem: "cannot be written", cause })
        )
      )
  })
})

const labels = { reading: "Reading", embedding: "Embedding", searching: "Searching" } as const

export const evaluate = Command.make(
  "evaluate",
  {
    directory: Argument.String("directory").pipe(
      Argument.withDescription("A collection in BEIR's layout: corpus.jsonl, queries.jsonl and qrels/*.tsv")
    ),
    mode: Flag.Literals("mode", SearchMode.literals).pipe(
      Flag.withAlias("m"),
      Flag.withDescription("Evaluate this mode only (default: all three)"),
      optional
    ),
    split: Flag.String("split").pipe(
      Flag.withDescription("The file in qrels, without .tsv (default: test where there is one, else all)"),
      optional
    ),
    run: Flag.String("run").pipe(
      Flag.withDescription("Write the rankings to this file, as TREC does; of several modes, the others to file.mode"),
      Flag.withMetavar("file"),
      optional
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("The seed of the bootstrap intervals (default 1)"),
      Flag.withDefault(1)
    ),
    joining
  },
  Effect.fn(function* ({ directory, joining, mode, run, seed, split }) {
    const output = yield* Output
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "crosswalk-evaluate-" }).pipe(
      Effect.mapError(
        (cause) =>
          new ImportError({
            source: directory,
            reason: "unreadable",
            problem: "a temporary folder for it cannot be made",
            cause
          })
      )
    )
    const url = join(folder, "evaluation.db")
    const options: Evaluation.KeywordOptions = {
      split,
      seed,
      onProgress: ({ done, stage, total }) => output.progress(labels[stage], done, total)
    }
    const report = yield* mode === "keyword"
      ? Evaluation.runKeyword(directory, options).pipe(Effect.provide(keywordStore(url)))
      : Evaluation.run(directory, { ...options, modes: mode === undefined ? undefined : [mode], search: joining }).pipe(
          Effect.provide(store(url))
        )
    if (run !== undefined) yield* writeRuns(run, report)
    yield* output.answer(Evaluation.toJson(report), () => summary(output, report))
  }, Effect.scoped)
).pipe(
  Command.withDescription("Measure the search on a test collection"),
  Command.withExamples([
    { command: "crosswalk evaluate collections/scifact", description: "All three modes, with 95 % intervals" },
    {
      command: "crosswalk evaluate collections/scifact --mode hybrid --json --run hybrid.trec",
      description: "For a script, and for trec_eval"
    }
  ])
)
