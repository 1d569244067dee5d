import { Context, Effect, Layer, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { CatalogId } from "../domain/Catalog.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { urisOf } from "../domain/RelationEnds.ts"
import { RelationFilter } from "../domain/RelationFilter.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { operation, optional, streamOperation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import * as Export from "./Export.ts"
import * as ExportCycloneDx from "./ExportCycloneDx.ts"
import { type ExchangeName, exchangeFormats, workbookNames } from "./ExchangeFormats.ts"
import { ReferenceFormat, RelationFormat } from "./ExportFormat.ts"
import * as ExportOscal from "./ExportOscal.ts"
import * as Workbook from "./Workbook.ts"

/** How a table is written. */
const marked = {
  /** Begin CSV with a byte order mark, by which Excel knows its letters. Default: false. */
  byteOrderMark: Schema.optional(Schema.Boolean)
}

/** The formats that are CSV. */
const tables: ReadonlyArray<string> = ["csv", "strm", "trestle", "pairs"]

/** Which references are written, and how. */
export const ReferenceExportOptions = Schema.Struct({
  ...marked,
  /** Default: `ndjson`. */
  format: Schema.optional(ReferenceFormat),
  /** Only the references of this catalog. Default: the only one there is. */
  catalog: Schema.optional(CatalogId)
})
export type ReferenceExportOptions = typeof ReferenceExportOptions.Type

/** Which relations are written, and how. */
export const RelationExportOptions = Schema.Struct({
  ...RelationFilter.fields,
  ...marked,
  /**
   * Default: `ndjson`. All but `ndjson` and `csv` need `from` and `to`, and have accepted relations where `status` does not
   * say otherwise; `sssom` has all.
   */
  format: Schema.optional(RelationFormat)
})
export type RelationExportOptions = typeof RelationExportOptions.Type

/** Which relations stand in a workbook. */
export const WorkbookOptions = Schema.Struct({
  ...RelationFilter.fields,
  from: CatalogId,
  to: CatalogId,
  /** Default: `strm`. */
  format: Schema.optional(Schema.Literals(workbookNames))
})
export type WorkbookOptions = typeof WorkbookOptions.Type

/** Why nothing is written. */
export type CatalogExportError = ValidationError | NotFoundError | DatabaseError

/** The pieces behind a byte order mark, where one is asked for. */
const withMark = Effect.fnUntraced(function* (
  pieces: Stream.Stream<string, CatalogExportError>,
  format: string,
  byteOrderMark: boolean | undefined
) {
  if (byteOrderMark !== true) return pieces
  if (tables.includes(format)) return Stream.concat(Stream.make("\uFEFF"), pieces)
  return yield* new ValidationError({
    field: "byteOrderMark",
    value: byteOrderMark,
    constraint: `has no place in ${format}`,
    expected: `a format that is CSV: ${tables.join(", ")}`
  })
})

const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const snapshot = yield* Snapshot.make

  const requireCatalog = Effect.fnUntraced(function* (catalog: string) {
    if ((yield* references.count({ catalog })) === 0) {
      return yield* new NotFoundError({ uri: catalog, entity: "catalog" })
    }
  })

  const theOnly = Effect.gen(function* () {
    const catalogs = (yield* references.catalogs).map(({ id }) => id)
    if (catalogs.length < 2) return catalogs[0]
    return yield* new ValidationError({
      field: "catalog",
      value: undefined,
      reason: "missing",
      constraint: "is missing, and there are several catalogs",
      expected: `one of ${catalogs.join(", ")}`
    })
  })

  const referencesOf = Effect.fnUntraced(function* ({ format = "ndjson", ...options }: ReferenceExportOptions) {
    const catalog = options.catalog ?? (yield* theOnly)
    if (catalog !== undefined) yield* requireCatalog(catalog)
    const all = references.findAll(catalog === undefined ? undefined : { catalog })
    switch (format) {
      case "ndjson":
        return Export.referencesNdjson(all, catalog)
      case "csv":
        return Export.referencesCsv(all)
      case "oscal":
        return Stream.make(ExportOscal.catalog(catalog ?? "references", yield* Stream.runCollect(all)))
      case "cyclonedx":
        return Stream.make(ExportCycloneDx.standard(catalog ?? "references", yield* Stream.runCollect(all)))
    }
  })

  /** The relations of two catalogs with the references at their ends, where the format can say all that is asked for. */
  const exchangeOf = Effect.fnUntraced(function* (
    name: ExchangeName,
    from: string,
    to: string,
    filter: RelationFilter
  ) {
    const format = exchangeFormats[name]
    const status = filter.status ?? format.usual
    const unsaid = status.find((one) => !format.statuses.includes(one))
    if (unsaid !== undefined) {
      return yield* new ValidationError({
        field: "status",
        value: unsaid,
        constraint: `is nothing that ${name} can say`,
        expected: `one of ${format.statuses.join(", ")}; ndjson, csv and sssom have all`
      })
    }
    const found = yield* Stream.runCollect(relations.findAll({ ...filter, status: [...status] }))
    const ends = yield* references.findMany([...new Set(found.flatMap(urisOf))])
    const read = (uris: ReadonlyArray<string>) => uris.flatMap((uri) => ends.get(uri) ?? [])
    const placed = found.map((relation) => ({
      relation,
      sources: read(relation.sources),
      targets: read(relation.targets)
    }))
    return { from, to, relations: placed }
  })

  const nothing = (name: ExchangeName, from: string, to: string) =>
    new ValidationError({
      field: "format",
      value: name,
      constraint: `has no document without a relation to a target, and there is none from ${from} to ${to}`,
      expected: "a relation between them, or ndjson"
    })

  const exchange = Effect.fnUntraced(function* (name: ExchangeName, from: string, to: string, filter: RelationFilter) {
    const document = exchangeFormats[name].write(yield* exchangeOf(name, from, to, filter))
    return document ?? (yield* nothing(name, from, to))
  })

  const relationsOf = Effect.fnUntraced(function* ({
    byteOrderMark: _byteOrderMark,
    format = "ndjson",
    ...filter
  }: RelationExportOptions) {
    const { from, to } = filter
    for (const catalog of [from, to]) if (catalog !== undefined) yield* requireCatalog(catalog)
    switch (format) {
      case "ndjson":
        return Export.relationsNdjson(relations.findAll(filter))
      case "csv":
        return Export.relationsCsv(relations.findAll(filter))
      default:
        if (from !== undefined && to !== undefined) return Stream.make(yield* exchange(format, from, to, filter))
        return yield* new ValidationError({
          field: from === undefined ? "from" : "to",
          value: undefined,
          reason: "missing",
          constraint: "is needed for a mapping",
          expected: "two catalogs, such as from company@2026.1 to asvs@5.0.0"
        })
    }
  })

  const workbookOf = Effect.fnUntraced(function* ({ format = "strm", from, to, ...filter }: WorkbookOptions) {
    for (const catalog of [from, to]) yield* requireCatalog(catalog)
    const sheets = exchangeFormats[format].sheets?.(yield* exchangeOf(format, from, to, { ...filter, from, to }))
    return yield* sheets === undefined ? nothing(format, from, to) : Workbook.write(sheets)
  })

  return {
    workbook: operation("CatalogExport.workbook", { options: WorkbookOptions })(function* ({ options }) {
      return yield* snapshot.read(workbookOf(options))
    }),
    references: streamOperation("CatalogExport.references", { options: optional(ReferenceExportOptions) })(
      ({ options = {} }) =>
        snapshot.stream(
          Stream.unwrap(
            Effect.flatMap(referencesOf(options), (pieces) =>
              withMark(pieces, options.format ?? "ndjson", options.byteOrderMark)
            )
          )
        )
    ),
    relations: streamOperation("CatalogExport.relations", { options: optional(RelationExportOptions) })(
      ({ options = {} }) =>
        snapshot.stream(
          Stream.unwrap(
            Effect.flatMap(relationsOf(options), (pieces) =>
              withMark(pieces, options.format ?? "ndjson", options.byteOrderMark)
            )
          )
        )
    )
  }
})

