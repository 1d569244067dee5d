import { Effect, Layer, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { ValidationError } from "../../domain/ValidationError.ts"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Documents from "../Documents.ts"
import * as ExportFormat from "../../report/ExportFormat.ts"
import * as Files from "../Files.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

/** The format that was asked for, or that the ending of the file tells, where it can say what is exported. */
const formatOf = <Format extends string>(
  formats: ReadonlyArray<Format>,
  format: ExportFormat.ExportFormat | undefined,
  path: string | undefined
): Effect.Effect<Format, ValidationError> => {
  const chosen = format ?? ExportFormat.formatOf(path ?? "")
  const found = formats.find((one) => one === chosen)
  if (found !== undefined && chosen !== undefined) {
    return Effect.as(Documents.requireEnding("--output", path, chosen, ExportFormat.endings[chosen]), found)
  }
  return Effect.fail(
    chosen === undefined
      ? new ValidationError({
          field: "--output",
          value: path,
          constraint: "does not tell the format",
          expected: `a name that ends in .ndjson or .csv, or --format with one of ${formats.join(", ")}`
        })
      : new ValidationError({
          field: "--format",
          value: chosen,
          constraint: "cannot say what is exported",
          expected: formats.join(", ")
        })
  )
}

export const exportCommand = Command.make(
  "export",
  {
    catalog: Flag.String("catalog").pipe(
      Flag.withDescription("The references of this catalog, name@version (may be left out where there is only one)"),
      optional
    ),
    relations: toggle("relations", "Export relations instead of references"),
    from: Flag.String("from").pipe(Flag.withDescription("Only relations that start in this catalog"), optional),
    to: Flag.String("to").pipe(Flag.withDescription("Only relations that point into this catalog"), optional),
    status: Flag.Literals("status", RelationStatus.literals).pipe(
      Flag.withDescription(
        "Only relations with this status; may be repeated (default: all in ndjson, csv and sssom, accepted ones in other formats)"
      ),
      Flag.atLeast(0)
    ),
    format: Flag.Literals("format", ExportFormat.ExportFormat.literals).pipe(
      Flag.withDescription(
        "Default: the ending of --output, else ndjson. References: ndjson, csv, oscal (catalog), cyclonedx; relations: ndjson, csv, and those of two catalogs as oscal (mapping), sssom, strm, ciso-assistant, gemara, trestle, ctid, pairs; strm, ciso-assistant and pairs are a workbook where --output ends in .xlsx"
      ),
      optional
    ),
    byteOrderMark: toggle("bom", "Begin CSV with a byte order mark, so that Excel shows its letters"),
    path: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Write this file instead of printing"),
      Flag.withMetavar("file"),
      optional
    )
  },
  Effect.fn(function* ({ byteOrderMark, catalog, format, from, path, relations, status, to }) {
    const output = yield* Output
    const { CatalogExport } = yield* lazily(() => import("../../report/CatalogExport.ts"))
    const { ReferenceFormat, RelationFormat } = ExportFormat
    const mark = byteOrderMark ? { byteOrderMark } : {}
    const statuses = status.length === 0 ? undefined : status
    const ofRelations = { ...mark, from, to, status: statuses }
    const write = Effect.gen(function* () {
      const exports = yield* CatalogExport
      if (!relations) {
        const chosen = yield* formatOf(ReferenceFormat.literals, format, path)
        return yield* Files.write(path ?? "-", exports.references({ format: chosen, catalog, ...mark }))
      }
      const chosen = yield* formatOf(RelationFormat.literals, format, path)
      const workbook = ExportFormat.workbookOf(path ?? "", chosen)
      if (workbook !== undefined && byteOrderMark) {
        return yield* new ValidationError({
          field: "--bom",
          value: true,
          constraint: "has no place in a workbook",
          expected: "a file that ends in .csv"
        })
      }
      const pieces =
        workbook !== undefined && from !== undefined && to !== undefined
          ? Stream.fromEffect(exports.workbook({ format: workbook, from, to, status: statuses }))
          : exports.relations({ format: chosen, ...ofRelations })
      yield* Files.write(path ?? "-", pieces)
    })
    yield* Effect.provide(write, Layer.provide(CatalogExport.layer, Session.database("readonly")))
    if (path !== undefined) yield* output.note(safe`Wrote ${path}`)
  })
).pipe(
  Command.withDescription("Write references or relations as NDJSON or CSV, or in a format of others"),
  Command.withExamples([
    {
      command: "crosswalk export --catalog company@2026.1 -o company.csv",
      description: "References, for a spreadsheet"
    },
    {
      command: "crosswalk export --relations --from company@2026.1 --to asvs@5.0.0 -o relations.ndjson",
      description: "Relations with who decided them; 'crosswalk map relations.ndjson' reads them back"
    },
    {
      command: "crosswalk export --relations --from company@2026.1 --to asvs@5.0.0 --format oscal -o mapping.json",
      description: "An OSCAL control mapping"
    }
  ])
)
