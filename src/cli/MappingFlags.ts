import { Effect } from "effect"
import { CliError, Flag } from "effect/cli"
import { RelationType } from "../domain/Relation.ts"
import { allowPrivate, encoding, optional, sheet } from "./Flags.ts"

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

/** How a mapping is read. */
export const mapping = {
  from: Flag.String("from").pipe(
    Flag.withDescription("The catalog of the sources, name@version, where the mapping has bare identifiers"),
    optional
  ),
  to: Flag.String("to").pipe(Flag.withDescription("The catalog of the targets"), optional),
  format: Flag.String("format").pipe(
    Flag.withDescription(
      "The format: csv, xlsx, oscal-mapping, sssom, strm, ciso-assistant-mapping, gemara-mapping, trestle, asvs-mapping, ctid-mappings, opencre, or what export wrote (default: found out from the content)"
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
  allowPrivate
}
