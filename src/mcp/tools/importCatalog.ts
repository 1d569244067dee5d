import { Effect, Schema, Stream } from "effect"
import { CatalogImport, ImportSettings } from "../../catalog/CatalogImport.ts"
import type { ImportReport } from "../../catalog/ImportReport.ts"
import { CatalogId } from "../../domain/Catalog.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { fit, snippet } from "../Budget.ts"
import { dryRun, needed, said } from "../Input.ts"
import { CurrentSurroundings } from "../McpOptions.ts"
import * as Tool from "../Tool.ts"

const contentFields = {
  name: said(
    NonBlankText,
    "With content: the name of its file, such as requirements.csv; its ending helps to tell the format"
  ),
  catalog: said(
    CatalogId,
    "The catalog it becomes, name@version, such as company@2026.1. Default: what the source says"
  ),
  format: said(ImportSettings.fields.format, "The format, where it cannot be told from the content"),
  strict: said(Schema.Boolean, "Write nothing unless every row is good. Default: false"),
  prune: said(Schema.Boolean, "Remove references of the catalog that the source no longer has. Default: false"),
  force: said(Schema.Boolean, "With prune: remove also what people decided on. Default: false"),
  links: said(Schema.Boolean, "Relate references to what the source says that they link to. Default: false"),
  dryRun
}

const Remote = Schema.Struct({
  content: needed(Schema.String, "The text to import: CSV, JSON, YAML, Markdown, XML or another format that is read"),
  ...contentFields
})

const Local = Schema.Struct({
  path: said(NonBlankText, "A file, folder or pattern such as controls/*.md on this machine, or an http or https URL"),
  content: said(Schema.String, "The text to import, in the place of path"),
  ...contentFields
})

const Problem = Schema.Struct({ at: Schema.String, problem: Schema.String })

const Output = Schema.Struct({
  dryRun: Schema.Boolean,
  catalog: Schema.String,
  format: Schema.String,
  created: Schema.Natural,
  updated: Schema.Natural,
  unchanged: Schema.Natural,
  /** Stored in the catalog, but not in the source; removed only with prune. */
  missing: Schema.Natural,
  pruned: Schema.Natural,
  withdrawn: Schema.Natural,
  /** 0 in a dry run, which embeds nothing. */
  embedded: Schema.Natural,
  /** It was strict and a row was wrong, so nothing was written. */
  refused: Schema.Boolean,
  /** Why not all could be embedded. */
  stopped: Schema.optionalKey(Schema.String),
  /** What was not taken, and why; the first ones. */
  failed: Schema.Array(Problem),
  /** What looked like a requirement and was not read; the first ones. */
  unread: Schema.Array(Schema.Struct({ at: Schema.String, kind: Schema.String, text: Schema.String })),
  warnings: Schema.Array(Problem),
  /** How many there are of each in all. */
  counts: Schema.Struct({ failed: Schema.Natural, unread: Schema.Natural, warnings: Schema.Natural }),
  truncated: Schema.Boolean
})

const outputOf = (report: ImportReport, maxTokens: number): typeof Output.Type => {
  const { catalog, created, embedded, format, missing, pruned, refused, stopped, unchanged, updated, withdrawn } =
    report
  const room = maxTokens / 4
  const told = ({ at, problem }: typeof Problem.Type) => ({ at: snippet(at, 200), problem: snippet(problem, 300) })
  const failed = fit(report.failed.map(told), room)
  const warnings = fit(report.warnings.map(told), room)
  const unread = fit(
    report.unread.map(({ at, kind, text }) => ({ at: snippet(at, 200), kind, text: snippet(text, 100) })),
    room
  )
  const counts = { failed: report.failed.length, unread: report.unread.length, warnings: report.warnings.length }
  return {
    dryRun: report.rehearsed,
    catalog,
    format,
    created,
    updated,
    unchanged,
    missing,
    pruned,
    withdrawn,
    embedded,
    refused,
    ...(stopped !== undefined && { stopped: stopped.message }),
    failed,
    unread,
    warnings,
    counts,
    truncated: failed.length < counts.failed || unread.length < counts.unread || warnings.length < counts.warnings
  }
}

/** What is imported, of which exactly one is given. */
const sourceOf = ({ content, name = "content", path }: typeof Local.Type) =>
  path !== undefined && content === undefined
    ? Effect.succeed(path)
    : content !== undefined && path === undefined
      ? Effect.succeed({ name, bytes: Stream.make(new TextEncoder().encode(content)) })
      : Effect.fail(
          new ValidationError({
            field: "path",
            value: path,
            constraint: content === undefined ? "is missing, and so is content" : "is given beside content",
            expected: "either path (a file of this machine) or content (the text itself)"
          })
        )

export const importCatalog = Effect.gen(function* () {
  const imports = yield* CatalogImport
  const { isRemote, maxTokens } = yield* CurrentSurroundings
  return Tool.make({
    name: "import",
    title: "Import a catalogue",
    description:
      "Import a catalogue of references: new ones are created, changed ones updated, and those that are the same left alone; with " +
      "prune, those that are gone are removed. Importing the same again changes nothing. It is a dry run until dryRun is false.",
    effects: "changes",
    input: isRemote ? Remote : Local,
    output: Output,
    run: Effect.fnUntraced(function* (input: typeof Local.Type, tell) {
      const { content: _content, dryRun: isDry = true, name: _name, path, ...settings } = input
      if (path === "-") {
        return yield* new ValidationError({
          field: "path",
          value: path,
          constraint: "is standard input, on which this server is spoken to",
          expected: "a file, a folder, a pattern or a URL"
        })
      }
      const source = yield* sourceOf(input)
      const report = yield* imports.run(source, {
        ...settings,
        store: !isDry,
        onProgress: ({ done, stage, total }) => tell({ done, total, message: `${stage} rows` })
      })
      return outputOf(report, maxTokens)
    })
  })
})
