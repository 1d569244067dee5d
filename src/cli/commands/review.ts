import { Effect, Layer, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Review } from "../../crosswalk/Review.ts"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import type { Refusal, ReviewOutcome } from "../../domain/ReviewOutcome.ts"
import * as ReviewCsv from "../../report/ReviewCsv.ts"
import type { ImportError } from "../../domain/ImportError.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { RelationStatus, RelationType } from "../../domain/Relation.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import type { CalibrationFilter } from "../../domain/CalibrationFilter.ts"
import type { ReviewFilter } from "../../domain/ReviewFilter.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { calibrationJson, calibrationLine } from "../CalibrationText.ts"
import * as Files from "../Files.ts"
import { encoding, filter as referenceFilter, lazily, level, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import * as Reviewer from "../Reviewer.ts"
import type { Course } from "../ReviewPrompt.ts"
import * as ReviewText from "../ReviewText.ts"
import { safe } from "../../report/Safe.ts"
import * as Snapshot from "../../storage/Snapshot.ts"
import * as Documents from "../Documents.ts"
import * as Session from "../Session.ts"

const catalog = (name: string, description: string) =>
  Argument.String(name).pipe(Argument.withDescription(description), Argument.optional)

/** Tells what became of verdicts; ends with 5 where some could not be carried out. */
export const tell = Effect.fnUntraced(function* (
  done: string,
  outcome: ReviewOutcome,
  problems: ReadonlyArray<ImportError> = []
) {
  const output = yield* Output
  const { decided, refused, step, unchanged } = outcome
  const failed = [
    ...problems.map(({ at, problem, source }) => ({ at: at === undefined ? source : `${source}, ${at}`, problem })),
    ...refused.map(({ problem, ...ends }) => ({ at: `${setText(ends.sources)} → ${targetsText(ends)}`, problem }))
  ]
  if (!output.json) for (const { at, problem } of failed) yield* output.warn(safe`${at}: ${problem}`)
  yield* output.answer({ ...ReviewText.outcomeJson(outcome), problems: failed }, () => [
    safe`${done}: ${count(decided.length, "decision")}${unchanged === 0 ? "" : `, ${unchanged} unchanged`}${
      step === undefined || decided.every(({ undoes }) => undoes !== undefined)
        ? ""
        : ` (step ${step}; 'crosswalk review --undo' takes it back)`
    }`
  ])
  if (failed.length > 0) {
    return yield* new Ended({
      code: decided.length + unchanged === 0 ? ExitCode.failure : ExitCode.partly,
      message: `${count(failed.length, "decision")} could not be carried out`
    })
  }
})

/** An end of a relation that is not stored. */
export const missingEnd = ({ to }: Refusal, missing: string) =>
  new NotFoundError({ uri: missing, entity: missing === to ? "catalog" : "reference" })

/** What is gone through, and how it is found. */
const courseOf = Effect.fnUntraced(function* (course: Course) {
  const review = yield* Review
  const filter = "sample" in course ? { from: course.sample.from, to: course.sample.to } : course.filter
  return {
    filter,
    items: Snapshot.stream(
      "sample" in course ? Stream.fromIterableEffect(review.sample(course.sample)) : review.items(course.filter)
    ),
    count:
      "sample" in course
        ? Effect.map(review.sample(course.sample), (drawn) => drawn.length)
        : review.count(course.filter),
    calibrations: review.calibrations({ from: filter.from, to: filter.to })
  }
})

/** Says what numbers are, of pairs of catalogs that have suggestions. */
const noteCalibrations = Effect.fnUntraced(function* (filter: CalibrationFilter) {
  const output = yield* Output
  const known = yield* Review.use((review) => review.calibrations({ from: filter.from, to: filter.to }))
  yield* Effect.forEach(known, (pair) => output.note(calibrationLine(pair)), { discard: true })
})

const list = Effect.fnUntraced(function* (course: Course) {
  const output = yield* Output
  const { calibrations, count: counted, filter, items } = yield* courseOf(course)
  if (output.json) {
    const relations = yield* Stream.runCollect(items)
    const known = yield* calibrations
    return yield* output.answer(
      { relations: relations.map(ReviewText.itemJson), calibrations: known.map(calibrationJson) },
      () => []
    )
  }
  yield* Stream.runForEach(items, (item) =>
    Effect.forEach(ReviewText.itemLines(output, item), output.line, { discard: true })
  )
  const total = yield* counted
  yield* output.note(
    total === 0
      ? safe`Nothing is to be reviewed.`
      : safe`${count(total, "relation")}. At a terminal they are asked one by one.`
  )
  yield* noteCalibrations(filter)
})

const interactively = Effect.fnUntraced(function* (course: Course, by: string | undefined) {
  const output = yield* Output
  const { count: counted, filter } = yield* courseOf(course)
  if ((yield* counted) === 0) yield* output.note(safe`Nothing is to be reviewed.`)
  else {
    const prompt = yield* lazily(() => import("../ReviewPrompt.ts"))
    const { accepted, rejected, skipped } = yield* prompt.run(course, by)
    yield* output.note(safe`${accepted} accepted, ${rejected} rejected, ${skipped} skipped; ${yield* counted} left`)
  }
  yield* noteCalibrations(filter)
})

/** The sample that is asked for, of two catalogs. */
const sampleOf = Effect.fnUntraced(function* (
  { from, to, ...others }: ReviewFilter,
  size: number | undefined,
  seed: number | undefined
) {
  if (size === undefined) return undefined
  if (Object.values(others).some((part) => part !== undefined)) {
    return yield* new ValidationError({
      field: "--sample",
      value: size,
      constraint:
        "is drawn from all first proposals between two catalogs: those that a filter leaves teach nothing about the rest",
      expected: "no other filter than the two catalogs"
    })
  }
  if (from !== undefined && to !== undefined) return { from, to, size, seed }
  return yield* new ValidationError({
    field: "--sample",
    value: size,
    constraint: "is drawn from the suggestions from one catalog to another",
    expected: "both catalogs before it"
  })
})

export const review = Command.make(
  "review",
  {
    from: catalog("from", "Only relations with a reference of this catalog, name@version"),
    to: catalog("to", "… and one of this catalog"),
    minConfidence: Flag.Finite("min-confidence").pipe(
      Flag.withDescription("Only from this confidence up, 0 to 1"),
      optional
    ),
    maxConfidence: Flag.Finite("max-confidence").pipe(
      Flag.withDescription("Only up to this confidence, 0 to 1"),
      optional
    ),
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription("Only relations of this type"),
      optional
    ),
    uri: Flag.String("uri").pipe(Flag.withDescription("Only relations of this reference"), optional),
    metadata: referenceFilter.metadata,
    level,
    status: Flag.Literals("status", RelationStatus.literals).pipe(
      Flag.withDescription("Only relations with this status (default suggested)"),
      optional
    ),
    needsReview: toggle("needs-review", "Only decisions on texts that have changed since"),
    sample: Flag.Int("sample").pipe(
      Flag.withDescription(
        "So many first proposals, spread evenly over the order of confidence: what they teach calibrates the confidences of these two catalogs"
      ),
      Flag.withMetavar("size"),
      optional
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("Another number draws another --sample (default 1)"), optional),
    accept: toggle("accept", "Accept all of them"),
    minPrecision: Flag.Finite("min-precision").pipe(
      Flag.withDescription(
        "With --accept: only first proposals of which at least this share is right, as far as the sample bears it; above 0, below 1"
      ),
      optional
    ),
    force: toggle("force", "Accept by --min-confidence also where confidences are an order only"),
    reject: toggle("reject", "Reject all of them"),
    as: Flag.Literals("as", RelationType.literals).pipe(
      Flag.withDescription("Give all that are accepted or rejected this type"),
      optional
    ),
    list: toggle("list", "Only list them"),
    exportTo: Flag.String("export").pipe(
      Flag.withDescription("Write them as CSV for a spreadsheet; - for standard output"),
      Flag.withMetavar("file"),
      optional
    ),
    importFrom: Flag.String("import").pipe(
      Flag.withDescription("Carry out what was decided in such a CSV"),
      Flag.withMetavar("file"),
      optional
    ),
    encoding,
    undo: toggle("undo", "Take the last step back: a decision, or all of one command"),
    steps: Flag.Int("steps").pipe(Flag.withDescription("How many steps --undo takes back (default 1)"), optional),
    log: toggle("log", "Show the log of decisions, the newest first"),
    limit: Flag.Int("limit").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("How many entries of the log (default 20)"),
      optional
    ),
    by: Reviewer.reviewer,
    note: Reviewer.note
  },
  Effect.fn(function* ({
    accept,
    as,
    encoding,
    exportTo,
    force,
    from,
    importFrom,
    limit,
    list: isList,
    log,
    minPrecision,
    note,
    reject,
    sample: size,
    seed,
    steps,
    to,
    undo,
    ...rest
  }) {
    const output = yield* Output
    const by = yield* Reviewer.nameOf(rest.by)
    const { level, maxConfidence, metadata, minConfidence, needsReview, status, type, uri } = rest
    const filter: ReviewFilter = {
      from: from._tag === "Some" ? from.value : undefined,
      to: to._tag === "Some" ? to.value : undefined,
      minConfidence,
      maxConfidence,
      type,
      uri,
      status,
      ...((level !== undefined || metadata.length > 0) && { reference: { level, metadata } }),
      ...(needsReview ? { needsReview } : {})
    }
    const modes = [
      ["--accept", accept],
      ["--reject", reject],
      ["--list", isList],
      ["--export", exportTo !== undefined],
      ["--import", importFrom !== undefined],
      ["--undo", undo],
      ["--log", log]
    ].flatMap(([name, isOn]) => (isOn === true ? [String(name)] : []))
    if (modes.length > 1) {
      return yield* new ValidationError({
        field: "review",
        value: modes.join(" "),
        constraint: "asks for several things at once",
        expected: "one of them at a time"
      })
    }
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true && !output.json
    const writes = accept || reject || importFrom !== undefined || undo
    const reads = !writes && (exportTo !== undefined || log || isList || !isTerminal)
    if (size !== undefined) {
      const other = modes.find((mode) => mode !== "--list" && mode !== "--export")
      if (other !== undefined) {
        return yield* new ValidationError({
          field: "--sample",
          value: size,
          constraint: `cannot be drawn with ${other}`,
          expected: "to be reviewed one by one, or with --list or --export"
        })
      }
    }
    yield* Effect.gen(function* () {
      const service = yield* Review
      const sample = yield* sampleOf(filter, size, seed)
      const course = sample === undefined ? { filter } : { sample }
      if (accept || reject) {
        const outcome = yield* service.decideAll(filter, {
          status: accept ? "accepted" : "rejected",
          as,
          by,
          note,
          force,
          minPrecision
        })
        return yield* tell(accept ? "Accepted" : "Rejected", outcome)
      }
      if (exportTo !== undefined) {
        yield* Documents.requireEnding("--export", exportTo, "CSV", ["csv"])
        const { count: counted, items } = yield* courseOf(course)
        yield* Files.write(exportTo, ReviewCsv.encode(items, { chosen: sample === undefined ? "file" : "sample" }))
        yield* noteCalibrations(filter)
        return yield* output.note(
          safe`${count(yield* counted, "relation")} written. Write accept or reject in the column decision, then: crosswalk review --import ${exportTo}`
        )
      }
      if (importFrom !== undefined) {
        const Sources = yield* lazily(() => import("../../importer/Sources.ts"))
        const bytes = yield* Sources.bytes(importFrom)
        const { problems, ...outcome } = yield* ReviewCsv.carryOut(importFrom, bytes, { by, note, encoding })
        return yield* tell("Imported", outcome, problems)
      }
      if (undo) return yield* tell("Taken back", yield* service.undo({ steps, by }))
      if (log) {
        const decisions = yield* service.log({ limit, uri })
        return yield* output.answer({ decisions: decisions.map(ReviewText.decisionJson) }, () =>
          decisions.map(ReviewText.decisionLine)
        )
      }
      yield* isList || !isTerminal ? list(course) : interactively(course, by)
    }).pipe(Effect.provide(Layer.provideMerge(Review.layer, Session.database(reads ? "readonly" : "existing"))))
  })
).pipe(
  Command.withDescription("Accept or reject suggested relations: one by one, by filter, or in a spreadsheet"),
  Command.withExamples([
    { command: "crosswalk review company@2026.1 asvs@5.0.0", description: "One by one, at a terminal" },
    {
      command: "crosswalk review company@2026.1 asvs@5.0.0 --sample 30 --by Ann",
      description: "A sample first, which shows what the confidences are worth"
    },
    {
      command: "crosswalk review company@2026.1 asvs@5.0.0 --min-precision 0.9 --accept --by Ann",
      description: "As many as the sample bears"
    },
    {
      command: "crosswalk review --export open.csv",
      description: "For a spreadsheet; --import open.csv reads it back"
    },
    { command: "crosswalk review --needs-review", description: "What was decided on texts that have changed since" },
    { command: "crosswalk review --undo", description: "Take the last step back" }
  ])
)
