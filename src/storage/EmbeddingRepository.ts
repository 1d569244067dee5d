import { Clock, Context, DateTime, Effect, Layer, Option, Ref, Result, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Embedding, ModelInfo, ReferenceWithEmbedding } from "../domain/Embedding.ts"
import {
  type DatabaseError,
  EmbeddingError,
  type ModelLoadError,
  ModelMismatchError,
  NotFoundError,
  ValidationError
} from "../domain/errors.ts"
import type { Filter } from "../domain/Filter.ts"
import { Hit } from "../domain/Hit.ts"
import type { Reference, ReferenceInput } from "../domain/Reference.ts"
import { TextOf } from "../domain/TextOf.ts"
import { decodeVector, fromBytes, toBytes } from "../domain/Vector.ts"
import { Embedder } from "../embedder/Embedder.ts"
import { toDatabaseError } from "./DatabaseErrors.ts"
import { decodeLimit, decodeRow } from "./Decoding.ts"
import { conditions } from "./FilterSql.ts"
import { ReferenceRepository, type SearchOptions } from "./ReferenceRepository.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import { VectorIndex } from "./VectorIndex.ts"

/** How far `updateAllEmbeddings` has come, in references. */
export interface UpdateProgress {
  readonly done: number
  readonly total: number
}

/** What `updateAllEmbeddings` does and whom it tells. */
export interface UpdateOptions {
  /** Embed again also what is fresh; false unless told. */
  readonly force?: boolean | undefined
  readonly filter?: Filter | undefined
  /** Called after every group of up to 32 references. */
  readonly onProgress?: ((progress: UpdateProgress) => Effect.Effect<void>) | undefined
  /** Called for every reference whose text could not be embedded. */
  readonly onFailure?: ((error: EmbeddingError) => Effect.Effect<void>) | undefined
}

/** What `updateAllEmbeddings` did, in numbers of references. */
export interface UpdateTotals {
  readonly updated: number
  /** Fresh already. */
  readonly skipped: number
  /** Their text could not be embedded; the next call tries them again. */
  readonly failed: number
}

/** How many references have a vector of the active model, none, or one of another model. */
export interface EmbeddingStatus {
  readonly fresh: number
  readonly missing: number
  readonly otherModel: number
}

/** How many vectors one transaction writes: some 5 ms. */
const groupSize = 32

/** How many groups are on their way at once: enough to keep every worker busy while others are written. */
const concurrency = 4

/** How many references are read at once. */
const pageSize = 500

const EmbeddingColumns = Schema.Struct({
  fingerprint: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String),
  dimensions: Schema.NullOr(Schema.Int),
  max_length: Schema.NullOr(Schema.Int),
  vector: Schema.NullOr(Schema.Union([Schema.Uint8Array, Schema.instanceOf(ArrayBuffer)])),
  vector_hash: Schema.NullOr(Schema.String),
  embedded_at: Schema.NullOr(Schema.Int)
})

const toEmbedding = (row: typeof EmbeddingColumns.Type): Embedding | undefined => {
  const { fingerprint, name, dimensions, max_length: maxLength, vector, vector_hash: textHash, embedded_at: at } = row
  return fingerprint === null || name === null || dimensions === null || maxLength === null || vector === null ||
      textHash === null || at === null
    ? undefined
    : new Embedding({
      vector: fromBytes(vector),
      model: new ModelInfo({ id: name, dimensions, maxLength, fingerprint }),
      textHash,
      createdAt: DateTime.makeUnsafe(at)
    })
}

/** A reference on its way to a new vector. */
interface Pending {
  readonly id: number
  readonly reference: Reference
  readonly text: string
  readonly textHash: string
}

