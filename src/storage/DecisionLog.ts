import { DateTime, Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { Chosen } from "../domain/Chosen.ts"
import { Decision, RelationState } from "../domain/Decision.ts"
import type { LogOptions } from "../domain/LogOptions.ts"
import { canonical, RelationEnds } from "../domain/RelationEnds.ts"
import { CatalogId } from "../domain/Catalog.ts"
import { Text } from "../domain/Text.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as Hindrance from "./Hindrance.ts"
import * as PinRows from "./PinRows.ts"
import * as RelationKeys from "./RelationKeys.ts"

/** An entry of the log, to select from `crosswalk_decision AS d`. */
export const columns = Columns.make(
  "decision",
  {
    id: "d.id",
    step: "d.step",
    undoes: "d.undoes",
    sources: "d.sources",
    targets: "d.targets",
    catalog: "d.catalog",
    before: "d.before",
    after: "d.after",
    reviewer: "d.reviewer",
    note: "d.note",
    chosen: "d.chosen",
    at: "d.at"
  },
  ["id", "sources", "targets"]
)

const DecisionRow = Schema.Struct({
  id: Decision.fields.id,
  step: Decision.fields.step,
  undoes: Schema.NullOr(Schema.Natural),
  sources: Schema.fromJsonString(RelationEnds.fields.sources),
  targets: Schema.fromJsonString(RelationEnds.fields.targets),
  catalog: Schema.NullOr(CatalogId),
  before: Schema.NullOr(Schema.fromJsonString(RelationState)),
  after: Schema.NullOr(Schema.fromJsonString(RelationState)),
  reviewer: Schema.NullOr(Text),
  note: Schema.NullOr(Text),
  chosen: Schema.NullOr(Chosen),
  at: Columns.Moment
})

/** Decodes a row of {@link columns}. */
export const decoder = (operation: string) => Columns.decoder(columns, DecisionRow, operation)

const toDecision = (row: typeof DecisionRow.Type): Decision =>
  new Decision({
    id: row.id,
    step: row.step,
    sources: row.sources,
    targets: row.targets,
    ...(row.catalog !== null && { to: row.catalog }),
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    ...(row.reviewer === null ? {} : { by: row.reviewer }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.chosen === null ? {} : { chosen: row.chosen }),
    ...(row.undoes === null ? {} : { undoes: row.undoes }),
    at: DateTime.makeUnsafe(row.at)
  })

/** A change of one relation. Without `after` it is removed; without an `id` it is made. */
export interface Change {
  readonly id: number | undefined
  readonly ends: RelationEnds
  readonly before: RelationState | undefined
  readonly after: RelationState | undefined
  readonly note: string | undefined
  /** How it was chosen; nothing of what is taken back. */
  readonly chosen: Chosen | undefined
}

/** Catalogs of which first proposals were sampled. */
const pairColumns = Columns.make("pair", { from: "p.from_catalog", to: "p.to_catalog" }, ["from", "to"])

const PairRow = Schema.Struct({ from: Schema.String, to: Schema.String })

/** Changes relations as people decide, each change a row of a log that can be taken back. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const keys = yield* RelationKeys.make
  const pins = yield* PinRows.make
  const decodeDecision = decoder("Review.log")
  const decodePair = Columns.decoder(pairColumns, PairRow, "Review.log")
  const decisions = sql.literal(`${columns.sql} FROM crosswalk_decision AS d`)

  /** Pins what was decided to what is stored, or to what it was pinned to before where that is restored. */
  const pin = Effect.fnUntraced(function* (changes: ReadonlyArray<Change>, json: string) {
    const rows = yield* sql<{ readonly place: number; readonly id: number }>`SELECT j.key AS place, x.id
      FROM json_each(${json}) AS j CROSS JOIN crosswalk_relation AS x
        ON x.key = j.value ->> '$.key' AND x.type = j.value ->> '$.type'`
    const found = rows.flatMap(({ id, place }) => {
      const after = changes[place]?.after
      return after === undefined ? [] : [{ id, after }]
    })
    const idsThat = (passes: (after: RelationState) => boolean) =>
      found.flatMap(({ after, id }) => (after.pins === undefined && passes(after) ? [id] : []))
    yield* pins.write(
      idsThat(({ needsReview }) => !needsReview),
      "now"
    )
    yield* pins.write(
      idsThat(({ needsReview }) => needsReview),
      "unknown"
    )
    yield* pins.restore(found.flatMap(({ after: { pins }, id }) => (pins === undefined ? [] : [{ id, pins }])))
  })

  /** Carries changes out and logs them as one step; inside a transaction. The number of the step. */
  const write = Effect.fnUntraced(function* (
    changes: ReadonlyArray<Change>,
    { at, by, undoes }: { readonly at: number; readonly by: string | undefined; readonly undoes?: number }
  ) {
    const [last] = yield* sql<{ readonly id: number | null }>`SELECT max(id) AS id FROM crosswalk_decision`
    const step = (last?.id ?? 0) + 1
    for (const chunk of chunks(changes)) {
      const storedOf = yield* keys.lookUp(chunk.map(({ ends }) => ends))
      const added = chunk.flatMap(({ after, ends, id }) => {
        const stored = storedOf(ends)
        return id === undefined && after !== undefined && "key" in stored ? [{ ...stored, type: after.type }] : []
      })
      const json = JSON.stringify(
        chunk.map(({ after, before, chosen, ends, id, note }) => {
          const stored = storedOf(ends)
          return {
            id,
            note,
            chosen,
            ...canonical(ends),
            ...("key" in stored && stored),
            type: after?.type,
            before: before === undefined ? null : JSON.stringify(before),
            after: after === undefined ? null : JSON.stringify(after)
          }
        })
      )
      const removed = yield* sql`DELETE FROM crosswalk_relation WHERE id IN (
        SELECT value ->> '$.id' FROM json_each(${json}) WHERE value ->> '$.after' IS NULL) RETURNING 1`
      const changed =
        yield* sql`UPDATE crosswalk_relation SET type = j.state ->> '$.type', status = j.state ->> '$.status',
          confidence = j.state ->> '$.confidence', provenance = j.state ->> '$.provenance',
          updated_at = ${at}
        FROM (SELECT value ->> '$.id' AS id, value ->> '$.after' AS state FROM json_each(${json})) AS j
        WHERE crosswalk_relation.id = j.id AND j.state IS NOT NULL RETURNING 1`
      const made = yield* sql`INSERT INTO crosswalk_relation
          (key, catalog, type, confidence, status, provenance, created_at, updated_at)
        SELECT j.value ->> '$.key', j.value ->> '$.to', j.state ->> '$.type', j.state ->> '$.confidence',
          j.state ->> '$.status', j.state ->> '$.provenance', ${at}, ${at}
        FROM (SELECT value, value ->> '$.after' AS state FROM json_each(${json})) AS j
        WHERE j.value ->> '$.id' IS NULL AND j.state IS NOT NULL RETURNING 1`
      yield* Hindrance.requireAll(sql, "crosswalk_relation", {
        rows: removed.length + changed.length + made.length,
        most: new Set(chunk.map(({ id }, i) => id ?? `new ${i}`)).size
      })
      yield* keys.writeEnds(added)
      yield* pin(chunk, json)
      const logged = yield* sql`INSERT INTO crosswalk_decision
          (step, undoes, sources, targets, catalog, before, after, reviewer, note, chosen, from_catalog, to_catalog, at)
        SELECT ${step}, ${undoes ?? null}, value ->> '$.sources', value ->> '$.targets', value ->> '$.to',
          value ->> '$.before', value ->> '$.after', ${by ?? null}, value ->> '$.note', value ->> '$.chosen',
          CASE value ->> '$.chosen' WHEN 'sample' THEN
            (SELECT catalog FROM crosswalk_reference WHERE uri = value ->> '$.sources[0]') END,
          CASE value ->> '$.chosen' WHEN 'sample' THEN
            (SELECT catalog FROM crosswalk_reference WHERE uri = value ->> '$.targets[0]') END,
          ${at}
        FROM json_each(${json}) ORDER BY key RETURNING 1`
      yield* Hindrance.requireAll(sql, "crosswalk_decision", { rows: logged.length, most: chunk.length })
    }
    return step
  }, Hindrance.named(sql))

  const ofStep = Effect.fnUntraced(function* (step: number) {
    const rows = yield* sql`SELECT ${decisions} WHERE d.step = ${step} ORDER BY d.id`
    return (yield* Effect.forEach(rows, decodeDecision)).map(toDecision)
  })

  /** The newest steps that were not taken back, the newest first. */
  const undoable = (limit: number) =>
    Effect.map(
      sql<{
        readonly step: number | null
      }>`SELECT DISTINCT ${sql.literal(Columns.integer("step"))} AS step FROM crosswalk_decision AS d
        WHERE undoes IS NULL AND NOT EXISTS (SELECT 1 FROM crosswalk_decision AS u WHERE u.undoes = d.step)
        ORDER BY step DESC LIMIT ${limit}`,
      (rows) => rows.flatMap(({ step }) => step ?? [])
    )

  const log = Effect.fnUntraced(function* (limit: number, { before, ends, uri }: Omit<LogOptions, "limit">) {
    const parts = [sql`d.id < ${before ?? Number.MAX_SAFE_INTEGER}`]
    if (uri !== undefined) {
      parts.push(sql`(EXISTS (SELECT 1 FROM json_each(d.sources) WHERE value = ${uri})
        OR EXISTS (SELECT 1 FROM json_each(d.targets) WHERE value = ${uri}))`)
    }
    if (ends !== undefined) {
      const { sources, targets, to } = canonical(ends)
      parts.push(sql`json(d.sources) = json(${JSON.stringify(sources)})
        AND json(d.targets) = json(${JSON.stringify(targets)}) AND d.catalog IS ${to ?? null}`)
    }
    const rows = yield* sql`SELECT ${decisions} WHERE ${Statement.and(parts)} ORDER BY d.id DESC LIMIT ${limit}`
    return (yield* Effect.forEach(rows, decodeDecision)).map(toDecision)
  })

  /** Every entry on what was ever sampled of two catalogs, the oldest first. The log alone says which catalogs these were. */
  const ofSamples = Effect.fnUntraced(function* ({ from, to }: typeof PairRow.Type) {
    const rows = yield* sql`SELECT ${decisions} WHERE d.sources || d.targets IN (
        SELECT p.sources || p.targets FROM crosswalk_decision AS p
        WHERE p.chosen = 'sample' AND p.from_catalog = ${from} AND p.to_catalog = ${to})
      ORDER BY d.id`
    return (yield* Effect.forEach(rows, decodeDecision)).map(toDecision)
  })

  /** The catalogs whose suggestions a step concerns: it decided on what was sampled, or made suggestions of relations again. */
  const pairsOfSamples = Effect.fnUntraced(function* (step: number) {
    const rows = yield* sql`SELECT DISTINCT ${sql.literal(pairColumns.sql)} FROM crosswalk_decision AS p
      WHERE p.chosen = 'sample' AND p.from_catalog IS NOT NULL AND p.to_catalog IS NOT NULL AND (
        p.sources || p.targets IN (SELECT d.sources || d.targets FROM crosswalk_decision AS d WHERE d.step = ${step})
        OR EXISTS (SELECT 1 FROM crosswalk_decision AS d
          JOIN crosswalk_reference AS s ON s.uri = d.sources ->> '$[0]'
          JOIN crosswalk_reference AS t ON t.uri = d.targets ->> '$[0]'
          WHERE d.step = ${step} AND d.after ->> '$.status' = 'suggested'
            AND s.catalog = p.from_catalog AND t.catalog = p.to_catalog))`
    return yield* Effect.forEach(rows, decodePair)
  })

  return { write, ofStep, undoable, log, ofSamples, pairsOfSamples }
})
