import { Effect, Layer, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import manifest from "../../../package.json" with { type: "json" }
import { Coverage } from "../../crosswalk/Coverage.ts"
import { Review } from "../../crosswalk/Review.ts"
import * as CoverageFormat from "../../report/CoverageFormat.ts"
import * as CoverageText from "../../report/CoverageText.ts"
import * as CoverageSummary from "../../report/CoverageSummary.ts"
import { compare } from "../../domain/CoverageComparison.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { calibrationLine } from "../CalibrationText.ts"
import * as Documents from "../Documents.ts"
import * as Files from "../Files.ts"
import { filter, lazily, level, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

const { catalog: _catalog, role: _role, ...which } = filter

export const coverage = Command.make(
  "coverage",
  {
    to: Argument.String("to").pipe(Argument.withDescription("The catalog that should be covered, name@version")),
    by: Flag.String("by").pipe(Flag.withDescription("The catalog that should cover it, name@version")),
    through: Flag.String("through").pipe(
      Flag.withDescription("A catalog on the way; repeat it for several, in their order from --by"),
      Flag.atLeast(0)
    ),
    includeSuggested: toggle("include-suggested", "Suggestions count too"),
    minConfidence: Flag.Finite("min-confidence").pipe(
      Flag.withDescription("Relations below do not count, 0 to 1"),
      optional
    ),
    countPartly: toggle("count-partly", "What is covered in part counts as covered"),
    ...which,
    level,
    exceptions: Flag.String("exceptions").pipe(
      Flag.withDescription("A file of exceptions, YAML, JSON or CSV: reference, reason, by and until"),
      optional
    ),
    today: Flag.String("today").pipe(
      Flag.withDescription("The day on which exceptions are judged, such as 2026-12-31 (default: today)"),
      optional
    ),
    failUnder: Flag.Finite("fail-under").pipe(
      Flag.withDescription("End with 1 where less per cent are covered"),
      optional
    ),
    failUnlinked: toggle("fail-unlinked", "End with 1 where a reference of --by leads to nothing and has no exception"),
    baseline: Flag.String("baseline").pipe(
      Flag.withDescription("An earlier report (--json): end with 1 where a reference has lost coverage since"),
      optional
    ),
    format: Flag.Literals("format", CoverageFormat.formats).pipe(
      Flag.withDescription("What to print: table, json, csv, markdown, html, sarif or junit (default table)"),
      optional
    ),
    outputs: Documents.outputs(
      "Write a file too, in the format of its ending: .html, .md, .csv, .json, .sarif, .xml; may be repeated"
    ),
    file: Flag.String("sarif-file").pipe(
      Flag.withDescription("The file of the repository that SARIF points at, such as requirements.csv"),
      optional
    )
  },
  Effect.fn(function* ({
    anyTags,
    baseline,
    entityType,
    exceptions,
    failUnder,
    failUnlinked,
    file,
    format,
    level: asked,
    metadata,
    outputs,
    tags,
    ...options
  }) {
    const output = yield* Output
    if (failUnder !== undefined && !(failUnder >= 0 && failUnder <= 100)) {
      return yield* new ValidationError({
        field: "--fail-under",
        value: failUnder,
        constraint: "is not a percentage",
        expected: "a number from 0 to 100"
      })
    }
    const CoverageDocument = yield* lazily(() => import("../../report/CoverageDocument.ts"))
    const Sources = yield* lazily(() => import("../../importer/Sources.ts"))
    const Exceptions = yield* lazily(() => import("../../importer/Exceptions.ts"))
    const written = yield* Documents.named(outputs, CoverageFormat.formatOf, CoverageFormat.endings)
    const earlier =
      baseline === undefined ? undefined : yield* CoverageDocument.read(baseline, yield* Sources.bytes(baseline))
    const made =
      exceptions === undefined ? undefined : yield* Exceptions.read(exceptions, yield* Sources.bytes(exceptions))
    const [report, calibrations] = yield* Effect.all([
      Coverage.use((coverage) =>
        coverage.report({
          ...options,
          exceptions: made,
          filter: { anyTags, entityType, level: asked, metadata, tags }
        })
      ),
      options.includeSuggested
        ? Review.use((review) => review.calibrations({ from: options.by, to: options.to }))
        : Effect.succeed([])
    ]).pipe(Effect.provide(Layer.provide(Layer.merge(Coverage.layer, Review.layer), Session.database("readonly"))))
    yield* Effect.forEach(calibrations, (pair) => output.note(calibrationLine(pair)), { discard: true })
    const render = (format: CoverageFormat.CoverageFormat) =>
      CoverageDocument.render(report, format, { file, version: manifest.version })
    yield* Documents.write(written, render)
    const printed = output.json ? "json" : (format ?? "table")
    yield* printed === "table"
      ? Effect.forEach(CoverageText.lines(output, report), output.line, { discard: true })
      : Files.write("-", Stream.make(render(printed)))

    const problems: Array<string> = []
    if (failUnder !== undefined && report.percent < failUnder) {
      const percent = CoverageSummary.percentText(report.percent)
      const some = report.filter === undefined ? "" : ` (${CoverageSummary.filterText(report.filter)})`
      problems.push(
        `${report.to}${some} is covered to ${percent} by ${report.by} (${CoverageSummary.counted(report)} of ` +
          `${report.total}), less than ${failUnder} % (--fail-under).`
      )
    }
    if (failUnlinked && report.unlinked.length > 0) {
      problems.push(
        `${count(report.unlinked.length, "reference")} of ${report.by} lead to nothing and have no exception ` +
          `(--fail-unlinked): ${report.unlinked.map(({ uri }) => uri).join(", ")}.`
      )
    }
    const gone = earlier === undefined ? [] : compare(report, earlier).lost
    if (gone.length > 0) {
      const states = gone.map(
        ({ after, before, uri }) =>
          `${uri} (${CoverageSummary.stateText[before]} → ${CoverageSummary.stateText[after]})`
      )
      problems.push(
        `${count(gone.length, "reference")} lost coverage since ${baseline} (--baseline): ${states.join(", ")}.`
      )
    }
    if (problems.length > 0) return yield* new Ended({ code: ExitCode.failure, message: problems.join(" ") })
    if (written.length > 0 && !output.json) yield* output.note(safe`Wrote ${outputs.join(", ")}`)
  }, Effect.scoped)
).pipe(
  Command.withDescription("Say how well a catalogue is covered by another, and fail a build where it is not"),
  Command.withExamples([
    { command: "crosswalk coverage asvs@5.0.0 --by company@2026.1", description: "By chapter and level" },
    {
      command: "crosswalk coverage asvs@5.0.0 --by company@2026.1 --fail-under 80 -o coverage.html -o coverage.sarif",
      description: "In CI: exit code 1 below 80 %, with a page and SARIF"
    },
    {
      command: "crosswalk coverage asvs@5.0.0 --by company@2026.1 --level 2 --fail-under 80",
      description: "Only what levels 1 and 2 ask for"
    }
  ])
)
