import { Effect, Layer, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import manifest from "../../../package.json" with { type: "json" }
import type { LintError } from "../../catalog/Lint.ts"
import type { LintReport } from "../../domain/Lint.ts"
import * as LintFormat from "../../report/LintFormat.ts"
import * as LintText from "../../report/LintText.ts"
import { safe } from "../../report/Safe.ts"
import { Ended, ExitCode } from "../Errors.ts"
import * as Documents from "../Documents.ts"
import * as Files from "../Files.ts"
import { lazily, optional } from "../Flags.ts"
import { mapping } from "../MappingFlags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

const thresholds = ["error", "warning", "hint", "never"] as const

/** How many findings count for a threshold. */
const counted = ({ errors, hints, warnings }: LintReport, failOn: (typeof thresholds)[number]): number =>
  ({ error: errors, warning: errors + warnings, hint: errors + warnings + hints, never: 0 })[failOn]

export const lint = Command.make(
  "lint",
  {
    source: Argument.String("file").pipe(
      Argument.withDescription(
        "A mapping to check, in any format that map reads, or - (default: the stored relations)"
      ),
      Argument.optional
    ),
    ...mapping,
    from: Flag.String("from").pipe(
      Flag.withDescription("The catalog of the sources, name@version; without a file, only relations of this catalog"),
      optional
    ),
    to: Flag.String("to").pipe(
      Flag.withDescription("The catalog of the targets; without a file, only relations between --from and this one"),
      optional
    ),
    failOn: Flag.Literals("fail-on", thresholds).pipe(
      Flag.withDescription(
        "End with 1 where there is one of these or worse: error, warning, hint or never (default error)"
      ),
      Flag.withDefault("error" as const)
    ),
    output: Flag.Literals("print", LintFormat.formats).pipe(
      Flag.withDescription("What to print: table, json or sarif (default table)"),
      optional
    ),
    outputs: Documents.outputs("Write a file too, in the format of its ending: .txt, .json, .sarif; may be repeated"),
    sarifFile: Flag.String("sarif-file").pipe(
      Flag.withDescription("The file of the repository that SARIF points at (default: the one that is checked)"),
      optional
    )
  },
  Effect.fn(function* ({ failOn, output: print, outputs, sarifFile: file, source, ...flags }) {
    const output = yield* Output
    const written = yield* Documents.named(outputs, LintFormat.formatOf, LintFormat.endings)
    const { Lint } = yield* lazily(() => import("../../catalog/Lint.ts"))
    const options = { ...flags, offline: (yield* Settings).offline || undefined }
    const { from, to } = flags
    const report = yield* Lint.use(
      (lint): Effect.Effect<LintReport, LintError> =>
        Option.isSome(source) ? lint.file(source.value, options) : lint.relations({ from, to })
    ).pipe(Effect.provide(Layer.provide(Lint.layer, Session.database("readonly"))))
    const LintDocument = yield* lazily(() => import("../../report/LintDocument.ts"))
    const render = (format: LintFormat.LintFormat) =>
      LintDocument.render(report, format, { file, version: manifest.version })
    yield* Documents.write(written, render)
    const printed = output.json ? "json" : (print ?? "table")
    yield* printed === "table"
      ? Effect.forEach(LintText.lines(output, report), output.line, { discard: true })
      : Files.write("-", Stream.make(render(printed)))
    const failed = counted(report, failOn)
    if (failed > 0) {
      const what = Option.getOrElse(source, () => "what is stored")
      return yield* new Ended({
        code: ExitCode.failure,
        message: `${count(failed, "finding")} in ${what}, where none is allowed (--fail-on ${failOn}).`
      })
    }
    if (written.length > 0 && !output.json) yield* output.note(safe`Wrote ${outputs.join(", ")}`)
  }, Effect.scoped)
).pipe(
  Command.withDescription("Say what is wrong with relations, stored or in a file, before anybody relies on them"),
  Command.withExamples([
    { command: "crosswalk lint", description: "All that is stored" },
    {
      command: "crosswalk lint pairs.csv --from company@2026.1 --to asvs@5.0.0 -o lint.sarif",
      description: "A file before it is imported, in CI: exit code 1 where there is an error"
    }
  ])
)
