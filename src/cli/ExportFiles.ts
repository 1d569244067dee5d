import { Effect, Stream } from "effect"
import * as Export from "../report/Export.ts"
import * as ExportCycloneDx from "../report/ExportCycloneDx.ts"
import * as ExportOscal from "../report/ExportOscal.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { RelationFilter } from "../domain/RelationFilter.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"

type Format = "ndjson" | "csv" | "oscal" | "cyclonedx"

/** The references of a catalog as a document, in pieces. */
export const references = Effect.fnUntraced(function* (format: Format, given: string | undefined) {
  const repository = yield* ReferenceRepository
  const catalogs = (yield* repository.catalogs).map(({ id }) => id)
  const catalog = given ?? (catalogs.length === 1 ? catalogs[0] : undefined)
  if (catalog === undefined && catalogs.length > 1) {
    return yield* new ValidationError({
      field: "--catalog",
      value: undefined,
      constraint: "is missing, and there are several catalogs",
      expected: `one of ${catalogs.join(", ")}`
    })
  }
  if (catalog !== undefined) yield* repository.requireCatalog(catalog)
  const all = repository.findAll(catalog === undefined ? undefined : { catalog })
  if (format === "ndjson") return Export.referencesNdjson(all, catalog)
  if (format === "csv") return Export.referencesCsv(all)
  const listed = yield* Stream.runCollect(all)
  const document = format === "oscal" ? ExportOscal.catalog : ExportCycloneDx.standard
  return Stream.make(document(catalog ?? "references", listed))
})

/** Relations as a document, in pieces. */
export const relations = Effect.fnUntraced(function* (format: Format, filter: RelationFilter) {
  const repository = yield* RelationRepository
  const { from, to } = filter
  const references = yield* ReferenceRepository
  for (const catalog of [from, to]) if (catalog !== undefined) yield* references.requireCatalog(catalog)
  if (format === "ndjson") return Export.relationsNdjson(repository.findAll(filter))
  if (format === "csv") return Export.relationsCsv(repository.findAll(filter))
  if (format === "cyclonedx" || from === undefined || to === undefined) {
    return yield* new ValidationError({
      field: format === "cyclonedx" ? "--format" : "--from",
      value: format === "cyclonedx" ? format : undefined,
      constraint: format === "cyclonedx" ? "has no place for relations" : "and --to are needed for a mapping",
      expected:
        format === "cyclonedx" ? "ndjson, csv or oscal" : "two catalogs, such as --from company@2026.1 --to asvs@5.0.0"
    })
  }
  const found = yield* Stream.runCollect(repository.findAll({ ...filter, status: ["accepted"] }))
  const ends = yield* references.findMany([...new Set(found.flatMap(({ source, target }) => [source, target]))])
  const placed = found.flatMap((relation) => {
    const [source, target] = [ends.get(relation.source), ends.get(relation.target)]
    return source === undefined || target === undefined ? [] : [{ relation, source, target }]
  })
  return Stream.make(ExportOscal.mapping(from, to, placed))
})