/**
 * Writes references and relations as documents, in pieces of text. What is written as `ndjson` or `csv` is read back by
 * `CatalogImport` and `RelationImport` as it was.
 *
 * @example
 * import { Effect, Stream } from "effect"
 * import { CatalogExport } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const exports = yield* CatalogExport
 *   const csv = yield* Stream.mkString(exports.references({ catalog: "company@2026.1", format: "csv" }))
 *   const mapping = exports.relations({ from: "company@2026.1", to: "asvs@5.0.0", format: "oscal" })
 *   return { csv, mapping: yield* Stream.mkString(mapping) }
 * })
 */
export class CatalogExport extends Context.Service<
  CatalogExport,
  {
    /** The references of a catalog. Fails with NotFoundError where there is no such catalog. */
    readonly references: (options?: ReferenceExportOptions) => Stream.Stream<string, CatalogExportError>
    /** Relations, all unless the options say which. */
    readonly relations: (options?: RelationExportOptions) => Stream.Stream<string, CatalogExportError>
    /** The relations of two catalogs as a workbook of Excel, which holds what the format does as a text. */
    readonly workbook: (options: WorkbookOptions) => Effect.Effect<Uint8Array, CatalogExportError>
  }
>()("crosswalk/CatalogExport") {
  /** With the repositories that are there. */
  static readonly layerNoDeps: Layer.Layer<
    CatalogExport,
    never,
    SqlClient.SqlClient | ReferenceRepository | RelationRepository
  > = Layer.effect(this, make)

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<CatalogExport, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(Layer.merge(ReferenceRepository.layer, RelationRepository.layer))
  )
}
