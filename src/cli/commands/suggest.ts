import { Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RelationType } from "../../domain/Relation.ts"
import { SuggestMethod } from "../../domain/SuggestOptions.ts"
import type { HintQuality, Suggestions } from "../../domain/Suggestion.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { calibrationLine } from "../CalibrationText.ts"
import { filter, lazily, level, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { confidenceNumber } from "../../report/ConfidenceText.ts"
import { headlineOfReference } from "../../report/Headline.ts"
import { oneLine, type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

/** The suggestions as `--json` prints them. */
const suggestionsJson = ({ calibration, from, method, references, source, stored, to }: Suggestions) => ({
  from: from ?? null,
  source: source ?? null,
  to,
  method,
  calibration: { ...calibration },
  stored: stored ?? null,
  references: references.map(({ mayHaveNone, noCounterpart, source, suggestions }) => ({
    uri: source.uri,
    title: source.title,
    description: source.description,
    mayHaveNone,
    noCounterpart,
    suggestions: suggestions.map(({ confidence, scores, target, uncalibrated }) => ({
      uri: target.uri,
      title: target.title,
      description: target.description,
      confidence,
      uncalibrated,
      scores
    }))
  }))
})

const percent = (value: number) => `${Math.round(value * 100)}`

/** A share, or between what it lies. */
const rangeText = ({ greatest, least }: { readonly least: number; readonly greatest: number }) =>
  percent(least) === percent(greatest) ? `${percent(least)} %` : `${percent(least)}–${percent(greatest)} %`

/** How good the hint is that there may be no counterpart. */
const hintLine = ({ basis, precision, recall }: HintQuality): Safe =>
  safe`The hint "perhaps no counterpart" ${
    precision === undefined ? "was not among the sample" : `was right in ${rangeText(precision)} of cases`
  }${recall === undefined ? "" : `, and was given for ${rangeText(recall)} of those without one`} (${
    basis === "sample" ? "95 % intervals of the sample" : "on the catalogues that it was developed with"
  }).`

/** A number of a suggestion, which is neither certain nor impossible, however it is rounded. */
const shown = (confidence: number) => confidenceNumber({ confidence, status: "suggested" })

const lines = (output: Output["Service"], { calibration, references }: Suggestions): ReadonlyArray<Safe> => [
  ...references.flatMap(({ mayHaveNone, noCounterpart, source, suggestions }) => [
    safe`${output.bold(source.uri)}  ${oneLine(headlineOfReference(source), output.width)}${
      mayHaveNone ? ` (hint: perhaps no counterpart, ${shown(noCounterpart)})` : ""
    }`,
    ...suggestions.map(
      ({ confidence, target }) =>
        safe`  ${shown(confidence)}  ${target.uri}  ${oneLine(headlineOfReference(target), output.width)}`
    )
  ]),
  safe``,
  calibration.pair === undefined
    ? safe`The numbers are an order, not calibrated: a reference without a catalog has no sample.`
    : calibrationLine(calibration.pair),
  ...(calibration.basis === "order" && !calibration.matches
    ? [safe`The order was made with another model than the one in use (${calibration.name}).`]
    : []),
  ...(references.some(({ mayHaveNone }) => mayHaveNone) ? [hintLine(calibration.hint)] : [])
]

/** A catalog, or else the name of a stored reference. */
const named = Effect.fnUntraced(function* (from: string) {
  const references = yield* ReferenceRepository
  if ((yield* references.count({ catalog: from })) > 0) return { from }
  return yield* references.resolve(from).pipe(
    Effect.map(({ uri }) => ({ source: uri })),
    Effect.catchTag("NotFoundError", (error) =>
      error.remedy === undefined ? Effect.succeed({ from }) : Effect.fail(error)
    )
  )
})

export const suggest = Command.make(
  "suggest",
  {
    from: Argument.String("from").pipe(
      Argument.withDescription("A catalog, name@version, or the URI or identifier of one reference")
    ),
    to: Argument.String("to").pipe(Argument.withDescription("The catalog in which counterparts are looked for")),
    limit: Flag.Int("limit").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("At most this many for each reference, from 1 up (default 5)"),
      optional
    ),
    method: Flag.Literals("method", SuggestMethod.literals).pipe(
      Flag.withDescription("By meaning and words, or by one of them; keyword needs no model (default hybrid)"),
      optional
    ),
    minConfidence: Flag.Finite("min-confidence").pipe(
      Flag.withDescription("Leave out what is less sure, 0 to 1"),
      optional
    ),
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription("The type of the relations that are suggested (default implements)"),
      optional
    ),
    metadata: filter.metadata,
    level,
    dryRun: toggle("dry-run", "Print suggestions without storing them")
  },
  Effect.fn(function* ({ dryRun, from, level, metadata, ...options }) {
    const output = yield* Output
    const warm = options.method !== "keyword"
    const { Crosswalk } = yield* lazily(() => import("../../crosswalk/Crosswalk.ts"))
    const found = yield* Effect.gen(function* () {
      const crosswalk = yield* Crosswalk
      return yield* crosswalk.suggest(
        {
          ...(yield* named(from)),
          ...options,
          ...((level !== undefined || metadata.length > 0) && { filter: { level, metadata } }),
          store: !dryRun
        },
        { onProgress: ({ done, total }) => output.progress("Comparing", done, total) }
      )
    }).pipe(Effect.provide(Layer.provideMerge(Crosswalk.layer, Session.embeddings("existing", { warm }))))
    yield* output.progressDone
    yield* output.answer(suggestionsJson(found), () => lines(output, found))
    const { stored } = found
    if (stored === undefined || output.json) return
    const kept = stored.kept === 0 ? "" : `, ${stored.kept} left out because they were decided already`
    yield* output.note(safe`${count(stored.saved, "suggestion")} stored${kept}. Next: crosswalk review ${found.to}`)
  })
).pipe(
  Command.withDescription("Suggest which reference of one catalogue answers which of another, the likeliest first"),
  Command.withExamples([
    { command: "crosswalk suggest company@2026.1 asvs@5.0.0", description: "All of a catalogue, to be reviewed" },
    {
      command: "crosswalk suggest asvs@5.0.0 company@2026.1 --level 1",
      description: "Only for what level 1 asks for"
    },
    {
      command: "crosswalk suggest company:2026.1/BR-04 asvs@5.0.0 --dry-run",
      description: "One reference, nothing stored"
    }
  ])
)
