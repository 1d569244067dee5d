import { Clock, Context, DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type DatabaseError, NotFoundError, type ValidationError } from "../domain/errors.ts"
import { Confidence, Provenance, Relation, RelationStatus, RelationType } from "../domain/Relation.ts"
import { NonBlankText } from "../domain/Text.ts"
import { toDatabaseError } from "./DatabaseErrors.ts"
import { decodeInput, decodeRow } from "./Decoding.ts"
import * as Migrations from "./Migrations.ts"

/** What a caller gives to save a relation between two stored references. */
export const RelationInput = Schema.Struct({
  /** The URI it starts from. */
  source: NonBlankText,
  /** The URI it points to. */
  target: NonBlankText,
  /** `implements` unless told. */
  type: Schema.optional(RelationType),
  /** 0–1; 1 unless told. */
  confidence: Schema.optional(Confidence),
  /** `accepted` unless told. */
  status: Schema.optional(RelationStatus),
  /** `{ method: "manual" }` unless told. */
  provenance: Schema.optional(Provenance)
})
export type RelationInput = typeof RelationInput.Type

/** Which end of a relation a reference is: `outgoing`, its source; `incoming`, its target. */
export type Direction = "outgoing" | "incoming"

const RelationRow = Schema.Struct({
  source: Schema.String,
  target: Schema.String,
  type: RelationType,
  confidence: Schema.Finite,
  status: RelationStatus,
  needs_review: Schema.Int,
  provenance: Schema.fromJsonString(Provenance),
  created_at: Schema.Int,
  updated_at: Schema.Int
})

const toRelation = (row: typeof RelationRow.Type): Relation =>
  new Relation({
    source: row.source,
    target: row.target,
    type: row.type,
    confidence: row.confidence,
    status: row.status,
    needsReview: row.needs_review !== 0,
    provenance: row.provenance,
    createdAt: DateTime.makeUnsafe(row.created_at),
    updatedAt: DateTime.makeUnsafe(row.updated_at)
  })

const make = Effect.gen(function*() {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = decodeInput(RelationInput, "relation")
  const decodeRelation = decodeRow(RelationRow, "RelationRepository.find")
  const columns = sql.literal(
    "s.uri AS source, t.uri AS target, x.type, x.confidence, x.status, x.needs_review, x.provenance, x.created_at, " +
      "x.updated_at FROM crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id " +
      "JOIN crosswalk_reference AS t ON t.id = x.target_id"
  )

  const save = Effect.fn("RelationRepository.save")(function*(input: RelationInput) {
    const { source, target, type = "implements", ...rest } = yield* decode(input)
    const { confidence = 1, status = "accepted", provenance = { method: "manual" } } = rest
    const now = yield* Clock.currentTimeMillis
    const store = Effect.gen(function*() {
      const ends = yield* sql<{ readonly id: number; readonly uri: string }>`
        SELECT id, uri FROM crosswalk_reference WHERE uri IN (${source}, ${target})`
      const idOf = (uri: string) =>
        Effect.fromOption(Option.fromUndefinedOr(ends.find((end) => end.uri === uri)?.id)).pipe(
          Effect.mapError(() => new NotFoundError({ uri, entity: "reference" }))
        )
      const sourceId = yield* idOf(source)
      const targetId = yield* idOf(target)
      yield* sql`
        INSERT INTO crosswalk_relation
          (source_id, target_id, type, confidence, status, provenance, created_at, updated_at)
        VALUES (${sourceId}, ${targetId}, ${type}, ${confidence}, ${status}, ${JSON.stringify(provenance)}, ${now}, ${now})
        ON CONFLICT (source_id, target_id, type) DO UPDATE SET
          confidence = excluded.confidence, status = excluded.status, provenance = excluded.provenance,
          needs_review = 0, updated_at = excluded.updated_at
        WHERE confidence <> excluded.confidence OR status <> excluded.status OR provenance <> excluded.provenance
          OR needs_review <> 0`
      return yield* sql`
        SELECT ${columns} WHERE x.source_id = ${sourceId} AND x.target_id = ${targetId} AND x.type = ${type}`
    })
    const [row] = yield* sql.withTransaction(store).pipe(
      Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.save")(error)))
    )
    return toRelation(yield* decodeRelation(row))
  })

  const find = Effect.fn("RelationRepository.find")(function*(uri: string, direction: Direction) {
    const rows = yield* (direction === "outgoing"
      ? sql`SELECT ${columns} WHERE s.uri = ${uri} ORDER BY t.uri, x.type`
      : sql`SELECT ${columns} WHERE t.uri = ${uri} ORDER BY s.uri, x.type`)
    return yield* Effect.forEach(rows, (row) => Effect.map(decodeRelation(row), toRelation))
  }, Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.find")(error))))

  const remove = Effect.fn("RelationRepository.remove")(function*(source: string, target: string, type: RelationType) {
    const removed = yield* sql`
      DELETE FROM crosswalk_relation WHERE type = ${type}
        AND source_id = (SELECT id FROM crosswalk_reference WHERE uri = ${source})
        AND target_id = (SELECT id FROM crosswalk_reference WHERE uri = ${target})
      RETURNING id`
    if (removed.length === 0) {
      return yield* new NotFoundError({ uri: `${source} ${type} ${target}`, entity: "relation" })
    }
  }, Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.remove")(error))))

  return { save, find, remove }
})

/** Typed, directed edges between stored references. */
export class RelationRepository extends Context.Service<RelationRepository, {
  /**
   * Creates the relation, or updates the one of the same source, target and type. Saving the same again changes nothing.
   * Fails with NotFoundError where an end is not stored.
   */
  readonly save: (input: RelationInput) => Effect.Effect<Relation, ValidationError | NotFoundError | DatabaseError>
  /** The relations of a reference, by the other end's URI, then type; none where the reference is not stored. */
  readonly find: (uri: string, direction: Direction) => Effect.Effect<ReadonlyArray<Relation>, DatabaseError>
  /** Removes one relation; fails with NotFoundError where there is none. */
  readonly remove: (
    source: string,
    target: string,
    type: RelationType
  ) => Effect.Effect<void, NotFoundError | DatabaseError>
}>()("crosswalk/RelationRepository") {
  /** On any libSQL `SqlClient`; brings the tables up to date first. */
  static readonly layer: Layer.Layer<RelationRepository, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(Migrations.layer))
}
