import { Effect, Layer, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ImportLinks, ImportReport } from "../../catalog/ImportReport.ts"
import { otherModel } from "../../domain/ForeignCatalog.ts"
import { nameOf } from "../../domain/Language.ts"
import { hintOf } from "../Hint.ts"
import { columns } from "../Columns.ts"
import { type CommandError, reportOf } from "../Errors.ts"
import type { Files } from "../../importer/source/Files.ts"
import * as Failures from "../Failures.ts"
import { allowPrivate, encoding, lazily, optional, sheet, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { count } from "../Render.ts"
import { Settings } from "../Settings.ts"

const sumOf = ({ created, kept, unchanged, updated }: ImportLinks): number => created + updated + unchanged + kept

/** What is no requirement, in words. */
const otherRoles = ({ guidance, headings }: ImportReport): ReadonlyArray<string> => [
  ...(headings > 0 ? [count(headings, "heading")] : []),
  ...(guidance > 0 ? [count(guidance, "text") + " of guidance"] : [])
]

const dryRun = "Nothing was written: this is what an import would do (--dry-run)"

const summary = (report: ImportReport): ReadonlyArray<Safe> => {
  const parts = [
    `${report.created} created`,
    `${report.updated} updated`,
    `${report.unchanged} unchanged`,
    ...(report.missing > 0 ? [`${report.missing} missing from the source`] : []),
    ...(report.pruned > 0 ? [`${report.pruned} pruned`] : []),
    ...(report.withdrawn > 0 ? [`${report.withdrawn} withdrawn`] : []),
    ...(report.rehearsed ? [] : [`${report.embedded} embedded`]),
    ...(report.cut > 0 ? [`${report.cut} longer than the model reads`] : []),
    ...(report.unread.length > 0 ? [`${Failures.kindsOf(report.unread).join(" and ")} not read`] : []),
    ...(report.links === undefined ? [] : [count(sumOf(report.links), "relation") + " from links"]),
    ...(report.headings + report.guidance > 0 ? [`${otherRoles(report).join(" and ")} among them`] : []),
    ...(report.failed.length > 0 ? [`${report.failed.length} failed`] : [])
  ]
  return [safe`${report.catalog}: ${parts.join(", ")}`, ...(report.rehearsed ? [safe`${dryRun}`] : [])]
}

const labels = { checking: "Checking", saving: "Importing", embedding: "Embedding" } as const

/** Prints what an import did, and what it did not do. Fails where embedding stopped. */
const tell = Effect.fnUntraced(function* (report: ImportReport, files: Files) {
  const output = yield* Output
  const { download } = report
  if (download !== undefined) {
    yield* output.note(safe`${download.url}: ${download.bytes} bytes, SHA-256 ${download.sha256}`)
  }
  yield* Failures.tell(files, report.failed, "problems")
  yield* Failures.tell(
    files,
    report.unread.map(({ at, count = 1, kind, text }) => ({
      at,
      problem:
        count === 1
          ? `${/^[aeiou]/u.test(kind) ? "an" : "a"} ${kind} was not read: ${text}`
          : `${count} ${kind}s were not read: ${text}`
    })),
    "parts that were not read"
  )
  yield* Failures.tell(files, report.warnings, "warnings")
  if (report.foreign !== undefined) {
    yield* output.note(
      safe`${report.catalog}: its texts are mostly in ${nameOf(report.foreign)}, which the model was not made for; by meaning they are hardly found. ${hintOf(otherModel([{ catalog: report.catalog, language: report.foreign }])) ?? ""}`
    )
  }
  yield* Failures.tell(
    files,
    report.unresolved.map(({ at, count: times, nature, other, problem }) => ({
      at,
      problem: `the ${nature} ${other} ${problem}${times > 1 ? ` (linked ${times} times)` : ""}`
    })),
    "ends of links"
  )
  const { format, catalog, created, updated, unchanged, missing, pruned, withdrawn, embedded, failed } = report
  const { guidance, headings } = report
  const { cut, links, rehearsed, unread, unresolved, warnings } = report
  yield* output.answer(
    {
      ...{
        catalog,
        format,
        created,
        updated,
        unchanged,
        headings,
        guidance,
        missing,
        pruned,
        withdrawn,
        embedded,
        cut
      },
      ...{ rehearsed, failed: Failures.json(failed), unread, warnings },
      ...(report.foreign !== undefined && { foreign: report.foreign }),
      ...(links !== undefined && { links, unresolved }),
      ...(download !== undefined && { download })
    },
    () => (report.refused ? [] : summary(report))
  )
  if (report.stopped !== undefined) return yield* report.stopped
})

const ended = ({ created, failed, unchanged, unread, updated, ...how }: ImportReport, { name }: Files) =>
  Failures.ended(name, failed, unread, { ...how, taken: created + updated + unchanged })

export const importCommand = Command.make(
  "import",
  {
    sources: Argument.String("file").pipe(
      Argument.withDescription(
        "The file, folder, pattern such as 'rules/*.md' or http(s) URL to read, or - for standard input; several make one catalog"
      ),
      Argument.atLeast(1)
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
    create: toggle("create", "Make Crosswalk's tables also in a database that has tables of another program"),
    columns,
    entityType: Flag.String("type").pipe(
      Flag.withDescription("The type of rows that name none (default reference)"),
      optional
    ),
    path: Flag.String("path").pipe(
      Flag.withDescription("Which part is read, such as $.data.items in JSON: docs/formats.md"),
      optional
    ),
    sheet,
    encoding,
    language: Flag.String("language").pipe(
      Flag.withDescription("The language of the texts, such as fr, in formats with translations"),
      optional
    ),
    allowOutside: toggle("allow-outside", "Follow relative paths out of the source's folder, such as ../catalog.json"),
    allowPrivate,
    strict: toggle("strict", "Write nothing unless every row is good and none is left unread"),
    prune: toggle("prune", "Remove references of the catalog that the source no longer has"),
    force: toggle("force", "Prune also references with relations that a person decided on"),
    links: toggle("links", "Relate references to what the source says they link to, where that is stored"),
    refreshOpenings: toggle(
      "refresh-openings",
      "Look again for what the catalogue's texts repeat, which is left out of what is embedded"
    ),
    dryRun: toggle("dry-run", "Print what would be added, changed and removed, and write nothing"),
    watch: toggle("watch", "Stay, and import again whenever a file changes; Ctrl-C ends it"),
    noEmbed: toggle("no-embed", "Save without embeddings; 'crosswalk embed' makes them later")
  },
  Effect.fn(function* ({ create, dryRun, noEmbed, refreshOpenings, sources, watch, ...flags }) {
    const output = yield* Output
    const { CatalogImport, check } = yield* lazily(() => import("../../catalog/CatalogImport.ts"))
    const [only = "-", ...others] = sources
    const source = others.length === 0 ? only : sources
    const options = {
      ...flags,
      offline: (yield* Settings).offline || undefined,
      embed: !noEmbed && !dryRun,
      store: !dryRun,
      refreshBoilerplate: refreshOpenings
    }
    // No database is made for what cannot be imported.
    yield* check(source, options)
    const { expand } = yield* lazily(() => import("../../importer/source/Files.ts"))
    const files = yield* expand(source)
    const store = !options.embed
      ? Layer.provide(
          CatalogImport.layerReferences,
          dryRun ? Session.database("rehearsal") : Session.database("create", { create })
        )
      : Layer.provide(CatalogImport.layerNoDeps, Session.embeddings("create", { create }))
    if (watch) {
      // What is wrong is told, and the next change may mend it.
      const warn = (error: CommandError) => output.warn(safe`${reportOf(error).message}`)
      return yield* Stream.unwrap(
        CatalogImport.use((catalogs) => Effect.succeed(catalogs.watch([only, ...others], options)))
      ).pipe(
        Stream.runForEach((event) =>
          event._tag === "WatchFailed"
            ? warn(event.error)
            : Effect.andThen(tell(event.report, files), ended(event.report, files)).pipe(
                Effect.catchTags({ Ended: warn, EmbeddingError: warn })
              )
        ),
        Effect.provide(store)
      )
    }
    const report = yield* CatalogImport.use((catalogs) =>
      catalogs.run(source, {
        ...options,
        onProgress: ({ done, stage, total }) => output.progress(labels[stage], done, total)
      })
    ).pipe(Effect.provide(store))
    yield* tell(report, files)
    yield* ended(report, files)
  })
).pipe(
  Command.withDescription(
    "Import a catalogue: ASVS, CycloneDX, OSCAL, STIX, CWE, JSON, YAML, CSV, XLSX, Markdown and others (docs/formats.md)"
  ),
  Command.withExamples([
    { command: "crosswalk import asvs-5.0.0.flat.json", description: "OWASP ASVS, with embeddings" },
    {
      command: "crosswalk import rules.csv --catalog company@2026.1 --columns id=key,title=name",
      description: "A spreadsheet, with its own column names"
    },
    {
      command: "crosswalk import rules.csv --catalog company@2026.1 --prune --dry-run",
      description: "What a new state of a catalogue would add, change and remove"
    },
    {
      command: "crosswalk import controls/ --catalog masvs@2.1.0",
      description: "All files of a folder as one catalogue"
    }
  ])
)
