import { Clock, Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ValidationError } from "../domain/ValidationError.ts"
import { decodeEach, orInstanceOf } from "../domain/Input.ts"
import { Relation } from "../domain/Relation.ts"
import { complete, RelationInput } from "../domain/RelationInput.ts"
import { SaveManyOptions } from "../domain/SaveManyOptions.ts"
import { SuggestionScope } from "../domain/SuggestionScope.ts"
import { chunks } from "./Chunks.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as FilterSql from "./FilterSql.ts"
import * as Hindrance from "./Hindrance.ts"
import * as Once from "./Once.ts"
import { operation, optional } from "./Operation.ts"
import * as PinRows from "./PinRows.ts"
import { conditions, passes } from "./RelationFilterSql.ts"
import * as RelationKeys from "./RelationKeys.ts"
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
  /** Left out, because a person decided already, or the same was carried over or came as a draft. */
  readonly kept: number
}

/** What the method of every suggestion begins with. */
export const suggestMethod = "suggest:"

/** How many relations one statement writes: some 15 ms, during which a local database holds the event loop. */
const groupSize = 500

type Row = ReturnType<typeof complete>

/** What is not written over: nothing, what a person decided, or that and proposals of others than suggestions. */
type Keep = "nothing" | "decided" | "claimed"

/** No end of the row `j` is missing from that side of the relation `d`. */
const lacksNone = (side: RelationRow.Side, list: "from" | "onto") =>
  `NOT EXISTS (SELECT 1 FROM json_each(j.value, '$.${list}') AS w WHERE NOT EXISTS (
    SELECT 1 FROM crosswalk_relation_end AS o
    WHERE o.relation_id = d.id AND o.side = '${side}' AND o.reference_id = w.value))`

