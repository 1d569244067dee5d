import { Schema, SchemaGetter } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { RelationImportOptions } from "../../catalog/RelationImport.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { Sheet } from "../../importer/Importer.ts"

/** What a file is called: no path and no URL, as nothing but the body is read. */
export const name = NonBlankText.check(
  Schema.isMaxLength(255),
  Schema.makeFilter((name) => (/[/\\]/u.test(name) ? "the name of a file, without a folder" : undefined))
)

/** A number is the place of a sheet, anything else its name. */
export const sheet = Schema.String.pipe(
  Schema.decodeTo(Sheet, {
    decode: SchemaGetter.transform((sheet: string) => (/^[1-9]\d{0,3}$/u.test(sheet) ? Number(sheet) : sheet)),
    encode: SchemaGetter.transform(String)
  }),
  Schema.optional
)

/** A part of the options that is an object: JSON in the query. */
export const json = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.optional(Schema.fromJsonString(schema))

/** The bytes of a file. Forms are not read: they are no file. */
export const payload = HttpApiSchema.StreamUint8Array({
  contentType: [
    "application/octet-stream",
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "text/tab-separated-values",
    "text/markdown",
    "text/plain",
    "text/xml",
    "text/yaml"
  ]
})

/** What only the server decides is left out. */
const {
  allowPrivate: _allowPrivate,
  catalogs: _catalogs,
  columns,
  maxBytes: _maxBytes,
  offline: _offline,
  resources,
  sheet: _sheet,
  timeout: _timeout,
  ...relationSettings
} = RelationImportOptions.fields

/** How a file of relations is read. */
export const mappingFields = {
  name,
  ...relationSettings,
  columns: json(columns.schema),
  resources: json(resources.schema),
  sheet
}