const make = Effect.gen(function*() {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const embedder = yield* Embedder
  const references = yield* ReferenceRepository
  const index = yield* VectorIndex
  const textOf = yield* TextOf
  const { model } = embedder
  const decodeReference = decodeRow(ReferenceRow.ReferenceRow, "EmbeddingRepository")
  const decodeEmbedding = decodeRow(EmbeddingColumns, "EmbeddingRepository")
  const decodeId = decodeRow(Schema.Struct({ id: Schema.Int }), "EmbeddingRepository")
  const columns = sql.literal(ReferenceRow.columns)
  const joined = sql.literal(
    "crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id " +
      "LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id"
  )

  /** An embedder's own vector as it is stored; a wrong one is the embedder's fault, not the caller's. */
  const checked = (vector: Float32Array, text: string): Effect.Effect<Float32Array, EmbeddingError> => {
    const decoded = decodeVector(vector, model.dimensions)
    return decoded instanceof ValidationError
      ? Effect.fail(new EmbeddingError({ text, reason: `the embedder gave a vector that ${decoded.constraint}` }))
      : Effect.succeed(decoded)
  }

  const store = Effect.fnUntraced(function*(rows: ReadonlyArray<Pending & { readonly vector: Float32Array }>) {
    if (rows.length === 0) return
    const now = yield* Clock.currentTimeMillis
    yield* sql.withTransaction(Effect.gen(function*() {
      yield* sql`
        INSERT OR IGNORE INTO crosswalk_embedding_model (fingerprint, name, dimensions, max_length)
        VALUES (${model.fingerprint}, ${model.id}, ${model.dimensions}, ${model.maxLength})`
      // A reference whose text changed meanwhile is left to the next update.
      yield* sql.unsafe(
        `INSERT INTO crosswalk_embedding (reference_id, model_id, text_hash, vector, created_at)
        SELECT r.id, (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ?), v.column2, v.column3, ?
        FROM (VALUES ${rows.map(() => "(?, ?, ?)").join(", ")}) AS v
        JOIN crosswalk_reference AS r ON r.id = v.column1 AND r.text_hash = v.column2
        WHERE true
        ON CONFLICT (reference_id) DO UPDATE SET model_id = excluded.model_id, text_hash = excluded.text_hash,
          vector = excluded.vector, created_at = excluded.created_at`,
        [model.fingerprint, now, ...rows.flatMap((row) => [row.id, row.textHash, toBytes(row.vector)])]
      )
    }))
  })

  const findRow = Effect.fnUntraced(function*(uri: string) {
    const [row] = yield* sql`
      SELECT r.id, ${columns}, m.fingerprint, m.name, m.dimensions, m.max_length, e.vector,
        e.text_hash AS vector_hash, e.created_at AS embedded_at
      FROM ${joined} WHERE r.uri = ${uri}`
    if (row === undefined) return Option.none()
    const { id } = yield* decodeId(row)
    const reference = ReferenceRow.toReference(yield* decodeReference(row))
    const text = textOf(reference)
    const embedding = toEmbedding(yield* decodeEmbedding(row))
    const textHash = ReferenceRow.hashOf(text)
    const isFresh = embedding?.model.fingerprint === model.fingerprint && embedding.textHash === textHash
    return Option.some({ id, reference, text, textHash, embedding, isFresh })
  })

  const withEmbedding = (reference: Reference, embedding: Embedding | undefined) =>
    new ReferenceWithEmbedding({ reference, ...(embedding === undefined ? {} : { embedding }) })

  const saveWithEmbedding = Effect.fn("EmbeddingRepository.saveWithEmbedding")(function*(input: ReferenceInput) {
    const reference = yield* references.save(input)
    const row = Option.getOrUndefined(yield* findRow(reference.uri))
    if (row === undefined || row.isFresh) return withEmbedding(reference, row?.embedding)
    const vector = yield* embedder.embed(row.text, "document").pipe(
      Effect.flatMap((vector) => checked(vector, row.text)),
      Effect.mapError((error) =>
        new EmbeddingError({
          text: row.text,
          reason: error._tag === "EmbeddingError" ? error.reason : error.message,
          reference,
          cause: error
        })
      )
    )
    yield* store([{ ...row, vector }])
    return withEmbedding(
      reference,
      new Embedding({ vector, model, textHash: row.textHash, createdAt: yield* DateTime.now })
    )
  }, Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("EmbeddingRepository.saveWithEmbedding")(error))))

  const findWithEmbedding = Effect.fn("EmbeddingRepository.findWithEmbedding")(
    function*(uri: string) {
      return Option.map(yield* findRow(uri), ({ reference, embedding }) => withEmbedding(reference, embedding))
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("EmbeddingRepository.findWithEmbedding")(error)))
  )

  /** Fails where vectors are stored, but none of them by the model in use. */
  const assertComparable = Effect.gen(function*() {
    const models = yield* sql<{ readonly fingerprint: string; readonly name: string }>`
      SELECT m.fingerprint, m.name FROM crosswalk_embedding_model AS m
      WHERE EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id = m.id)`
    const other = models[0]
    if (other !== undefined && models.every(({ fingerprint }) => fingerprint !== model.fingerprint)) {
      return yield* new ModelMismatchError({
        stored: other.fingerprint,
        storedModel: other.name,
        active: model.fingerprint,
        activeModel: model.id
      })
    }
  })

  const nearest = Effect.fnUntraced(function*(vector: Float32Array, limit: number, filter: Filter | undefined) {
    const neighbours = yield* index.nearest(vector, { fingerprint: model.fingerprint, limit, filter })
    if (neighbours.length === 0) {
      yield* assertComparable
      return []
    }
    const rows = yield* sql`
      SELECT ${columns} FROM crosswalk_reference AS r
      WHERE r.uri IN (SELECT value FROM json_each(${JSON.stringify(neighbours.map(({ uri }) => uri))}))`
    const found = yield* Effect.forEach(rows, (row) => Effect.map(decodeReference(row), ReferenceRow.toReference))
    const byUri = new Map(found.map((reference) => [reference.uri, reference]))
    return neighbours.flatMap(({ uri, cosine }) => {
      const reference = byUri.get(uri)
      return reference === undefined ? [] : [new Hit({ reference, score: Math.min(1, Math.max(0, cosine)) })]
    })
  }, Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("EmbeddingRepository.findSimilar")(error))))

  const findSimilarByEmbedding = Effect.fn("EmbeddingRepository.findSimilarByEmbedding")(
    function*(vector: ArrayLike<number>, options?: SearchOptions) {
      const limit = yield* decodeLimit(options?.limit ?? 10)
      const decoded = decodeVector(vector, model.dimensions)
      if (decoded instanceof ValidationError) return yield* decoded
      return yield* nearest(decoded, limit, options?.filter)
    }
  )

  const findSimilarByText = Effect.fn("EmbeddingRepository.findSimilarByText")(
    function*(text: string, options?: SearchOptions) {
      const limit = yield* decodeLimit(options?.limit ?? 10)
      if (text.trim() === "") {
        return yield* new ValidationError({
          field: "text",
          value: text,
          constraint: "is blank",
          expected: "text with at least one word"
        })
      }
      if (limit === 0) return []
      const vector = yield* Effect.flatMap(embedder.embed(text, "query"), (vector) => checked(vector, text))
      return yield* nearest(vector, limit, options?.filter)
    }
  )

  const findSimilarTo = Effect.fn("EmbeddingRepository.findSimilarTo")(
    function*(uri: string, options?: SearchOptions) {
      const limit = yield* decodeLimit(options?.limit ?? 10)
      const row = Option.getOrUndefined(yield* findRow(uri))
      if (row === undefined) return yield* new NotFoundError({ uri, entity: "reference" })
      if (limit === 0) return []
      const vector = row.isFresh && row.embedding !== undefined
        ? row.embedding.vector
        : yield* Effect.flatMap(embedder.embed(row.text, "document"), (vector) => checked(vector, row.text))
      const hits = yield* nearest(vector, limit + 1, options?.filter)
      return hits.filter((hit) => hit.reference.uri !== uri).slice(0, limit)
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("EmbeddingRepository.findSimilarTo")(error)))
  )

  /** Pages of references that need a vector, with how many of the page do not. */
  const pages = (options: UpdateOptions | undefined) =>
    Stream.paginate(0, (after) =>
      Effect.gen(function*() {
        const rows = yield* sql<{ readonly id: number; readonly text_hash: string }>`
          SELECT r.id, r.text_hash, ${columns}, m.fingerprint, e.text_hash AS vector_hash
          FROM ${joined} WHERE r.id > ${after} AND ${conditions(sql, options?.filter)} ORDER BY r.id LIMIT ${pageSize}`
        const pending: Array<Pending> = []
        const retold: Array<{ readonly id: number; readonly textHash: string }> = []
        for (const row of rows) {
          const reference = ReferenceRow.toReference(yield* decodeReference(row))
          const text = textOf(reference)
          const textHash = ReferenceRow.hashOf(text)
          if (textHash !== row.text_hash) retold.push({ id: row.id, textHash })
          const { fingerprint, vector_hash } = row as { readonly fingerprint?: unknown; readonly vector_hash?: unknown }
          const isFresh = fingerprint === model.fingerprint && vector_hash === textHash
          if (!isFresh || options?.force === true) pending.push({ id: row.id, reference, text, textHash })
        }
        if (retold.length > 0) {
          yield* sql`
            UPDATE crosswalk_reference AS r SET text_hash = j.value ->> '$.textHash'
            FROM json_each(${JSON.stringify(retold)}) AS j WHERE r.id = j.value ->> '$.id'`
        }
        const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
        return [[{ pending, skipped: rows.length - pending.length }], Option.fromUndefinedOr(last)] as const
      }))

  const embedGroup = Effect.fnUntraced(function*(group: ReadonlyArray<Pending>, options: UpdateOptions | undefined) {
    const embedded = yield* embedder.embedMany(group.map(({ text }) => text), "document").pipe(
      Effect.flatMap((vectors) =>
        Effect.forEach(group, (pending, i) =>
          Effect.map(checked(vectors[i] ?? new Float32Array(), pending.text), (vector) => ({ ...pending, vector })))
      ),
      Effect.catchTag("EmbeddingError", () => embedSingly(group, options))
    )
    yield* store(embedded)
    return { updated: embedded.length, failed: group.length - embedded.length }
  })

  /** One text of a group cannot be embedded: the others still can. */
  const embedSingly = Effect.fnUntraced(function*(group: ReadonlyArray<Pending>, options: UpdateOptions | undefined) {
    const embedded: Array<Pending & { readonly vector: Float32Array }> = []
    for (const pending of group) {
      const result = yield* Effect.flatMap(
        embedder.embedMany([pending.text], "document"),
        ([vector]) => checked(vector ?? new Float32Array(), pending.text)
      ).pipe(
        Effect.map(Result.succeed),
        Effect.catchTag("EmbeddingError", (error) => Effect.succeed(Result.fail(error)))
      )
      if (Result.isSuccess(result)) {
        embedded.push({ ...pending, vector: result.success })
      } else {
        const { text, reason, cause } = result.failure
        yield* options?.onFailure?.(new EmbeddingError({ text, reason, reference: pending.reference, cause })) ??
          Effect.void
      }
    }
    return embedded
  })

  const updateAllEmbeddings = Effect.fn("EmbeddingRepository.updateAllEmbeddings")(
    function*(options?: UpdateOptions) {
      const total = yield* references.count(options?.filter)
      const totals = yield* Ref.make<UpdateTotals>({ updated: 0, skipped: 0, failed: 0 })
      const add = Effect.fnUntraced(function*(more: Partial<UpdateTotals>) {
        const { updated, skipped, failed } = yield* Ref.updateAndGet(totals, (sum) => ({
          updated: sum.updated + (more.updated ?? 0),
          skipped: sum.skipped + (more.skipped ?? 0),
          failed: sum.failed + (more.failed ?? 0)
        }))
        yield* options?.onProgress?.({ done: updated + skipped + failed, total }) ?? Effect.void
      })
      yield* pages(options).pipe(
        Stream.tap(({ skipped }) => add({ skipped })),
        Stream.flatMap(({ pending }) => Stream.fromIterable(pending)),
        Stream.grouped(groupSize),
        Stream.mapEffect((group) => Effect.flatMap(embedGroup(group, options), add), { concurrency, unordered: true }),
        Stream.runDrain
      )
      return yield* Ref.get(totals)
    },
    Effect.catchTag("SqlError", (error) =>
      Effect.fail(toDatabaseError("EmbeddingRepository.updateAllEmbeddings")(error)))
  )

  const status = Effect.gen(function*() {
    const [row] = yield* sql<EmbeddingStatus>`
      SELECT count(*) FILTER (WHERE m.fingerprint = ${model.fingerprint} AND e.text_hash = r.text_hash) AS fresh,
        count(*) FILTER (WHERE e.reference_id IS NULL OR e.text_hash <> r.text_hash) AS missing,
        count(*) FILTER (WHERE m.fingerprint <> ${model.fingerprint} AND e.text_hash = r.text_hash) AS otherModel
      FROM ${joined}`
    return row ?? { fresh: 0, missing: 0, otherModel: 0 }
  }).pipe(
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("EmbeddingRepository.status")(error))),
    Effect.withSpan("EmbeddingRepository.status")
  )

  return {
    saveWithEmbedding,
    findWithEmbedding,
    findSimilarByText,
    findSimilarByEmbedding,
    findSimilarTo,
    updateAllEmbeddings,
    status
  }
})

