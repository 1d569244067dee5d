import { Clock, Context, Effect, Layer, Option, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Relation, RelationType } from "../domain/Relation.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput, decodeRow } from "./Decoding.ts"
import * as Migrations from "./Migrations.ts"
import * as RelationBulk from "./RelationBulk.ts"
import { conditions, joined, type RelationFilter } from "./RelationFilter.ts"
import { complete, RelationInput } from "./RelationInput.ts"
import { RelationRow, toRelation } from "./RelationRow.ts"

export type { RelationFilter } from "./RelationFilter.ts"
export { RelationInput } from "./RelationInput.ts"

/** Which end of a relation a reference is: `outgoing`, its source; `incoming`, its target. */
export type RelationDirection = "outgoing" | "incoming"

/** How many relations are read at once by a stream. */
const pageSize = 500

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = decodeInput(RelationInput, "relation")
  const decodeRelation = decodeRow(RelationRow, "RelationRepository.find")
  const columns = sql.literal(
    "s.uri AS source, t.uri AS target, x.type, x.confidence, x.status, x.needs_review, x.provenance, x.created_at, " +
      `x.updated_at FROM ${joined}`
  )

  const save = Effect.fn("RelationRepository.save")(function* (input: RelationInput) {
    const { confidence, provenance, source, status, target, type } = complete(yield* decode(input))
    const now = yield* Clock.currentTimeMillis
    const store = Effect.gen(function* () {
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
    const [row] = yield* sql
      .withTransaction(store)
      .pipe(Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.save")(error))))
    return toRelation(yield* decodeRelation(row))
  })

  const find = Effect.fn("RelationRepository.find")(
    function* (uri: string, direction: RelationDirection) {
      const rows = yield* direction === "outgoing"
        ? sql`SELECT ${columns} WHERE s.uri = ${uri} ORDER BY t.uri, x.type`
        : sql`SELECT ${columns} WHERE t.uri = ${uri} ORDER BY s.uri, x.type`
      return yield* Effect.forEach(rows, (row) => Effect.map(decodeRelation(row), toRelation))
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.find")(error)))
  )

  const remove = Effect.fn("RelationRepository.remove")(
    function* (source: string, target: string, type: RelationType) {
      const removed = yield* sql`
      DELETE FROM crosswalk_relation WHERE type = ${type}
        AND source_id = (SELECT id FROM crosswalk_reference WHERE uri = ${source})
        AND target_id = (SELECT id FROM crosswalk_reference WHERE uri = ${target})
      RETURNING id`
      if (removed.length === 0) {
        return yield* new NotFoundError({ uri: `${source} ${type} ${target}`, entity: "relation" })
      }
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.remove")(error)))
  )

  const findAll = (filter?: RelationFilter): Stream.Stream<Relation, DatabaseError> =>
    Stream.paginate(0, (after) =>
      Effect.gen(function* () {
        const rows = yield* sql<{ readonly id: number }>`
          SELECT x.id, ${columns} WHERE x.id > ${after} AND ${conditions(sql, filter)} ORDER BY x.id LIMIT ${pageSize}`
        const page = yield* Effect.forEach(rows, (row) => Effect.map(decodeRelation(row), toRelation))
        const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
        return [page, Option.fromUndefinedOr(last)] as const
      }).pipe(
        Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.findAll")(error))),
        Effect.withSpan("RelationRepository.findAll")
      )
    )

  const count = Effect.fn("RelationRepository.count")(
    function* (filter?: RelationFilter) {
      const [row] = yield* sql<{ readonly n: number }>`
      SELECT count(*) AS n FROM ${sql.literal(joined)} WHERE ${conditions(sql, filter)}`
      return row?.n ?? 0
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("RelationRepository.count")(error)))
  )

  return { save, find, remove, findAll, count, ...(yield* RelationBulk.make) }
})

/** Typed, directed edges between stored references. */
export class RelationRepository extends Context.Service<
  RelationRepository,
  {
    /**
     * Creates the relation, or updates the one of the same source, target and type. Saving the same again changes nothing.
     * Fails with NotFoundError where an end is not stored.
     */
    readonly save: (input: RelationInput) => Effect.Effect<Relation, ValidationError | NotFoundError | DatabaseError>
    /** The relations of a reference, by the other end's URI, then type; none where the reference is not stored. */
    readonly find: (uri: string, direction: RelationDirection) => Effect.Effect<ReadonlyArray<Relation>, DatabaseError>
    /**
     * Saves many in one transaction: all or none. Fails with NotFoundError for the first end that is not stored; of several
     * with one source, target and type the last is kept.
     */
    readonly saveMany: (
      inputs: ReadonlyArray<RelationInput>,
      options?: RelationBulk.SaveManyOptions
    ) => Effect.Effect<RelationBulk.RelationTotals, ValidationError | NotFoundError | DatabaseError>
    /**
     * Puts new suggestions in the place of the earlier ones of the same scope, in one transaction. What a person decided
     * stays as it is, and a pair that was decided on is not suggested again, whatever its type; so do relations from an import.
     */
    readonly replaceSuggestions: (
      scope: RelationBulk.SuggestionScope,
      inputs: ReadonlyArray<RelationInput>
    ) => Effect.Effect<RelationBulk.ReplaceTotals, ValidationError | NotFoundError | DatabaseError>
    /** All that pass the filter, in the order in which they were first saved, read in pages of 500. */
    readonly findAll: (filter?: RelationFilter) => Stream.Stream<Relation, DatabaseError>
    /** How many relations pass the filter. */
    readonly count: (filter?: RelationFilter) => Effect.Effect<number, DatabaseError>
    /** Removes one relation; fails with NotFoundError where there is none. */
    readonly remove: (
      source: string,
      target: string,
      type: RelationType
    ) => Effect.Effect<void, NotFoundError | DatabaseError>
  }
>()("crosswalk/RelationRepository") {
  /** On any libSQL `SqlClient`; brings the tables up to date first. */
  static readonly layer: Layer.Layer<RelationRepository, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(Migrations.layer))
}
