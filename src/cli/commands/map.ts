import { Effect, Layer } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { RelationStatus, RelationType } from "../../domain/Relation.ts"
import * as Failures from "../Failures.ts"
import { allowPrivate, encoding, lazily, optional, sheet, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

const fields = ["source", "target", "type", "confidence", "note"] as const

/** `source=from,target=to`: which column holds what. */
const columns = Flag.String("columns").pipe(
  Flag.withDescription("Which column of a CSV holds what, such as source=ours,target=theirs"),
  Flag.withMetavar("field=column,…"),
  optional,
  Flag.mapEffect((text) => {
    if (text === undefined) return Effect.succeed(undefined)
    const parts = text.split(",").map((part) => part.split("="))
    const isGood = parts.every(([field, column]) => fields.some((one) => one === field?.trim()) && column !== undefined)
    return isGood
      ? Effect.succeed(Object.fromEntries(parts.map(([field = "", ...column]) => [field.trim(), column.join("=")])))
      : Effect.fail(
          new CliError.InvalidValue({
            option: "columns",
            value: text,
            expected: `field=column, where field is one of ${fields.join(", ")}`,
            kind: "flag"
          })
        )
  })
)

/** `iso.json=iso-27001@2022`: what follows the last `=` is the catalog. */
const resourcesOf = (given: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(given, (text) => {
      const equals = text.lastIndexOf("=")
      return equals > 0 && equals < text.length - 1
        ? Effect.succeed([text.slice(0, equals), text.slice(equals + 1)] as const)
        : Effect.fail(
            new CliError.InvalidValue({
              option: "resource",
              value: text,
              expected: "href=catalog, such as iso.json=iso-27001@2022",
              kind: "flag"
            })
          )
    }),
    (pairs): Readonly<Record<string, string>> => Object.fromEntries(pairs)
  )

export const map = Command.make(
  "map",
  {
    source: Argument.String("file").pipe(
      Argument.withDescription("The mapping to read: a file, an http(s) URL, or - for standard input")
    ),
    from: Flag.String("from").pipe(
      Flag.withDescription("The catalog of the sources, name@version, where the mapping has bare identifiers"),
      optional
    ),
    to: Flag.String("to").pipe(Flag.withDescription("The catalog of the targets"), optional),
    format: Flag.String("format").pipe(
      Flag.withDescription(
        "The format: csv, xlsx, oscal-mapping, sssom, strm, ciso-assistant-mapping, asvs-mapping, ctid-mappings, opencre, or what export wrote (default: found out from the content)"
      ),
      optional
    ),
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription("The type of relations for which the mapping says none (default intersects)"),
      optional
    ),
    columns,
    standard: Flag.String("standard").pipe(
      Flag.withDescription("In an OpenCRE export: the standard, such as CWE"),
      optional
    ),
    status: Flag.Literals("status", RelationStatus.literals).pipe(
      Flag.withDescription("Their status, where the mapping says none (default accepted)"),
      optional
    ),
    by: Flag.String("by").pipe(Flag.withDescription("Who answers for them"), optional),
    sheet,
    encoding,
    resources: Flag.String("resource").pipe(
      Flag.withDescription(
        "In an OSCAL mapping: the catalog of a resource by its href or file name, such as iso.json=iso-27001@2022; may be repeated"
      ),
      Flag.withMetavar("href=catalog"),
      Flag.atLeast(0),
      Flag.mapEffect(resourcesOf)
    ),
    allowPrivate,
    strict: toggle("strict", "Write nothing unless every row is good"),
    force: toggle("force", "Replace what a person decided here before")
  },
  Effect.fn(function* ({ source, ...flags }) {
    const output = yield* Output
    const options = { ...flags, offline: (yield* Settings).offline || undefined }
    const { RelationImport } = yield* lazily(() => import("../../catalog/RelationImport.ts"))
    const report = yield* RelationImport.use((relations) => relations.run(source, options)).pipe(
      Effect.provide(Layer.provide(RelationImport.layer, Session.database("existing")))
    )
    const { refused, ...answer } = report
    const { created, failed, kept, unchanged, unmapped, updated } = answer
    yield* Failures.tell({ name: source, isSeveral: false }, failed, "problems")
    yield* output.answer({ ...answer, failed: Failures.json(failed) }, () =>
      refused
        ? []
        : [
            safe`${[
              `${count(created, "relation")} created`,
              `${updated} updated`,
              `${unchanged} unchanged`,
              ...(kept > 0 ? [`${kept} kept as they were decided (--force replaces them)`] : []),
              ...(unmapped > 0 ? [`${count(unmapped, "reference")} without a counterpart`] : []),
              ...(failed.length > 0 ? [`${failed.length} failed`] : [])
            ].join(", ")}`
          ]
    )
    yield* Failures.ended(source, failed, [], { refused, taken: created + updated + unchanged + kept })
  })
).pipe(
  Command.withDescription(
    "Import relations: a mapping as OSCAL, SSSOM, NIST and SCF (STRM), OWASP (ASVS), CTID (ATT&CK), CISO Assistant, OpenCRE, CSV or XLSX has it, or what export wrote"
  ),
  Command.withExamples([
    { command: "crosswalk map relations.ndjson", description: "Decisions that 'crosswalk export --relations' wrote" },
    {
      command: "crosswalk map pairs.csv --from company@2026.1 --to asvs@5.0.0 --type implements",
      description: "Pairs of identifiers"
    }
  ])
)