type SearchError = ValidationError | ModelMismatchError | DatabaseError

/**
 * Keeps the vectors of references and finds references by meaning. A hit's score is its cosine, cut at 0; hits are
 * ordered by cosine, then uri.
 *
 * @example
 * import { Effect } from "effect"
 * import { EmbeddingRepository } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const embeddings = yield* EmbeddingRepository
 *   yield* embeddings.saveWithEmbedding({
 *     uri: "company:REQ-1",
 *     title: "Password storage",
 *     entityType: "requirement",
 *     description: "Passwords are stored with a slow, salted hash."
 *   })
 *   return yield* embeddings.findSimilarByText("keep credentials safe from brute force", { limit: 5 })
 * })
 */
export class EmbeddingRepository extends Context.Service<EmbeddingRepository, {
  /**
   * Saves the reference and the vector of its text, unless the stored one is fresh. Where the text cannot be embedded
   * the reference is kept without a vector, and the EmbeddingError carries it.
   */
  readonly saveWithEmbedding: (
    input: ReferenceInput
  ) => Effect.Effect<ReferenceWithEmbedding, ValidationError | DatabaseError | EmbeddingError>
  readonly findWithEmbedding: (uri: string) => Effect.Effect<Option.Option<ReferenceWithEmbedding>, DatabaseError>
  /** The nearest in meaning to a text that is not blank. */
  readonly findSimilarByText: (
    text: string,
    options?: SearchOptions
  ) => Effect.Effect<ReadonlyArray<Hit>, SearchError | EmbeddingError | ModelLoadError>
  /** The nearest to a vector of the model's dimensions; it need not be normalised. */
  readonly findSimilarByEmbedding: (
    vector: ArrayLike<number>,
    options?: SearchOptions
  ) => Effect.Effect<ReadonlyArray<Hit>, SearchError>
  /** The nearest to a stored reference, without itself. */
  readonly findSimilarTo: (
    uri: string,
    options?: SearchOptions
  ) => Effect.Effect<ReadonlyArray<Hit>, SearchError | NotFoundError | EmbeddingError | ModelLoadError>
  /**
   * Embeds every reference whose vector is missing, of another text or of another model. Interrupted, the next call goes
   * on where it stopped; a text that cannot be embedded is counted and reported, and stops nothing.
   */
  readonly updateAllEmbeddings: (
    options?: UpdateOptions
  ) => Effect.Effect<UpdateTotals, DatabaseError | ModelLoadError>
  readonly status: Effect.Effect<EmbeddingStatus, DatabaseError>
}>()("crosswalk/EmbeddingRepository") {
  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. */
  static readonly layer: Layer.Layer<
    EmbeddingRepository,
    DatabaseError,
    SqlClient.SqlClient | Embedder | VectorIndex
  > = Layer.effect(this, make).pipe(Layer.provide(ReferenceRepository.layer))
}
