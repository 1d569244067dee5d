import { Clock, Context, Effect, Layer, Option, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { orInstanceOf } from "../domain/Input.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { Relation, RelationType } from "../domain/Relation.ts"
import { RelationDirection } from "../domain/RelationDirection.ts"
import { RelationFilter } from "../domain/RelationFilter.ts"
import { complete, RelationInput } from "../domain/RelationInput.ts"
import type { SaveManyOptions } from "../domain/SaveManyOptions.ts"
import type { SuggestionScope } from "../domain/SuggestionScope.ts"
import { NonBlankText } from "../domain/Text.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as Columns from "./Columns.ts"
import * as Migrations from "./Migrations.ts"
import { operation, optional, streamOperation } from "./Operation.ts"
import * as RelationBulk from "./RelationBulk.ts"
import { conditions } from "./RelationFilterSql.ts"
import * as RelationRow from "./RelationRow.ts"
import * as Snapshot from "./Snapshot.ts"

/** How many relations are read at once by a stream. */
const pageSize = 500

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = Columns.decoder(RelationRow.columns, RelationRow.RelationRow, "RelationRepository")
  const toRelation = (row: Readonly<Record<string, unknown>>) => Effect.map(decode(row), RelationRow.toRelation)
  const snapshot = yield* Snapshot.make
  const from = sql.literal(RelationRow.from)
  const columns = sql.literal(`${RelationRow.columns.sql} FROM ${RelationRow.from}`)

  const save = operation("RelationRepository.save", { input: orInstanceOf(RelationInput, Relation) })(function* ({
    input
  }) {
    const { confidence, needsReview, provenance, source, status, target, type } = complete(input)
    const now = yield* Clock.currentTimeMillis
    const store = Effect.gen(function* () {
      const idOf = (uri: string) =>
        Effect.flatMap(
          sql<{ readonly id: number }>`SELECT id FROM crosswalk_reference WHERE uri = ${uri}`,
          ([found]) =>
            found === undefined
              ? Effect.fail(new NotFoundError({ uri, entity: "reference" }))
              : Effect.succeed(found.id)
        )
      const sourceId = yield* idOf(source)
      const targetId = yield* idOf(target)
      yield* sql`
        INSERT INTO crosswalk_relation
          (source_id, target_id, type, confidence, status, needs_review, provenance, created_at, updated_at)
        VALUES (${sourceId}, ${targetId}, ${type}, ${confidence}, ${status}, ${needsReview}, ${JSON.stringify(provenance)},
          ${now}, ${now})
        ON CONFLICT (source_id, target_id, type) DO UPDATE SET
          confidence = excluded.confidence, status = excluded.status, provenance = excluded.provenance,
          needs_review = excluded.needs_review, updated_at = excluded.updated_at
        WHERE confidence <> excluded.confidence OR status <> excluded.status OR provenance <> excluded.provenance
          OR needs_review <> excluded.needs_review`
      return yield* sql`
        SELECT ${columns} WHERE x.source_id = ${sourceId} AND x.target_id = ${targetId} AND x.type = ${type}`
    })
    const [row = {}] = yield* sql.withTransaction(store)
    return yield* toRelation(row)
  })

  const find = operation("RelationRepository.find", { uri: NonBlankText, direction: RelationDirection })(function* ({
    direction,
    uri
  }) {
    const rows = yield* direction === "outgoing"
      ? sql`SELECT ${columns} WHERE s.uri = ${uri} ORDER BY t.natural, t.uri, x.type`
      : sql`SELECT ${columns} WHERE t.uri = ${uri} ORDER BY s.natural, s.uri, x.type`
    return yield* Effect.forEach(rows, toRelation)
  })

  const remove = operation("RelationRepository.remove", {
    source: NonBlankText,
    target: NonBlankText,
    type: RelationType
  })(function* ({ source, target, type }) {
    const removed = yield* sql`
      DELETE FROM crosswalk_relation WHERE type = ${type}
        AND source_id = (SELECT id FROM crosswalk_reference WHERE uri = ${source})
        AND target_id = (SELECT id FROM crosswalk_reference WHERE uri = ${target})
      RETURNING id`
    if (removed.length === 0) {
      return yield* new NotFoundError({ uri: `${source} ${type} ${target}`, entity: "relation" })
    }
  })

  const findAll = streamOperation("RelationRepository.findAll", { filter: optional(RelationFilter) })(({ filter }) =>
    snapshot.stream(
      Stream.paginate(0, (after) =>
        Effect.gen(function* () {
          const rows = yield* sql<{ readonly id: number }>`
          SELECT x.id, ${columns} WHERE x.id > ${after} AND ${conditions(sql, filter)} ORDER BY x.id LIMIT ${pageSize}`
          const page = yield* Effect.forEach(rows, toRelation)
          const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
          return [page, Option.fromUndefinedOr(last)] as const
        })
      )
    )
  )

  const count = operation("RelationRepository.count", { filter: optional(RelationFilter) })(function* ({ filter }) {
    const [row] = yield* sql<{ readonly n: number }>`
      SELECT count(*) AS n FROM ${from} WHERE ${conditions(sql, filter)}`
    return row?.n ?? 0
  })

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
    readonly find: (
      uri: string,
      direction: RelationDirection
    ) => Effect.Effect<ReadonlyArray<Relation>, ValidationError | DatabaseError>
    /**
     * Saves many in one transaction: all or none. Fails with NotFoundError for the first end that is not stored; of several
     * with one source, target and type the last is kept.
     */
    readonly saveMany: (
      inputs: ReadonlyArray<RelationInput>,
      options?: SaveManyOptions
    ) => Effect.Effect<RelationBulk.RelationTotals, ValidationError | NotFoundError | DatabaseError>
    /**
     * Puts new suggestions in the place of the earlier ones of the same scope, in one transaction. What a person decided
     * stays as it is, and a pair that was decided on is not suggested again, whatever its type; so do relations from an import.
     */
    readonly replaceSuggestions: (
      scope: SuggestionScope,
      inputs: ReadonlyArray<RelationInput>
    ) => Effect.Effect<RelationBulk.ReplaceTotals, ValidationError | NotFoundError | DatabaseError>
    /** All that pass the filter, in the order in which they were first saved, read in pages of 500. */
    readonly findAll: (filter?: RelationFilter) => Stream.Stream<Relation, ValidationError | DatabaseError>
    /** How many relations pass the filter. */
    readonly count: (filter?: RelationFilter) => Effect.Effect<number, ValidationError | DatabaseError>
    /** Removes one relation; fails with NotFoundError where there is none. */
    readonly remove: (
      source: string,
      target: string,
      type: RelationType
    ) => Effect.Effect<void, ValidationError | NotFoundError | DatabaseError>
  }
>()("crosswalk/RelationRepository") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<RelationRepository, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<RelationRepository, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps
}
