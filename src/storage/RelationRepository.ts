import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { orInstanceOf } from "../domain/Input.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { Relation, type RelationType } from "../domain/Relation.ts"
import { type RelationEnds, setText, targetsText } from "../domain/RelationEnds.ts"
import { RelationDirection } from "../domain/RelationDirection.ts"
import { RelationFilter } from "../domain/RelationFilter.ts"
import { complete, RelationInput } from "../domain/RelationInput.ts"
import { RelationPage, RelationPageOptions } from "../domain/RelationPage.ts"
import { RelationKey } from "../domain/RelationKey.ts"
import type { SaveManyOptions } from "../domain/SaveManyOptions.ts"
import type { SuggestionScope } from "../domain/SuggestionScope.ts"
import { NonBlankText } from "../domain/Text.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as Columns from "./Columns.ts"
import * as Cursor from "./Cursor.ts"
import * as Hindrance from "./Hindrance.ts"
import * as Migrations from "./Migrations.ts"
import * as Once from "./Once.ts"
import { operation, optional, streamOperation } from "./Operation.ts"
import * as PinRows from "./PinRows.ts"
import * as RelationBulk from "./RelationBulk.ts"
import { conditions, has } from "./RelationFilterSql.ts"
import * as RelationKeys from "./RelationKeys.ts"
import * as RelationRow from "./RelationRow.ts"
import * as Snapshot from "./Snapshot.ts"

/** A relation's place in the order in which they were first saved. */
const Places = Cursor.make(Schema.Struct({ id: Schema.Natural }))

/** How many relations are read at once by a stream. */
const pageSize = 500

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = Columns.decoder(RelationRow.columns, RelationRow.RelationRow, "RelationRepository")
  const toRelation = (row: Readonly<Record<string, unknown>>) => Effect.map(decode(row), RelationRow.toRelation)
  const snapshot = yield* Snapshot.make
  const from = sql.literal(RelationRow.from)
  const bulk = yield* RelationBulk.make
  const once = yield* Once.make
  const repeatable = ServerWrites.repeatable(sql)
  const keys = yield* RelationKeys.make
  const pins = yield* PinRows.make
  const columns = sql.literal(`${RelationRow.columns.sql} FROM ${RelationRow.from}`)

  const save = operation("RelationRepository.save", { input: orInstanceOf(RelationInput, Relation) })(function* ({
    input
  }) {
    const row = complete(input)
    const [found = {}] = yield* repeatable(
      sql.withTransaction(
        Effect.gen(function* () {
          yield* bulk.writeAll([[row]], "nothing")
          return yield* sql`SELECT ${columns} WHERE ${yield* isThat(row)}`
        })
      )
    )
    return yield* toRelation(found)
  })

  /** The condition that tells one relation from all others. */
  const isThat = Effect.fnUntraced(function* ({ type, ...ends }: RelationEnds & { readonly type: RelationType }) {
    const stored = (yield* keys.lookUp([ends]))(ends)
    return "key" in stored ? sql`x.key = ${stored.key} AND x.type = ${type}` : sql.literal("false")
  })

  const find = operation("RelationRepository.find", { uri: NonBlankText, direction: RelationDirection })(function* ({
    direction,
    uri
  }) {
    const [own, other] = direction === "outgoing" ? (["source", "target"] as const) : (["target", "source"] as const)
    const rows = yield* sql`SELECT ${columns} WHERE ${has(sql, own, uri)}
      ORDER BY ${sql.literal(`${RelationRow.firstOf(other, "r.natural")}, ${RelationRow.firstOf(other, "r.uri")}`)},
        x.type, x.key`
    return yield* Effect.forEach(rows, toRelation)
  })

  const remove = operation("RelationRepository.remove", { relation: RelationKey })(function* ({ relation }) {
    const removed = yield* once(
      Effect.gen(function* () {
        const left = sql`SELECT x.id FROM ${from} WHERE ${yield* isThat(relation)}`
        const rows = yield* sql`DELETE FROM crosswalk_relation WHERE id IN (${left}) RETURNING id`
        yield* Hindrance.requireAll(sql, "crosswalk_relation", { rows: rows.length, most: 1, left })
        return rows.length + (rows.length === 0 ? yield* pins.removeOrphan(relation) : 0)
      }).pipe(Hindrance.named(sql))
    )
    if (removed === 0) {
      const uri = `${setText(relation.sources)} ${relation.type} ${targetsText(relation)}`
      return yield* new NotFoundError({ uri, entity: "relation" })
    }
  })

  const page = (after: number, limit: number, filter: RelationFilter | undefined) =>
    sql<{ readonly id: number }>`
      SELECT x.id, ${columns} WHERE x.id > ${after} AND ${conditions(sql, filter)} ORDER BY x.id LIMIT ${limit}`

  const findAll = streamOperation("RelationRepository.findAll", { filter: optional(RelationFilter) })(({ filter }) =>
    snapshot.stream(
      Stream.paginate(0, (after) =>
        Effect.gen(function* () {
          const rows = yield* page(after, pageSize, filter)
          const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
          return [yield* Effect.forEach(rows, toRelation), Option.fromUndefinedOr(last)] as const
        })
      )
    )
  )

  const findPage = operation("RelationRepository.findPage", { options: optional(RelationPageOptions) })(function* ({
    options: { after, filter, limit = 100 } = {}
  }) {
    const place = yield* Places.fromCursor(after, { id: 0 })
    const { last, page: rows } = Cursor.cut(yield* page(place.id, limit + 1, filter), limit)
    return new RelationPage({
      relations: yield* Effect.forEach(rows, toRelation),
      ...(last !== undefined && { next: Places.toCursor(last) })
    })
  })

  const count = operation("RelationRepository.count", { filter: optional(RelationFilter) })(function* ({ filter }) {
    const [row] = yield* sql<{ readonly n: number }>`
      SELECT count(*) AS n FROM ${from} WHERE ${conditions(sql, filter)}`
    return row?.n ?? 0
  })

  return {
    save,
    find,
    remove,
    findAll,
    findPage,
    count,
    saveMany: bulk.saveMany,
    replaceSuggestions: bulk.replaceSuggestions
  }
})

/** Typed, directed relations between sets of stored references. */
export class RelationRepository extends Context.Service<
  RelationRepository,
  {
    /**
     * Creates the relation, or updates the one of the same sources, targets and type. Saving the same again changes nothing.
     * Fails with NotFoundError where an end is not stored, or the catalog that has no counterpart.
     */
    readonly save: (input: RelationInput) => Effect.Effect<Relation, ValidationError | NotFoundError | DatabaseError>
    /**
     * The relations that a reference is a source of (`outgoing`) or a target (`incoming`), by the other end's URI, then
     * type; none where the reference is not stored.
     */
    readonly find: (
      uri: string,
      direction: RelationDirection
    ) => Effect.Effect<ReadonlyArray<Relation>, ValidationError | DatabaseError>
    /**
     * Saves many in one transaction: all or none. Fails with NotFoundError for the first end that is not stored; of several
     * with the same ends and type the last is kept.
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
    /** A page of them, in the same order. */
    readonly findPage: (options?: RelationPageOptions) => Effect.Effect<RelationPage, ValidationError | DatabaseError>
    /** How many relations pass the filter. */
    readonly count: (filter?: RelationFilter) => Effect.Effect<number, ValidationError | DatabaseError>
    /**
     * Removes one relation, or what is kept of one whose references are gone; fails with NotFoundError where there is neither.
     */
    readonly remove: (relation: RelationKey) => Effect.Effect<void, ValidationError | NotFoundError | DatabaseError>
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
