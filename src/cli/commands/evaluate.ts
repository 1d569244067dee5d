import { join } from "node:path"
import { Effect, FileSystem, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ImportError } from "../../domain/ImportError.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { Embedder } from "../../embedder/Embedder.ts"
import * as Evaluation from "../../search/Evaluation.ts"
import { measures } from "../../search/Measures.ts"
import { Search } from "../../search/Search.ts"
import { SearchMode } from "../../search/SearchOptions.ts"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { VectorIndex } from "../../storage/VectorIndex.ts"
import * as Against from "../Against.ts"
import { comparisonJson, comparisonText, type Run } from "../ComparisonText.ts"
import { optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { table } from "../../report/TextTable.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"
import { joining } from "./search.ts"

/** A store that goes with the evaluation. */
const store = (url: string) =>
  Layer.mergeAll(Search.layer, ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
    Layer.provide(VectorIndex.layerSql),
    Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url }), Session.embedder(true)))
  )

/** {@link store} without a model. */
const keywordStore = (url: string) =>
  Layer.merge(Search.layerKeyword, ReferenceRepository.layer).pipe(Layer.provide(LibsqlClient.layer({ url })))

const heading = (output: Output["Service"], report: Evaluation.Report): Safe =>
  safe`${output.bold(report.collection)}: ${String(report.queries)} queries, ${String(report.documents)} documents`

/** The modes side by side, each mean with its interval. */
const summary = (output: Output["Service"], report: Evaluation.Report): ReadonlyArray<Safe> => [
  heading(output, report),
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

/** The first run goes to the file; the others beside it, with their names behind its own. */
const writeRuns = Effect.fnUntraced(function* (
  file: string,
  runs: ReadonlyArray<readonly [name: string, mode: SearchMode, result: Evaluation.ModeResult]>
) {
  const files = yield* FileSystem.FileSystem
  yield* Effect.forEach(runs, ([name, mode, result], i) => {
    const path = i === 0 ? file : `${file}.${name}`
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

/** One mode, with what it was asked with. A model that comes second replaces the vectors of the first. */
const runOf = Effect.fnUntraced(function* (
  directory: string,
  url: string,
  mode: SearchMode,
  search: Evaluation.Options["search"],
  options: Evaluation.KeywordOptions
) {
  const measured =
    mode === "keyword"
      ? Effect.map(Evaluation.runKeyword(directory, options), (report) => ({ report, model: null })).pipe(
          Effect.provide(keywordStore(url))
        )
      : Effect.all({
          report: Evaluation.run(directory, { ...options, modes: [mode], search }),
          model: Effect.map(Embedder, ({ model }) => model.id)
        }).pipe(Effect.provide(store(url)))
  const { model, report } = yield* measured
  const [result] = report.modes.values()
  if (result === undefined) return yield* Effect.die("an evaluation answers in the mode that it was asked in")
  const run: Run = { mode, model, ...(mode === "hybrid" ? search : {}) }
  return { report, result, run }
})

export const evaluate = Command.make(
  "evaluate",
  {
    directory: Argument.String("directory").pipe(
      Argument.withDescription("A collection in BEIR's layout: corpus.jsonl, queries.jsonl and qrels/*.tsv")
    ),
    mode: Flag.Literals("mode", SearchMode.literals).pipe(
      Flag.withAlias("m"),
      Flag.withDescription("Evaluate this mode only (default: all three; hybrid with --against)"),
      optional
    ),
    split: Flag.String("split").pipe(
      Flag.withDescription("The file in qrels, without .tsv (default: test where there is one, else all)"),
      optional
    ),
    run: Flag.String("run").pipe(
      Flag.withDescription(
        "Write the rankings to this file, as TREC does; of several modes, the others to file.mode, and file.against"
      ),
      Flag.withMetavar("file"),
      optional
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("The seed of the bootstrap intervals (default 1)"),
      Flag.withDefault(1)
    ),
    against: Against.against,
    perQuery: toggle("per-query", "With --against: also the queries that the two answer differently"),
    joining
  },
  Effect.fn(function* ({ against, directory, joining, mode, perQuery, run, seed, split }) {
    if (perQuery && against === undefined) {
      return yield* new ValidationError({
        field: "--per-query",
        value: undefined,
        constraint: "needs something to compare with",
        expected: "--against too, such as --against mode=semantic"
      })
    }
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
    if (against !== undefined) {
      const first = yield* runOf(directory, url, mode ?? "hybrid", joining, options)
      const second = yield* runOf(
        directory,
        url,
        against.mode ?? first.run.mode,
        {
          semanticWeight: against["semantic-weight"] ?? joining.semanticWeight,
          fusion: against.fusion ?? joining.fusion
        },
        options
      ).pipe(Effect.provideServiceEffect(Settings, Against.settingsOf(against)))
      const { collection, documents, queries } = first.report
      const comparison = yield* Evaluation.compare(first.result.rankings, second.result.rankings, { seed })
      if (run !== undefined) {
        yield* writeRuns(run, [
          ["", first.run.mode, first.result],
          ["against", second.run.mode, second.result]
        ])
      }
      const runs = [first.run, second.run] as const
      return yield* output.answer(
        { collection, queries, documents, ...comparisonJson(runs, comparison, perQuery) },
        () => [heading(output, first.report), ...comparisonText(runs, comparison, perQuery)]
      )
    }
    const report = yield* mode === "keyword"
      ? Evaluation.runKeyword(directory, options).pipe(Effect.provide(keywordStore(url)))
      : Evaluation.run(directory, { ...options, modes: mode === undefined ? undefined : [mode], search: joining }).pipe(
          Effect.provide(store(url))
        )
    if (run !== undefined) {
      yield* writeRuns(
        run,
        [...report.modes].map(([mode, result]) => [mode, mode, result])
      )
    }
    yield* output.answer(Evaluation.toJson(report), () => summary(output, report))
  }, Effect.scoped)
).pipe(
  Command.withDescription("Measure the search on a test collection"),
  Command.withExamples([
    { command: "crosswalk evaluate collections/scifact", description: "All three modes, with 95 % intervals" },
    {
      command: "crosswalk evaluate collections/scifact --mode hybrid --json --run hybrid.trec",
      description: "For a script, and for trec_eval"
    },
    {
      command: "crosswalk evaluate collections/scifact --against model=./models/other",
      description: "Whether another model is better, with the 95 % interval of the difference"
    }
  ])
)
