import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { Boilerplate } from "../domain/Boilerplate.ts"
import { Catalog, CatalogId } from "../domain/Catalog.ts"
import { ConflictError } from "../domain/ConflictError.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { Expectation } from "../domain/Expectation.ts"
import { Filter } from "../domain/Filter.ts"
import { FindOptions } from "../domain/FindOptions.ts"
import { decodeEach, orInstanceOf } from "../domain/Input.ts"
import { LearnOptions } from "../domain/LearnOptions.ts"
import * as Natural from "../domain/Natural.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { QueryText } from "../domain/QueryText.ts"
import { Reference, ReferenceInput } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import type { RelationDirection } from "../domain/RelationDirection.ts"
import type { RelationInput } from "../domain/RelationInput.ts"
import { PageOptions, ReferencePage } from "../domain/ReferencePage.ts"
import { PutOptions } from "../domain/PutOptions.ts"
import { RemoveManyOptions, RemoveOptions } from "../domain/RemoveOptions.ts"
import { ResolveOptions } from "../domain/ResolveOptions.ts"
import { ScoredReference } from "../domain/ScoredReference.ts"
import { NonBlankText } from "../domain/Text.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as CatalogLanguages from "./CatalogLanguages.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as Cursor from "./Cursor.ts"
import { conditions } from "./FilterSql.ts"
import * as KeywordLeg from "./legs/KeywordLeg.ts"
import * as Migrations from "./Migrations.ts"
import * as Once from "./Once.ts"
import * as NaturalPages from "./NaturalPages.ts"
import { operation, optional, property, streamOperation } from "./Operation.ts"
import * as RecentReferences from "./RecentReferences.ts"
import * as ReferenceNames from "./ReferenceNames.ts"
import * as ReferenceRemoval from "./ReferenceRemoval.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import { unexpected } from "./ReferenceVersion.ts"
import * as ReferenceWriter from "./ReferenceWriter.ts"
import { RelationRepository } from "./RelationRepository.ts"
import * as Snapshot from "./Snapshot.ts"

/** How many references are read at once. */
const pageSize = 500

const catalogColumns = Columns.make("catalog", { id: "r.catalog" })
const CatalogRow = Schema.Struct({ id: CatalogId, total: Schema.Int, embedded: Schema.Int })

/** So many are removed in a transaction. */
const removedAtOnce = 100

/** About how long a reference is on its way. */
const lengthOf = (input: ReferenceInput): number =>
  input.title.length +
  (input.description?.length ?? 0) +
  (input.metadata === undefined ? 0 : JSON.stringify(input.metadata).length) +
  400

/** A reference as it was put. */
export interface PutReference {
  readonly reference: Reference
  /** There was none under its URI before. */
  readonly isNew: boolean
}