/** Writing many relations in one transaction. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const keys = yield* RelationKeys.make
  const pins = yield* PinRows.make
  const repeatable = ServerWrites.repeatable(sql)
  const once = yield* Once.make
  const decode = decodeEach(orInstanceOf(RelationInput, Relation), "inputs")

  /** Validated inputs in groups; of several with the same ends and type the last counts. */
  const decodeAll = Effect.fnUntraced(function* (inputs: unknown) {
    const rows = new Map<string, Row>()
    for (const row of (yield* decode(inputs)).map(complete)) {
      rows.set(JSON.stringify([row.sources, row.targets, row.to, row.type]), row)
    }
    return chunks([...rows.values()], groupSize)
  })

  /** The rows with the ids of their ends; fails for the first end that is not stored. */
  const placed = Effect.fnUntraced(function* (group: ReadonlyArray<Row>) {
    const storedOf = yield* keys.lookUp(group)
    return yield* Effect.forEach(group, (row) => {
      const stored = storedOf(row)
      return "key" in stored ? Effect.succeed({ ...row, ...stored }) : Effect.fail(stored)
    })
  })

  /**
   * Nobody decided on these ends, nor accepted a relation of sets that holds them, nor that the sources have no counterpart
   * in the catalog of the targets.
   */
  const isUndecided = sql.literal(`NOT EXISTS (
      SELECT 1 FROM crosswalk_relation AS d WHERE d.key = j.value ->> '$.key' AND d.status <> 'suggested'
    ) AND NOT EXISTS (
      SELECT 1 FROM crosswalk_relation_end AS e JOIN crosswalk_relation AS d ON d.id = e.relation_id
      WHERE e.reference_id = j.value ->> '$.from[0]' AND e.side = 'source' AND d.status = 'accepted'
        AND json_array_length(j.value, '$.onto') > 0 AND ${lacksNone("source", "from")}
        AND CASE WHEN d.catalog IS NULL THEN ${lacksNone("target", "onto")} ELSE d.catalog = (
          SELECT catalog FROM crosswalk_reference WHERE id = j.value ->> '$.onto[0]') END
    )`)

  /** Nothing else proposes these ends: what was carried over, or came as a draft, has its reasons with it. */
  const isUnclaimed = sql.literal(`NOT EXISTS (
      SELECT 1 FROM crosswalk_relation AS d WHERE d.key = j.value ->> '$.key' AND d.status = 'suggested'
        AND substr(d.provenance ->> '$.method', 1, ${suggestMethod.length}) <> '${suggestMethod}'
    )`)

  /** Pins what was written: what is confirmed to what is stored; what is doubted stays pinned to what it differs from. */
  const pin = Effect.fnUntraced(function* (json: string, written: ReadonlyArray<{ readonly id: number }>) {
    if (written.length === 0) return
    const rows = yield* sql<{ readonly id: number; readonly doubted: number }>`
      SELECT x.id, j.value ->> '$.needsReview' AS doubted FROM json_each(${json}) AS j
      CROSS JOIN crosswalk_relation AS x ON x.key = j.value ->> '$.key' AND x.type = j.value ->> '$.type'
      WHERE +x.id IN (SELECT value FROM json_each(${JSON.stringify(written.map(({ id }) => id))}))
        AND (x.status <> 'suggested' OR EXISTS (SELECT 1 FROM crosswalk_pin AS p WHERE p.relation_id = x.id))
        AND NOT (j.value ->> '$.needsReview' = 1 AND ${sql.literal(PinRows.needsReview)})`
    const idsOf = (value: number) => rows.flatMap(({ doubted, id }) => (doubted === value ? [id] : []))
    yield* pins.write(idsOf(0), "now")
    yield* pins.write(idsOf(1), "unknown")
  })

  const write = Effect.fnUntraced(function* (group: ReadonlyArray<Row>, keep: Keep, now: number) {
    const rows = yield* placed(group)
    const json = JSON.stringify(rows)
    const isOpen =
      keep === "nothing"
        ? sql.literal("true")
        : keep === "decided"
          ? isUndecided
          : sql`${isUndecided} AND ${isUnclaimed}`
    // What differs; also what is confirmed though a text has changed, or doubted though none has.
    const [before] = yield* sql<{ readonly open: number; readonly known: number; readonly ids: string }>`
      SELECT count(*) AS open, count(x.id) AS known, json_group_array(x.id) FILTER (
        WHERE x.confidence <> j.value ->> '$.confidence' OR x.status <> j.value ->> '$.status'
          OR x.provenance <> j.value -> '$.provenance'
          OR x.status <> 'suggested' AND j.value ->> '$.status' <> 'suggested'
            AND ${sql.literal(PinRows.needsReview)} <> j.value ->> '$.needsReview') AS ids
      FROM json_each(${json}) AS j
      LEFT JOIN crosswalk_relation AS x ON x.key = j.value ->> '$.key' AND x.type = j.value ->> '$.type'
      WHERE ${isOpen}`
    const { ids: differing = "[]", known = 0, open = 0 } = before ?? {}
    const created = open - known
    const changed: ReadonlyArray<unknown> = JSON.parse(differing)
    const updated = changed.length
    const written = yield* sql<{ readonly id: number }>`
      INSERT INTO crosswalk_relation (key, catalog, type, confidence, status, provenance, created_at, updated_at)
      SELECT j.value ->> '$.key', j.value ->> '$.to', j.value ->> '$.type', j.value ->> '$.confidence',
        j.value ->> '$.status', j.value -> '$.provenance', ${now}, ${now}
      FROM json_each(${json}) AS j WHERE ${isOpen}
      ON CONFLICT (key, type) DO UPDATE SET
        confidence = excluded.confidence, status = excluded.status, provenance = excluded.provenance,
        updated_at = excluded.updated_at
      WHERE id IN (SELECT value FROM json_each(${differing}))
      RETURNING id`
    yield* Hindrance.requireAll(sql, "crosswalk_relation", { rows: written.length, most: created + updated })
    if (created > 0) yield* keys.writeEnds(rows)
    yield* pin(json, written)
    return { created, updated, unchanged: open - created - updated, kept: group.length - open }
  }, Hindrance.named(sql))

  const writeAll = Effect.fnUntraced(function* (decoded: ReadonlyArray<ReadonlyArray<Row>>, keep: Keep) {
    const now = yield* Clock.currentTimeMillis
    const totals = { created: 0, updated: 0, unchanged: 0, kept: 0 }
    for (const group of decoded) {
      const { created, kept, unchanged, updated } = yield* write(group, keep, now)
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
    let counted: RelationTotals | undefined
    const writing = Effect.tap(writeAll(decoded, options?.keepDecided === true ? "decided" : "nothing"), (totals) =>
      Effect.sync(() => (counted ??= totals))
    )
    return yield* Effect.map(repeatable(sql.withTransaction(writing)), (totals) => counted ?? totals)
  })

  const remove = Effect.fnUntraced(function* ({ filter: ofSources = {}, ...scope }: SuggestionScope) {
    const left = sql`SELECT x.id FROM ${sql.literal(RelationRow.from)}
      WHERE ${conditions(sql, { ...scope, status: ["suggested"], method: suggestMethod })}
        AND ${FilterSql.isOpen(ofSources) ? sql.literal("true") : passes(sql, "source", ofSources)}`
    const gone = yield* sql`DELETE FROM crosswalk_relation WHERE id IN (${left}) RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_relation", { rows: gone.length, most: Infinity, left })
    return gone.length
  }, Hindrance.named(sql))

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
    return yield* once(
      Effect.gen(function* () {
        const removed = yield* remove(scope)
        const { created, kept, unchanged, updated } = yield* writeAll(decoded, "claimed")
        return { removed, saved: created + updated + unchanged, kept }
      })
    )
  })

  return { writeAll, saveMany, replaceSuggestions }
})
