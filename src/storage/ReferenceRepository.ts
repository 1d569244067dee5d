import { Clock, Context, Effect, Layer, Option, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { Boilerplate } from "../domain/Boilerplate.ts"
import { Catalog } from "../domain/Catalog.ts"
import { ConflictError } from "../domain/ConflictError.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Filter } from "../domain/Filter.ts"
import { ScoredReference } from "../domain/ScoredReference.ts"
import { type Reference, ReferenceInput } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeEach, decodeFilter, decodeInput, decodeLimit, decodeQuery, decodeRow } from "./Decoding.ts"
import { conditions } from "./FilterSql.ts"
import * as KeywordLeg from "./KeywordLeg.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import { type RelationDirection, type RelationInput, RelationRepository } from "./RelationRepository.ts"

/** What saving did, in numbers of references. */
export interface SaveTotals {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
}

/** Which references to return, and how many at the most. */
export interface FindOptions {
  /** A whole number from 0 up; 10 unless told. */
  readonly limit?: number | undefined
  readonly filter?: Filter | undefined
}

/**
 * How many references one transaction writes. A local statement holds the event loop, and with it every fiber; 32
 * references take some 40 ms.
 */
const transactionSize = 32

/** How many references are read at once by a stream. */
const pageSize = 500

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const texts = yield* CatalogTexts.make
  const relations = yield* RelationRepository
  const keyword = yield* KeywordLeg.make
  const decodeMany = decodeEach(ReferenceInput, "references")
  const decodeOne = decodeInput(ReferenceInput, "reference")
  const decodeRelations = decodeRow(ReferenceRow.ReferenceRow, "ReferenceRepository")
  const columns = sql.literal(ReferenceRow.columns)

  const toReference = (row: unknown) => Effect.map(decodeRelations(row), ReferenceRow.toReference)

  /** Which of these rows differ from what is stored, and how many of them are new. */
  const changed = Effect.fnUntraced(function* (rows: ReadonlyArray<ReferenceRow.StoredRow>) {
    const stored = yield* sql<{ readonly uri: string; readonly content_hash: string; readonly text_hash: string }>`
      SELECT uri, content_hash, text_hash FROM crosswalk_reference
      WHERE uri IN (SELECT value FROM json_each(${JSON.stringify(rows.map((row) => row.uri))}))`
    const byUri = new Map(stored.map((row) => [row.uri, row]))
    return {
      rows: rows.filter((row) => {
        const known = byUri.get(row.uri)
        return known?.content_hash !== row.contentHash || known.text_hash !== row.textHash
      }),
      created: rows.filter((row) => !byUri.has(row.uri)).length
    }
  })

  /** Writes rows of distinct uris; inside a transaction. */
  const upsert = Effect.fnUntraced(function* (distinct: ReadonlyArray<ReferenceRow.StoredRow>) {
    const { rows, created } = yield* changed(distinct)
    const now = yield* Clock.currentTimeMillis
    const json = JSON.stringify(rows)
    yield* sql`
      INSERT OR IGNORE INTO crosswalk_catalog (id, created_at)
      SELECT DISTINCT value ->> '$.catalog', ${now} FROM json_each(${json}) WHERE value ->> '$.catalog' IS NOT NULL`
    yield* sql`
      INSERT INTO crosswalk_reference
        (uri, title, entity_type, description, tags, metadata, catalog, content_hash, text_hash, created_at, updated_at)
      SELECT value ->> '$.uri', value ->> '$.title', value ->> '$.entityType', value ->> '$.description',
        value ->> '$.tags', value ->> '$.metadata', value ->> '$.catalog', value ->> '$.contentHash',
        value ->> '$.textHash', ${now}, ${now}
      FROM json_each(${json}) WHERE true
      ON CONFLICT (uri) DO UPDATE SET
        title = excluded.title, entity_type = excluded.entity_type, description = excluded.description,
        tags = excluded.tags, metadata = excluded.metadata, catalog = excluded.catalog,
        content_hash = excluded.content_hash, text_hash = excluded.text_hash,
        updated_at = CASE content_hash WHEN excluded.content_hash THEN updated_at ELSE excluded.updated_at END`
    return { created, updated: rows.length - created, unchanged: distinct.length - rows.length }
  })

  /** Writes in one transaction what differs, if anything does; the last of several rows with one uri wins. */
  const write = Effect.fnUntraced(function* (rows: ReadonlyArray<ReferenceRow.StoredRow>) {
    const distinct = [...new Map(rows.map((row) => [row.uri, row])).values()]
    const before = yield* changed(distinct)
    if (before.rows.length === 0) return { created: 0, updated: 0, unchanged: distinct.length }
    return yield* sql.withTransaction(upsert(distinct))
  })

  const save = Effect.fn("ReferenceRepository.save")(
    function* (input: ReferenceInput) {
      const decoded = yield* decodeOne(input)
      const row = ReferenceRow.toRow(decoded, yield* texts.reader)
      const stored = sql`SELECT ${columns}, r.content_hash, r.text_hash FROM crosswalk_reference AS r WHERE r.uri = ${row.uri}`
      const [before] = yield* stored
      if (before?.content_hash === row.contentHash && before.text_hash === row.textHash)
        return yield* toReference(before)
      // Read inside the transaction: a replica that took the write may not have it yet.
      const [after] = yield* sql.withTransaction(Effect.andThen(upsert([row]), stored))
      return yield* toReference(after)
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.save")(error)))
  )

  const saveMany = Effect.fn("ReferenceRepository.saveMany")(
    function* (inputs: ReadonlyArray<ReferenceInput>) {
      const decoded = yield* decodeMany(inputs)
      const totals = { created: 0, updated: 0, unchanged: 0 }
      const textOf = yield* texts.reader
      for (let start = 0; start < decoded.length; start += transactionSize) {
        const rows = decoded.slice(start, start + transactionSize).map((input) => ReferenceRow.toRow(input, textOf))
        const written = yield* write(rows)
        totals.created += written.created
        totals.updated += written.updated
        totals.unchanged += written.unchanged
      }
      return totals
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.saveMany")(error)))
  )

  const learnBoilerplate = Effect.fn("ReferenceRepository.learnBoilerplate")(
    (catalog: string, options?: { readonly refresh?: boolean | undefined }) =>
      texts.learn(catalog, options?.refresh ?? false),
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.learnBoilerplate")(error)))
  )

  const findMany = Effect.fn("ReferenceRepository.findMany")(
    function* (uris: ReadonlyArray<string>) {
      const found = new Map<string, Reference>()
      for (let start = 0; start < uris.length; start += pageSize) {
        const rows = yield* sql`
        SELECT ${columns} FROM crosswalk_reference AS r
        WHERE r.uri IN (SELECT value FROM json_each(${JSON.stringify(uris.slice(start, start + pageSize))}))`
        for (const reference of yield* Effect.forEach(rows, toReference)) found.set(reference.uri, reference)
      }
      return found
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.findMany")(error)))
  )

  const find = Effect.fn("ReferenceRepository.find")(
    function* (uri: string) {
      const rows = yield* sql`SELECT ${columns} FROM crosswalk_reference AS r WHERE r.uri = ${uri}`
      const row = rows[0]
      return row === undefined ? Option.none<Reference>() : Option.some(yield* toReference(row))
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.find")(error)))
  )

  const findAll = (filter?: Filter): Stream.Stream<Reference, DatabaseError> =>
    Stream.paginate("", (after) =>
      Effect.gen(function* () {
        const rows = yield* sql<{ readonly uri: string }>`
          SELECT ${columns} FROM crosswalk_reference AS r
          WHERE r.uri > ${after} AND ${conditions(sql, filter)} ORDER BY r.uri LIMIT ${pageSize}`
        const page = yield* Effect.forEach(rows, toReference)
        const last = rows.length < pageSize ? undefined : rows.at(-1)?.uri
        return [page, Option.fromUndefinedOr(last)] as const
      }).pipe(
        Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.findAll")(error))),
        Effect.withSpan("ReferenceRepository.findAll")
      )
    )

  const search = Effect.fn("ReferenceRepository.search")(
    function* (query: string, options?: FindOptions) {
      const limit = yield* decodeLimit(options?.limit ?? 10)
      const filter = yield* decodeFilter(options?.filter)
      const { matches } = yield* keyword.rank(yield* decodeQuery("query", query), limit, filter)
      const found = yield* findMany(matches.map(({ uri }) => uri))
      return matches.flatMap(({ uri, score }) => {
        const reference = found.get(uri)
        return reference === undefined ? [] : [new ScoredReference({ reference, score })]
      })
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.search")(error)))
  )

  const remove = Effect.fn("ReferenceRepository.remove")(
    function* (uri: string, options?: { readonly force?: boolean | undefined }) {
      yield* sql.withTransaction(
        Effect.gen(function* () {
          const rows = yield* sql<{ readonly id: number }>`SELECT id FROM crosswalk_reference WHERE uri = ${uri}`
          const id = rows[0]?.id
          if (id === undefined) return yield* new NotFoundError({ uri, entity: "reference" })
          if (options?.force !== true) {
            const [decided] = yield* sql<{ readonly count: number }>`
          SELECT count(*) AS count FROM crosswalk_relation
          WHERE (source_id = ${id} OR target_id = ${id}) AND status <> 'suggested'`
            if (decided !== undefined && decided.count > 0) {
              return yield* new ConflictError({
                uri,
                problem:
                  `relations that a person decided on would be lost with it (${decided.count}). ` +
                  `Remove them first, or force it (option force, --force)`
              })
            }
          }
          yield* sql`DELETE FROM crosswalk_reference WHERE id = ${id}`
        })
      )
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.remove")(error)))
  )

  const catalogs = Effect.gen(function* () {
    const rows = yield* sql<{ readonly id: string; readonly total: number; readonly embedded: number }>`
      SELECT r.catalog AS id, count(*) AS total, count(e.reference_id) AS embedded
      FROM crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id
      WHERE r.catalog IS NOT NULL GROUP BY r.catalog ORDER BY r.catalog`
    return rows.map(({ id, total, embedded }) => new Catalog({ id, references: total, embedded }))
  }).pipe(
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.catalogs")(error))),
    Effect.withSpan("ReferenceRepository.catalogs")
  )

  const count = Effect.fn("ReferenceRepository.count")(
    function* (filter?: Filter) {
      const [row] = yield* sql<{ readonly count: number }>`
      SELECT count(*) AS count FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)}`
      return row?.count ?? 0
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("ReferenceRepository.count")(error)))
  )

  return {
    save,
    saveMany,
    learnBoilerplate,
    find,
    findMany,
    findAll,
    search,
    remove,
    catalogs,
    count,
    addImplementation: relations.save,
    findImplementations: relations.find
  }
})

/**
 * Stores references and finds them by URI and by keyword.
 *
 * @example
 * import { Effect } from "effect"
 * import { ReferenceRepository } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const references = yield* ReferenceRepository
 *   yield* references.save({ uri: "company:REQ-1", title: "Password storage", entityType: "requirement" })
 *   return yield* references.search("passwords")
 * })
 */
export class ReferenceRepository extends Context.Service<
  ReferenceRepository,
  {
    /**
     * Creates the reference, or updates the one with this uri: `createdAt` stays, `updatedAt` moves. Saving the same again
     * changes nothing. Its vector goes when the text it was made from changes.
     */
    readonly save: (input: ReferenceInput) => Effect.Effect<Reference, ValidationError | DatabaseError>
    /**
     * Saves many, in transactions of 32. All are validated before the first is written; of several with one uri the last
     * is kept.
     */
    readonly saveMany: (
      inputs: ReadonlyArray<ReferenceInput>
    ) => Effect.Effect<SaveTotals, ValidationError | DatabaseError>
    /**
     * Learns what the texts of a catalog repeat, so that it is left out of what is embedded, and keeps it: the next call
     * changes nothing unless it is to `refresh`. For imports, after the references are saved and before they are embedded.
     */
    readonly learnBoilerplate: (
      catalog: string,
      options?: { readonly refresh?: boolean | undefined }
    ) => Effect.Effect<Boilerplate, DatabaseError>
    readonly find: (uri: string) => Effect.Effect<Option.Option<Reference>, DatabaseError>
    /** Those of these uris that are stored, by their uri. */
    readonly findMany: (uris: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, Reference>, DatabaseError>
    /** All that pass the filter, ordered by uri, read in pages of 500. */
    readonly findAll: (filter?: Filter) => Stream.Stream<Reference, DatabaseError>
    /**
     * Those that have a word of the query in title or description, best first: score −BM25, then uri. `passw*` stands for
     * all words that begin so. Any text is a valid query but a blank one; one without words finds nothing.
     */
    readonly search: (
      query: string,
      options?: FindOptions
    ) => Effect.Effect<ReadonlyArray<ScoredReference>, ValidationError | DatabaseError>
    /**
     * Removes a reference with its vector and relations. Fails with ConflictError where a relation that a person decided
     * on would be lost, unless forced.
     */
    readonly remove: (
      uri: string,
      options?: { readonly force?: boolean | undefined }
    ) => Effect.Effect<void, NotFoundError | ConflictError | DatabaseError>
    /** How many references pass the filter. */
    readonly count: (filter?: Filter) => Effect.Effect<number, DatabaseError>
    /** Every catalog that has a reference, by its identifier. */
    readonly catalogs: Effect.Effect<ReadonlyArray<Catalog>, DatabaseError>
    /** Records how one stored reference stands to another: {@link RelationRepository}'s `save`. */
    readonly addImplementation: (
      input: RelationInput
    ) => Effect.Effect<Relation, ValidationError | NotFoundError | DatabaseError>
    /** The relations that start from (`outgoing`) or point to (`incoming`) a reference. */
    readonly findImplementations: (
      uri: string,
      direction: RelationDirection
    ) => Effect.Effect<ReadonlyArray<Relation>, DatabaseError>
  }
>()("crosswalk/ReferenceRepository") {
  /** On any libSQL `SqlClient`; brings the tables up to date first. */
  static readonly layer: Layer.Layer<ReferenceRepository, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(RelationRepository.layer))
}
