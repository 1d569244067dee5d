import { Clock, Effect, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { ImportError } from "../domain/ImportError.ts"
import type { RelationStatus } from "../domain/Relation.ts"
import { withHead } from "../importer/source/Bytes.ts"
import type { MappingOptions } from "../importer/mapping/Mapping.ts"
import * as Mappings from "../importer/mapping/Mappings.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import type { RelationTotals } from "../storage/RelationBulk.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as RelationFile from "../importer/mapping/RelationFile.ts"

/** How relations are imported. */
export interface RelationImportOptions extends MappingOptions {
  /** The status of relations for which the source says none; `accepted` unless told. */
  readonly status?: RelationStatus | undefined
  /** Who answers for them, where the source does not say. */
  readonly by?: string | undefined
  /** Write nothing unless every row is good; false unless told. */
  readonly strict?: boolean | undefined
  /** Replace what a person decided here before; false unless told. */
  readonly force?: boolean | undefined
}

/** What an import of relations did. */
export interface RelationImportReport extends RelationTotals {
  readonly format: string
  /** References of which the source says that they have no counterpart. */
  readonly unmapped: number
  readonly failed: ReadonlyArray<{ readonly at: string; readonly problem: string }>
}

/** How many references are looked up at a time. */
const groupSize = 500

/** What a source holds, whatever its format. */
const open = Effect.fnUntraced(function* (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  options: RelationImportOptions
) {
  const opened = yield* withHead(source, bytes, options.encoding)
  const format =
    options.format === undefined || options.format.startsWith("crosswalk")
      ? RelationFile.formatOf(opened.head)
      : undefined
  if (format !== undefined) return { format, items: RelationFile.read(format, opened) }
  const mapping = yield* Mappings.read(source, opened.bytes, { ...options, encoding: undefined })
  const { by, status = "accepted" } = options
  return {
    format: mapping.format,
    items: mapping.items.pipe(
      Stream.map(
        Result.map((item): RelationFile.Placed | { readonly unmapped: string } =>
          item._tag === "Unmapped"
            ? { unmapped: item.source }
            : {
                at: item.at,
                relation: {
                  source: item.source,
                  target: item.target,
                  type: item.type,
                  confidence: item.confidence ?? 1,
                  status,
                  needsReview: false,
                  provenance: {
                    method: `import:${mapping.format}`,
                    ...(by === undefined ? {} : { by }),
                    ...(item.note === undefined ? {} : { note: item.note })
                  }
                }
              }
        )
      )
    )
  }
})

/**
 * Imports relations from a mapping, or as this program exported them, in one transaction. A row that is wrong, or relates
 * what is not stored, is reported and loses no other. What a person decided here before stays.
 */
export const run = Effect.fn("RelationImport.run")(
  function* (source: string, bytes: Stream.Stream<Uint8Array, ImportError>, options: RelationImportOptions = {}) {
    const references = yield* ReferenceRepository
    const relations = yield* RelationRepository
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const { format, items } = yield* open(source, bytes, options)
    const found: Array<RelationFile.Placed> = []
    const failed: Array<{ readonly at: string; readonly problem: string }> = []
    let unmapped = 0
    yield* Stream.runForEach(items, (item) =>
      Effect.sync(() => {
        if (Result.isFailure(item)) failed.push({ at: item.failure.at ?? source, problem: item.failure.problem })
        else if ("unmapped" in item.success) unmapped++
        else found.push(item.success)
      })
    )

    const stored = new Set<string>()
    const wanted = [...new Set(found.flatMap(({ relation }) => [relation.source, relation.target]))]
    for (let start = 0; start < wanted.length; start += groupSize) {
      for (const uri of (yield* references.findMany(wanted.slice(start, start + groupSize))).keys()) stored.add(uri)
    }
    const good = found.filter(({ at, relation }) => {
      if (relation.source === relation.target) {
        failed.push({ at, problem: `${relation.source} is related to itself` })
        return false
      }
      const missing = [relation.source, relation.target].find((uri) => !stored.has(uri))
      if (missing !== undefined) failed.push({ at, problem: `there is no reference ${missing}` })
      return missing === undefined
    })
    const none = { created: 0, updated: 0, unchanged: 0, kept: 0 }
    if ((options.strict === true && failed.length > 0) || good.length === 0) {
      return { format, ...none, unmapped, failed } satisfies RelationImportReport
    }
    const flagged = JSON.stringify(
      good.flatMap(({ relation: { needsReview, source, target, type } }) =>
        needsReview ? [[source, target, type]] : []
      )
    )
    const start = yield* Clock.currentTimeMillis
    const totals = yield* sql.withTransaction(
      Effect.gen(function* () {
        const totals = yield* relations.saveMany(
          good.map(({ relation: { needsReview: _needsReview, ...relation } }) => relation),
          { keepDecided: options.force !== true }
        )
        if (flagged === "[]") return totals
        yield* sql`UPDATE crosswalk_relation SET needs_review = 1
          WHERE status <> 'suggested' AND updated_at >= ${start} AND id IN (
          SELECT x.id FROM json_each(${flagged}) AS j
          JOIN crosswalk_reference AS s ON s.uri = j.value ->> '$[0]'
          JOIN crosswalk_reference AS t ON t.uri = j.value ->> '$[1]'
          JOIN crosswalk_relation AS x ON x.source_id = s.id AND x.target_id = t.id AND x.type = j.value ->> '$[2]')`
        return totals
      })
    )
    return { format, ...totals, unmapped, failed } satisfies RelationImportReport
  },
  Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationImport.run")(error)))
)
