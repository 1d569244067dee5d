import { Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ImportReport } from "../../catalog/ImportReport.ts"
import { columns } from "../Columns.ts"
import { Ended, ExitCode } from "../Errors.ts"
import * as Failures from "../Failures.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

const summary = (report: ImportReport): ReadonlyArray<Safe> => {
  const parts = [
    `${report.created} created`,
    `${report.updated} updated`,
    `${report.unchanged} unchanged`,
    ...(report.missing > 0 ? [`${report.missing} missing from the source`] : []),
    ...(report.pruned > 0 ? [`${report.pruned} pruned`] : []),
    ...(report.withdrawn > 0 ? [`${report.withdrawn} withdrawn`] : []),
    `${report.embedded} embedded`,
    ...(report.unread.length > 0 ? [`${report.unread.length} not read`] : []),
    ...(report.failed.length > 0 ? [`${report.failed.length} failed`] : [])
  ]
  return [safe`${report.catalog}: ${parts.join(", ")}`]
}

const labels = { checking: "Checking", saving: "Importing", embedding: "Embedding" } as const

/** A number from 1 is the place of the sheet; anything else is its name. */
const sheetOf = (sheet: string | undefined): string | number | undefined =>
  sheet !== undefined && /^[1-9]\d{0,3}$/u.test(sheet) ? Number(sheet) : sheet

export const importCommand = Command.make(
  "import",
  {
    source: Argument.String("file").pipe(
      Argument.withDescription("The file or http(s) URL to read, or - for standard input")
    ),
    format: Flag.String("format").pipe(
      Flag.withDescription(
        "The format, such as csv or oscal-catalog: docs/formats.md (default: found out from the content)"
      ),
      optional
    ),
    catalog: Flag.String("catalog").pipe(
      Flag.withDescription("The catalog, name@version (default: what the source says, or its file name)"),
      optional
    ),
    columns,
    entityType: Flag.String("type").pipe(
      Flag.withDescription("The type of rows that name none (default reference)"),
      optional
    ),
    path: Flag.String("path").pipe(
      Flag.withDescription("Which part is read, such as $.data.items in JSON: docs/formats.md"),
      optional
    ),
    sheet: Flag.String("sheet").pipe(
      Flag.withDescription("The sheet of a workbook, by name or number (default: the first)"),
      optional
    ),
    allowPrivate: toggle("allow-private", "Download also from addresses that are not public, such as 127.0.0.1"),
    strict: toggle("strict", "Write nothing unless every row is good"),
    prune: toggle("prune", "Remove references of the catalog that the source no longer has"),
    force: toggle("force", "Prune also references with relations that a person decided on"),
    refreshOpenings: toggle(
      "refresh-openings",
      "Look again for what the catalogue's texts repeat, which is left out of what is embedded"
    ),
    noEmbed: toggle("no-embed", "Save without embeddings; 'crosswalk embed' makes them later")
  },
  Effect.fn(function* ({ noEmbed, refreshOpenings, sheet, source, ...flags }) {
    const output = yield* Output
    const { CatalogImport, check } = yield* lazily(() => import("../../catalog/CatalogImport.ts"))
    const options = {
      ...flags,
      sheet: sheetOf(sheet),
      offline: (yield* Settings).offline || undefined,
      embed: !noEmbed,
      refreshBoilerplate: refreshOpenings
    }
    // No database is made for what cannot be imported.
    yield* check(source, options)
    const report = yield* CatalogImport.use((catalogs) =>
      catalogs.run(source, {
        ...options,
        onProgress: ({ done, stage, total }) => output.progress(labels[stage], done, total)
      })
    ).pipe(
      Effect.provide(
        noEmbed
          ? Layer.provide(CatalogImport.layerReferences, Session.database("create"))
          : Layer.provide(CatalogImport.layerNoDeps, Session.embeddings("create"))
      )
    )
    const { download } = report
    if (download !== undefined) {
      yield* output.note(safe`${download.url}: ${download.bytes} bytes, SHA-256 ${download.sha256}`)
    }
    yield* Failures.tell(source, [
      ...report.failed,
      ...report.unread.map(({ at, kind, text }) => ({ at, problem: `a ${kind} was not read: ${text}` })),
      ...report.warnings
    ])
    const { format, catalog, created, updated, unchanged, missing, pruned, withdrawn, embedded, failed } = report
    const { unread, warnings } = report
    yield* output.answer(
      {
        ...{ catalog, format, created, updated, unchanged, missing, pruned, withdrawn, embedded, failed },
        ...{ unread, warnings },
        ...(download !== undefined && { download })
      },
      () => (report.refused ? [] : summary(report))
    )
    if (report.refused) {
      return yield* new Ended({
        code: ExitCode.failure,
        message: `${count(failed.length, "row")} of ${source} cannot be imported, so nothing was written (--strict)`
      })
    }
    if (report.stopped !== undefined) return yield* report.stopped
    if (failed.length > 0) {
      return yield* new Ended({
        code: ExitCode.partly,
        message: `${count(failed.length, "problem")} in ${source}; the rest was imported`
      })
    }
  })
).pipe(
  Command.withDescription(
    "Import a catalogue: ASVS, CycloneDX, OSCAL, OpenCRE, CWE, JSON, NDJSON, YAML, CSV, XLSX or Markdown"
  ),
  Command.withExamples([
    { command: "crosswalk import asvs-5.0.0.flat.json", description: "OWASP ASVS, with embeddings" },
    {
      command: "crosswalk import rules.csv --catalog company@2026.1 --columns id=key,title=name",
      description: "A spreadsheet, with its own column names"
    }
  ])
)
