import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogId } from "../domain/Catalog.ts"
import { RelationEnds } from "../domain/RelationEnds.ts"
import { Confidence, RelationStep, RelationType } from "../domain/Relation.ts"
import { keyText } from "../domain/RelationKey.ts"
import * as Uuid from "../domain/Uuid.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as PinRows from "./PinRows.ts"

/** A pin `p` of a relation that was accepted, whether its references are there or not. */
const isAccepted = `(EXISTS (SELECT 1 FROM crosswalk_relation AS x WHERE x.id = p.relation_id AND x.status = 'accepted')
    OR EXISTS (SELECT 1 FROM crosswalk_orphan AS o WHERE o.id = p.relation_id AND o.status = 'accepted'))`

/** The readings `d` of another text than is stored, and those of decisions that lost an end. */
const indexed = `(SELECT id FROM crosswalk_reading WHERE is_current = 0
    UNION SELECT p.reading_id FROM crosswalk_orphan AS o JOIN crosswalk_pin AS p ON p.relation_id = o.id
  ) AS i CROSS JOIN crosswalk_reading AS d ON d.id = i.id`

/** A reading, and what is stored of its reference now. */
const columns = Columns.make("reading", {
  uri: "d.uri",
  catalog: "d.catalog",
  read: "d.title",
  uuid: "d.uuid",
  now: "r.title",
  uuid_now: PinRows.uuid,
  relations: {
    json: `(SELECT json_group_array(p.relation_id) FROM crosswalk_pin AS p WHERE p.reading_id = d.id AND ${isAccepted})`
  }
})

const RawUuid = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))

const MovedRow = Schema.Struct({
  id: Schema.Int,
  is_current: Schema.Int,
  uri: Schema.String,
  catalog: Schema.NullOr(Schema.String),
  read: Schema.NullOr(Schema.String),
  uuid: RawUuid,
  now: Schema.NullOr(Schema.String),
  uuid_now: RawUuid,
  relations: Schema.Array(Schema.Int)
})

const pinned = (side: "source" | "target") => ({
  json: `(SELECT json_group_array(uri) FROM (SELECT d.uri FROM crosswalk_pin AS p
    JOIN crosswalk_reading AS d ON d.id = p.reading_id WHERE p.relation_id = x.id AND p.side = '${side}' ORDER BY d.uri))`
})

const relationColumns = Columns.make(
  "relation",
  {
    sources: pinned("source"),
    targets: pinned("target"),
    catalog: "x.catalog",
    type: "x.type",
    confidence: { json: Columns.real("x.confidence") }
  },
  ["sources", "targets"]
)

const RelationRow = Schema.Struct({
  id: Schema.Int,
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  catalog: Schema.NullOr(CatalogId),
  type: RelationType,
  confidence: Confidence
})

const stepColumns = Columns.make("relation", { step: { json: "s.value" } })
const StepRow = Schema.Struct({ step: RelationStep })

const holderColumns = Columns.make("reference", { uri: "r.uri", catalog: "r.catalog", uuid: PinRows.uuid })
const HolderRow = Schema.Struct({ uri: Schema.String, catalog: Schema.NullOr(Schema.String), uuid: RawUuid })

const sameColumns = Columns.make("reference", { uri: "r.uri", catalog: "r.catalog" })
const SameRow = Schema.Struct({ id: Schema.Int, uri: Schema.String, catalog: Schema.NullOr(Schema.String) })

