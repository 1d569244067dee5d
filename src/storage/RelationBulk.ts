import { Clock, Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { decodeEach, orInstanceOf } from "../domain/Input.ts"
import { Relation } from "../domain/Relation.ts"
import type { RelationFilter } from "../domain/RelationFilter.ts"
import { complete, RelationInput } from "../domain/RelationInput.ts"
import { SaveManyOptions } from "../domain/SaveManyOptions.ts"
import { SuggestionScope } from "../domain/SuggestionScope.ts"
import { operation, optional } from "./Operation.ts"
import { conditions } from "./RelationFilterSql.ts"
import * as RelationRow from "./RelationRow.ts"

/** What saving relations did, in numbers of relations. */
export interface RelationTotals {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Left out, because a person decided already. */
  readonly kept: number
}

/** What replacing suggestions did, in numbers of relations. */
export interface ReplaceTotals {
  /** Earlier suggestions that are gone. */
  readonly removed: number
  readonly saved: number
  /** Left out, because a person decided already. */
  readonly kept: number
}

/** What the method of every suggestion begins with. */
export const suggestMethod = "suggest:"

/** How many relations one statement writes: some 15 ms, during which a local database holds the event loop. */
const groupSize = 500

const groups = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / groupSize) }, (_, i) => items.slice(i * groupSize, (i + 1) * groupSize))

type Row = ReturnType<typeof complete>

/** Writing many relations in one transaction. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = decodeEach(orInstanceOf(RelationInput, Relation), "inputs")

  /** Validated inputs in groups; of several with one source, target and type the last counts. */
  const decodeAll = Effect.fnUntraced(function* (inputs: unknown) {
    const rows = new Map<string, Row>()
    for (const row of (yield* decode(inputs)).map(complete)) {
      rows.set(JSON.stringify([row.source, row.target, row.type]), row)
    }
    return groups([...rows.values()])
  })

  const requireEnds = Effect.fnUntraced(function* (group: ReadonlyArray<Row>) {
    const uris = JSON.stringify([...new Set(group.flatMap(({ source, target }) => [source, target]))])
    const [missing] = yield* sql<{ readonly uri: string }>`
      SELECT j.value AS uri FROM json_each(${uris}) AS j
      WHERE NOT EXISTS (SELECT 1 FROM crosswalk_reference WHERE uri = j.value) LIMIT 1`
    if (missing !== undefined) return yield* new NotFoundError({ uri: missing.uri, entity: "reference" })
  })

  const ends = sql.literal(
    "JOIN crosswalk_reference AS s ON s.uri = j.value ->> '$.source' " +
      "JOIN crosswalk_reference AS t ON t.uri = j.value ->> '$.target'"
  )

  const write = Effect.fnUntraced(function* (group: ReadonlyArray<Row>, keepDecided: boolean, now: number) {
    yield* requireEnds(group)
    const json = JSON.stringify(group)
    const isOpen: Statement.Fragment = keepDecided
      ? sql`NOT EXISTS (SELECT 1 FROM crosswalk_relation AS d
          WHERE d.source_id = s.id AND d.target_id = t.id AND d.status <> 'suggested')`
      : sql.literal("true")
    const [before] = yield* sql<{ readonly open: number; readonly known: number }>`
      SELECT count(*) AS open, count(x.id) AS known FROM json_each(${json}) AS j ${ends}
      LEFT JOIN crosswalk_relation AS x
        ON x.source_id = s.id AND x.target_id = t.id AND x.type = j.value ->> '$.type'
      WHERE ${isOpen}`
    const written = yield* sql`
      INSERT INTO crosswalk_relation
        (source_id, target_id, type, confidence, status, needs_review, provenance, created_at, updated_at)
      SELECT s.id, t.id, j.value ->> '$.type', j.value ->> '$.confidence', j.value ->> '$.status',
        j.value ->> '$.needsReview', j.value -> '$.provenance', ${now}, ${now}
      FROM json_each(${json}) AS j ${ends} WHERE ${isOpen}
      ON CONFLICT (source_id, target_id, type) DO UPDATE SET
        confidence = excluded.confidence, status = excluded.status, provenance = excluded.provenance,
        needs_review = excluded.needs_review, updated_at = excluded.updated_at
      WHERE confidence <> excluded.confidence OR status <> excluded.status OR provenance <> excluded.provenance
        OR needs_review <> excluded.needs_review
      RETURNING 1`
    const { open = 0, known = 0 } = before ?? {}
    const created = open - known
    return {
      created,
      updated: written.length - created,
      unchanged: open - written.length,
      kept: group.length - open
    }
  })

  const writeAll = Effect.fnUntraced(function* (decoded: ReadonlyArray<ReadonlyArray<Row>>, keepDecided: boolean) {
    const now = yield* Clock.currentTimeMillis
    const totals = { created: 0, updated: 0, unchanged: 0, kept: 0 }
    for (const group of decoded) {
      const { created, kept, unchanged, updated } = yield* write(group, keepDecided, now)
      totals.created += created
      totals.updated += updated
      totals.unchanged += unchanged
      totals.kept += kept
      yield* Effect.yieldNow
    }
    return totals
  })

  const saveMany = operation("RelationRepository.saveMany", {
    inputs: Schema.Unknown,
    options: optional(SaveManyOptions)
  })(function* ({ inputs, options }) {
    const decoded = yield* decodeAll(inputs)
    return yield* sql.withTransaction(writeAll(decoded, options?.keepDecided === true))
  })

  const remove = (filter: RelationFilter) =>
    Effect.map(
      sql`DELETE FROM crosswalk_relation WHERE id IN (
        SELECT x.id FROM ${sql.literal(RelationRow.from)} WHERE ${conditions(sql, filter)}) RETURNING 1`,
      (rows) => rows.length
    )

  const replaceSuggestions = operation("RelationRepository.replaceSuggestions", {
    scope: SuggestionScope,
    inputs: Schema.Unknown
  })(function* ({ inputs, scope }) {
    const decoded = yield* decodeAll(inputs)
    for (const { method, status } of decoded.flat().map(({ provenance, status }) => ({ ...provenance, status }))) {
      if (status === "suggested" && method.startsWith(suggestMethod)) continue
      return yield* new ValidationError({
        field: "inputs",
        value: { method, status },
        constraint: "is not a suggestion",
        expected: `the status suggested and a method that begins with ${suggestMethod}`
      })
    }
    return yield* sql.withTransaction(
      Effect.gen(function* () {
        const removed = yield* remove({ ...scope, status: ["suggested"], method: suggestMethod })
        const { created, kept, unchanged, updated } = yield* writeAll(decoded, true)
        return { removed, saved: created + updated + unchanged, kept }
      })
    )
  })

  return { saveMany, replaceSuggestions }
})