const make = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const size = ServerWrites.sizeOf(client)
  const sql = client.withoutTransforms()
  const texts = yield* CatalogTexts.make
  const relations = yield* RelationRepository
  const keyword = yield* KeywordLeg.make
  const writer = yield* ReferenceWriter.make
  const once = yield* Once.make
  const Input = orInstanceOf(ReferenceInput, Reference)
  const decodeMany = decodeEach(Input, "inputs")
  const snapshot = yield* Snapshot.make
  const recent = yield* RecentReferences.make
  const decode = ReferenceRow.decoder("ReferenceRepository")
  const decodeCatalog = Columns.decoder(catalogColumns, CatalogRow, "ReferenceRepository.catalogs")
  const columns = sql.literal(ReferenceRow.columns.sql)

  const rowsOf = (uri: string) => sql`SELECT ${columns} FROM crosswalk_reference AS r WHERE r.uri = ${uri}`

  const save = operation("ReferenceRepository.save", { input: Input })(function* ({ input }) {
    const row = ReferenceRow.toRow(input, yield* texts.reader)
    const stored = rowsOf(row.uri)
    // What cannot be read is written anew.
    const [before] = yield* Effect.flatMap(stored, Effect.forEach(decode)).pipe(
      Effect.catchTag("DatabaseError", () => Effect.succeed([]))
    )
    if (before?.content_hash === row.contentHash && before.text_hash === row.textHash) {
      return ReferenceRow.toReference(before)
    }
    // Read inside the transaction: a replica that took the write may not have it yet.
    const [after = {}] = yield* writer.repeatable(sql.withTransaction(Effect.andThen(writer.upsert([row]), stored)))
    return ReferenceRow.toReference(yield* decode(after))
  })

  /** What is stored, where it is what is expected; inside a transaction, in which nobody changes it any more. */
  const expected = Effect.fnUntraced(function* (uri: string, expect: Expectation | undefined) {
    yield* sql`DELETE FROM crosswalk_reference WHERE false`
    const [row] = yield* rowsOf(uri)
    const stored =
      row === undefined
        ? undefined
        : yield* decode(row).pipe(
            Effect.map(ReferenceRow.toReference),
            Effect.orElseSucceed(() => "unreadable" as const)
          )
    const conflict = unexpected(uri, stored, expect)
    return conflict === undefined ? stored : yield* conflict
  })

  const put = operation("ReferenceRepository.put", { input: Input, options: optional(PutOptions) })(function* ({
    input,
    options = {}
  }) {
    const row = ReferenceRow.toRow(input, yield* texts.reader)
    return yield* once(
      Effect.gen(function* () {
        const before = yield* expected(row.uri, options.expect)
        yield* writer.upsert([row])
        const [after = {}] = yield* rowsOf(row.uri)
        return { reference: ReferenceRow.toReference(yield* decode(after)), isNew: before === undefined }
      })
    )
  })

  const saveMany = operation("ReferenceRepository.saveMany", { inputs: Schema.Unknown })(function* ({ inputs }) {
    const decoded = yield* decodeMany(inputs)
    const totals = { created: 0, updated: 0, unchanged: 0 }
    const textOf = yield* texts.reader
    for (const inputs of ServerWrites.pieces(decoded, size, lengthOf)) {
      const written = yield* writer.write(inputs.map((input) => ReferenceRow.toRow(input, textOf)))
      totals.created += written.created
      totals.updated += written.updated
      totals.unchanged += written.unchanged
    }
    return totals
  })

  const learnBoilerplate = operation("ReferenceRepository.learnBoilerplate", {
    catalog: NonBlankText,
    options: optional(LearnOptions)
  })(function* ({ catalog, options }) {
    return yield* texts.learn(catalog, options?.refresh ?? false)
  })

  const read = Effect.fnUntraced(function* (uris: ReadonlyArray<string>) {
    const found = new Map<string, Reference>()
    const known = yield* recent
    const unknown = uris.filter((uri) => {
      const reference = known.get(uri)
      if (reference !== undefined) found.set(uri, reference)
      return reference === undefined
    })
    for (let start = 0; start < unknown.length; start += pageSize) {
      const rows = yield* sql`
        SELECT ${columns} FROM crosswalk_reference AS r
        WHERE r.uri IN (SELECT value FROM json_each(${JSON.stringify(unknown.slice(start, start + pageSize))}))`
      for (const row of rows) {
        const reference = ReferenceRow.toReference(yield* decode(row))
        found.set(reference.uri, reference)
        known.add(reference, ReferenceRow.lengthOf(row))
      }
    }
    return found
  })

  const named = yield* ReferenceNames.make(read)

  const resolve = operation("ReferenceRepository.resolve", { text: NonBlankText, options: optional(ResolveOptions) })(
    function* ({ options = {}, text }) {
      return yield* named(text, options)
    }
  )

  const findMany = operation("ReferenceRepository.findMany", { uris: Schema.Array(NonBlankText) })(function* ({
    uris
  }) {
    return yield* uris.length > pageSize ? snapshot.read(read(uris)) : read(uris)
  })

  const find = operation("ReferenceRepository.find", { uri: NonBlankText })(function* ({ uri }) {
    const [row] = yield* rowsOf(uri)
    return row === undefined ? Option.none<Reference>() : Option.some(ReferenceRow.toReference(yield* decode(row)))
  })

  const page = (after: NaturalPages.Place, limit: number, filter: Filter | undefined) =>
    Effect.flatMap(
      sql`
      SELECT ${columns} FROM crosswalk_reference AS r
      WHERE ${NaturalPages.behind(sql, after)} AND ${conditions(sql, filter)}
      ORDER BY ${NaturalPages.order(sql)} LIMIT ${limit}`,
      Effect.forEach(decode)
    )

  const findAll = streamOperation("ReferenceRepository.findAll", { filter: optional(Filter) })(({ filter }) =>
    snapshot.stream(
      Stream.paginate(NaturalPages.start, (after) =>
        Effect.gen(function* () {
          const rows = yield* page(after, pageSize, filter)
          const last = rows.length < pageSize ? undefined : rows.at(-1)
          return [rows.map(ReferenceRow.toReference), Option.fromUndefinedOr(last)] as const
        })
      )
    )
  )

  const findPage = operation("ReferenceRepository.findPage", { options: optional(PageOptions) })(function* ({
    options: { after, filter, limit = 100 } = {}
  }) {
    const place = yield* NaturalPages.fromCursor(after, NaturalPages.start)
    const { last, page: rows } = Cursor.cut(yield* page(place, limit + 1, filter), limit)
    return new ReferencePage({
      references: rows.map(ReferenceRow.toReference),
      ...(last !== undefined && { next: NaturalPages.toCursor(last) })
    })
  })

  const search = operation("ReferenceRepository.search", { query: QueryText, options: optional(FindOptions) })(
    function* ({ options: { filter, limit = 10 } = {}, query }) {
      const { matches } = yield* keyword.rank(query, limit, filter)
      const found = yield* read(matches.map(({ uri }) => uri))
      return matches.flatMap(({ uri, score }) => {
        const reference = found.get(uri)
        return reference === undefined ? [] : [new ScoredReference({ reference, score })]
      })
    }
  )

  const remove = operation("ReferenceRepository.remove", { uri: NonBlankText, options: optional(RemoveOptions) })(
    function* ({ options, uri }) {
      const { kept, removed } = yield* once(
        Effect.gen(function* () {
          if (options?.expect !== undefined) yield* expected(uri, options.expect)
          return yield* ReferenceRemoval.removeMany(sql, [uri], options?.force === true)
        })
      )
      if (kept[0] !== undefined) return yield* kept[0]
      if (removed === 0) return yield* new NotFoundError({ uri, entity: "reference" })
    }
  )

  const removeMany = operation("ReferenceRepository.removeMany", {
    uris: Schema.Array(NonBlankText),
    options: optional(RemoveManyOptions)
  })(function* ({ options, uris }) {
    const removals = yield* Effect.forEach(chunks(uris, removedAtOnce), (some) =>
      once(ReferenceRemoval.removeMany(sql, some, options?.force === true))
    )
    return {
      removed: removals.reduce((sum, { removed }) => sum + removed, 0),
      kept: removals.flatMap(({ kept }) => kept)
    }
  })

  const catalogs = property("ReferenceRepository.catalogs")(
    Effect.gen(function* () {
      const rows = yield* sql`
      SELECT ${sql.literal(catalogColumns.sql)}, count(*) AS total, count(*) - count(*) FILTER (
          WHERE (SELECT count(*) FROM crosswalk_reference) > (SELECT count(*) FROM crosswalk_embedding)
            AND NOT EXISTS (SELECT 1 FROM crosswalk_embedding_model AS m CROSS JOIN crosswalk_embedding AS e
              INDEXED BY crosswalk_embedding_of_model ON e.model_id = m.id AND e.reference_id = r.id)
        ) AS embedded
      FROM crosswalk_reference AS r WHERE r.catalog IS NOT NULL GROUP BY r.catalog`
      return (yield* Effect.forEach(rows, decodeCatalog))
        .map(({ id, total, embedded }) => new Catalog({ id, references: total, embedded }))
        .sort((a, b) => Natural.compare(a.id, b.id))
    })
  )

  const requireCatalog = operation("ReferenceRepository.requireCatalog", { catalog: NonBlankText })(function* ({
    catalog
  }) {
    const rows = yield* sql`SELECT 1 FROM crosswalk_reference WHERE catalog = ${catalog} LIMIT 1`
    if (rows.length === 0) return yield* new NotFoundError({ uri: catalog, entity: "catalog" })
  })

  const languageOf = operation("ReferenceRepository.languageOf", { catalog: NonBlankText })(function* ({ catalog }) {
    return yield* CatalogLanguages.languageOf(sql, catalog)
  })

  const count = operation("ReferenceRepository.count", { filter: optional(Filter) })(function* ({ filter }) {
    const [row] = yield* sql<{ readonly count: number }>`
      SELECT count(*) AS count FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)}`
    return row?.count ?? 0
  })

  return {
    save,
    put,
    saveMany,
    learnBoilerplate,
    find,
    resolve,
    findMany,
    findAll,
    findPage,
    search,
    remove,
    removeMany,
    catalogs,
    requireCatalog,
    languageOf,
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
     * changes nothing, and a stored reference may be given back as it is. Its vector goes when the text it was made from changes.
     */
    readonly save: (input: ReferenceInput) => Effect.Effect<Reference, ValidationError | DatabaseError>
    /**
     * {@link save} that tells whether the reference is new, under a condition: where what is stored is not what is expected,
     * nothing is written and it fails with a ConflictError whose reason is `changed`. Both in one transaction.
     */
    readonly put: (
      input: ReferenceInput,
      options?: PutOptions
    ) => Effect.Effect<PutReference, ValidationError | ConflictError | DatabaseError>
    /**
     * Saves many, in transactions of 32, or of up to 512 where they go to a server. All are validated before the first is written; of several with one uri the last
     * is kept.
     */
    readonly saveMany: (
      inputs: ReadonlyArray<ReferenceInput>
    ) => Effect.Effect<ReferenceWriter.SaveTotals, ValidationError | DatabaseError>
    /**
     * Learns what the texts of a catalog repeat, so that it is left out of what is embedded, and keeps it: the next call
     * changes nothing unless it is to `refresh`. For imports, after the references are saved and before they are embedded.
     */
    readonly learnBoilerplate: (
      catalog: string,
      options?: LearnOptions
    ) => Effect.Effect<Boilerplate, ValidationError | DatabaseError>
    readonly find: (uri: string) => Effect.Effect<Option.Option<Reference>, ValidationError | DatabaseError>
    /**
     * The reference that a text names: by its URI, else by its identifier or label, without regard to punctuation, case and
     * padding (`AC-2(5)`, `ac-02.5`). Fails with ConflictError where several are called so, and with NotFoundError where none
     * is; `remedy` then lists the URIs that may be meant.
     */
    readonly resolve: (
      text: string,
      options?: ResolveOptions
    ) => Effect.Effect<Reference, ValidationError | NotFoundError | ConflictError | DatabaseError>
    /** Those of these uris that are stored, by their uri. */
    readonly findMany: (
      uris: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, Reference>, ValidationError | DatabaseError>
    /** All that pass the filter in the natural order of their uris (`V2.2` before `V2.10`), read in pages of 500. */
    readonly findAll: (filter?: Filter) => Stream.Stream<Reference, ValidationError | DatabaseError>
    /** The same order by pages, for callers that come back for the next one. */
    readonly findPage: (options?: PageOptions) => Effect.Effect<ReferencePage, ValidationError | DatabaseError>
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
     * on would be lost, unless forced, and where it is not what is expected.
     */
    readonly remove: (
      uri: string,
      options?: RemoveOptions
    ) => Effect.Effect<void, ValidationError | NotFoundError | ConflictError | DatabaseError>
    /**
     * Removes references with their vectors and relations, some hundred in a transaction. What is not there is left out;
     * `kept` tells those that a person decided on, unless forced.
     */
    readonly removeMany: (
      uris: ReadonlyArray<string>,
      options?: RemoveManyOptions
    ) => Effect.Effect<ReferenceRemoval.Removal, ValidationError | DatabaseError>
    /** How many references pass the filter. */
    readonly count: (filter?: Filter) => Effect.Effect<number, ValidationError | DatabaseError>
    /** Every catalog that has a reference, in the natural order of their identifiers. */
    readonly catalogs: Effect.Effect<ReadonlyArray<Catalog>, DatabaseError>
    /** Fails with NotFoundError where no reference is of this catalog, so that a typing error is not an empty answer. */
    readonly requireCatalog: (catalog: string) => Effect.Effect<void, ValidationError | NotFoundError | DatabaseError>
    /**
     * The language that the texts of a catalog are mostly in, such as `de`, where it is surely another than English;
     * `und-Cyrl` where only the script is known. Told from 200 references.
     */
    readonly languageOf: (catalog: string) => Effect.Effect<string | undefined, ValidationError | DatabaseError>
    /** Records how one stored reference stands to another: {@link RelationRepository}'s `save`. */
    readonly addImplementation: (
      input: RelationInput
    ) => Effect.Effect<Relation, ValidationError | NotFoundError | DatabaseError>
    /** The relations that start from (`outgoing`) or point to (`incoming`) a reference. */
    readonly findImplementations: (
      uri: string,
      direction: RelationDirection
    ) => Effect.Effect<ReadonlyArray<Relation>, ValidationError | DatabaseError>
  }
>()("crosswalk/ReferenceRepository") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    ReferenceRepository,
    DatabaseError,
    SqlClient.SqlClient | RelationRepository
  > = Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<ReferenceRepository, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(RelationRepository.layer)
  )
}