/** Reads what accepted relations rest on and is not what is stored. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = Columns.decoder(columns, MovedRow, "Pins.moved")
  const decodeRelation = Columns.decoder(relationColumns, RelationRow, "Pins.moved")
  const decodeStep = Columns.decoder(stepColumns, StepRow, "Pins.moved")
  const decodeHolder = Columns.decoder(holderColumns, HolderRow, "Pins.moved")
  const decodeSame = Columns.decoder(sameColumns, SameRow, "Pins.moved")

  /** The readings that differ from what is stored: all, or those of another text and what is gone, which an index finds. */
  const readings = (which: "all" | "indexed") =>
    Effect.flatMap(
      sql`SELECT d.id, d.is_current = 1 AS is_current, ${sql.literal(columns.sql)} FROM ${sql.literal(which === "all" ? "crosswalk_reading AS d" : indexed)}
      LEFT JOIN crosswalk_reference AS r ON r.uri = d.uri
      WHERE (r.id IS NULL OR d.is_current = 0 OR r.content_hash <> d.content_hash)
        AND EXISTS (SELECT 1 FROM crosswalk_pin AS p WHERE p.reading_id = d.id AND ${sql.literal(isAccepted)})
      ORDER BY d.id`,
      Effect.forEach(decode)
    )

  /** What relations, by their numbers, say of the references that they were decided on. */
  const relations = Effect.fnUntraced(function* (ids: Iterable<number>) {
    const found = new Map<number, typeof RelationRow.Type>()
    for (const chunk of chunks([...new Set(ids)], 500)) {
      const rows = yield* sql`SELECT x.id, ${sql.literal(relationColumns.sql)} FROM (
          SELECT id, catalog, type, confidence FROM crosswalk_relation
          UNION ALL SELECT id, catalog, type, confidence FROM crosswalk_orphan
        ) AS x WHERE x.id IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`
      for (const row of yield* Effect.forEach(rows, decodeRelation)) found.set(row.id, row)
    }
    return found
  })

  /** The numbers of accepted relations that lost an end, where one that follows from them was accepted. */
  const settled = Effect.gen(function* () {
    const rows = yield* sql<{ readonly id: number }>`SELECT id FROM crosswalk_orphan WHERE status = 'accepted'`
    if (rows.length === 0) return new Set<number>()
    const steps = yield* sql`SELECT DISTINCT ${sql.literal(stepColumns.sql)}
      FROM crosswalk_relation AS x, json_each(x.provenance, '$.path') AS s
      WHERE x.status = 'accepted' AND x.provenance LIKE '%"path":%' AND s.value ->> '$.basis' = 'relation'`
    const followed = new Set((yield* Effect.forEach(steps, decodeStep)).map(({ step }) => keyText(step)))
    const orphans = yield* relations(rows.map(({ id }) => id))
    return new Set(
      [...orphans].flatMap(([id, { catalog, sources, targets, type }]) =>
        followed.has(keyText({ sources, targets, to: catalog ?? undefined, type })) ? [id] : []
      )
    )
  })

  /** The references that have a UUID, by it. */
  const holders = Effect.map(
    Effect.flatMap(
      sql`SELECT ${sql.literal(holderColumns.sql)} FROM crosswalk_reference AS r
        WHERE ${sql.literal(PinRows.uuid)} IS NOT NULL ORDER BY r.natural, r.uri`,
      Effect.forEach(decodeHolder)
    ),
    (rows) => Map.groupBy(rows, ({ uuid }) => Uuid.inText(uuid))
  )

  /** The references under other URIs that have the texts of readings. */
  const sameTexts = Effect.fnUntraced(function* (ids: ReadonlyArray<number>) {
    // References are looked at once, whatever the number of readings.
    const rows = yield* sql`WITH lost AS MATERIALIZED (
        SELECT d.id, d.uri, d.title, d.description FROM json_each(${JSON.stringify(ids)}) AS j
          CROSS JOIN crosswalk_reading AS d ON d.id = j.value)
      SELECT d.id, ${sql.literal(sameColumns.sql)} FROM crosswalk_reference AS r
        CROSS JOIN lost AS d ON d.title = r.title AND d.description IS r.description AND d.uri <> r.uri
      ORDER BY d.id, r.natural, r.uri`
    return Map.groupBy(yield* Effect.forEach(rows, decodeSame), ({ id }) => id)
  })

  return { readings, relations, settled, holders, sameTexts }
})
