import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { ValidationError } from "../../domain/ValidationError.ts"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Files from "../Files.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { safe } from "../Safe.ts"
import * as Session from "../Session.ts"

const formats = ["ndjson", "csv", "oscal", "cyclonedx"] as const
type Format = (typeof formats)[number]

/** The format that was asked for, or that the ending of the file tells. */
const formatOf = (format: Format | undefined, path: string | undefined): Effect.Effect<Format, ValidationError> => {
  if (format !== undefined) return Effect.succeed(format)
  const ending = /\.([^.\\/]+)$/u.exec(path ?? "")?.[1]?.toLowerCase()
  if (ending === "csv") return Effect.succeed("csv")
  if (ending === undefined || ending === "ndjson" || ending === "jsonl") return Effect.succeed("ndjson")
  return Effect.fail(
    new ValidationError({
      field: "--output",
      value: path,
      constraint: "does not tell the format",
      expected: `a name that ends in .ndjson or .csv, or --format with one of ${formats.join(", ")}`
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
        "Only relations with this status; may be repeated (default: all; OSCAL has accepted ones only)"
      ),
      Flag.atLeast(0)
    ),
    format: Flag.Literals("format", formats).pipe(
      Flag.withDescription(
        "ndjson, csv, oscal (catalog or mapping) or cyclonedx (references only); default: the ending of --output, else ndjson"
      ),
      optional
    ),
    path: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Write this file instead of printing"),
      Flag.withMetavar("file"),
      optional
    )
  },
  Effect.fn(function* ({ catalog, format, from, path, relations, status, to }) {
    const output = yield* Output
    const chosen = yield* formatOf(format, path)
    const documents = yield* lazily(() => import("../ExportFiles.ts"))
    yield* Effect.gen(function* () {
      const pieces = yield* relations
        ? documents.relations(chosen, { from, to, status: status.length === 0 ? undefined : status })
        : documents.references(chosen, catalog)
      yield* Files.write(path ?? "-", pieces)
    }).pipe(Effect.provide(Session.references("existing")))
    if (path !== undefined) yield* output.note(safe`Wrote ${path}`)
  })
).pipe(
  Command.withDescription("Write references or relations as NDJSON, CSV, OSCAL or CycloneDX"),
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
