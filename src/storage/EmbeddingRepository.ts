import { Context, DateTime, Effect, Layer, Metric, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { CutText, type CutTexts, CutTextsOptions } from "../domain/CutTexts.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { Embedding, ModelInfo, ReferenceWithEmbedding } from "../domain/Embedding.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { Filter } from "../domain/Filter.ts"
import { FindOptions } from "../domain/FindOptions.ts"
import { orInstanceOf } from "../domain/Input.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { QueryText } from "../domain/QueryText.ts"
import { Reference, ReferenceInput } from "../domain/Reference.ts"
import { ScoredReference } from "../domain/ScoredReference.ts"
import { NonBlankText } from "../domain/Text.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import * as Columns from "./Columns.ts"
import { decodeVector } from "./Decoding.ts"
import * as EmbeddedVector from "./EmbeddedVector.ts"
import * as EmbeddingUpdate from "./EmbeddingUpdate.ts"
import * as SemanticLeg from "./legs/SemanticLeg.ts"
import * as Migrations from "./Migrations.ts"
import { operation, optional, property } from "./Operation.ts"
import { ReferenceRepository } from "./ReferenceRepository.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import type { UpdateOptions, UpdateTotals } from "./UpdateOptions.ts"
import type { VectorIndex } from "./VectorIndex.ts"

/** How many references have a vector of the active model, none, or one of another model. */
export interface EmbeddingStatus {
  readonly fresh: number
  readonly missing: number
  readonly otherModel: number
}

const embeddingColumns = Columns.make("embedding", {
  uri: "r.uri",
  fingerprint: "m.fingerprint",
  name: "m.name",
  dimensions: "m.dimensions",
  max_length: "m.max_length",
  vector_hash: "e.text_hash",
  embedded_at: "e.created_at"
})

const EmbeddingRow = Schema.Struct({
  fingerprint: Schema.NullOr(ModelInfo.fields.fingerprint),
  name: Schema.NullOr(ModelInfo.fields.id),
  dimensions: Schema.NullOr(ModelInfo.fields.dimensions),
  max_length: Schema.NullOr(ModelInfo.fields.maxLength),
  vector: Schema.NullOr(Columns.Bytes),
  vector_hash: Schema.NullOr(Schema.String),
  embedded_at: Schema.NullOr(Columns.Moment)
})

const cutColumns = Columns.make("reference", { uri: "r.uri", tokens: "e.tokens" })
const decodeCut = Columns.decoder(cutColumns, CutText, "EmbeddingRepository.cutTexts")

/** The embedding of a row; undefined where there is none, or a damaged one. */
const toEmbedding = (row: typeof EmbeddingRow.Type): Embedding | undefined => {
  const { fingerprint, name, dimensions, max_length: maxLength, vector, vector_hash: textHash, embedded_at: at } = row
  const whole = vector === null || dimensions === null ? undefined : EmbeddedVector.ofBytes(vector, dimensions)
  return fingerprint === null ||
    name === null ||
    dimensions === null ||
    maxLength === null ||
    whole === undefined ||
    textHash === null ||
    at === null
    ? undefined
    : new Embedding({
        vector: whole,
        model: new ModelInfo({ id: name, dimensions, maxLength, fingerprint }),
        textHash,
        createdAt: DateTime.makeUnsafe(at)
      })
}

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const references = yield* ReferenceRepository
  const leg = yield* SemanticLeg.make
  const { reader } = yield* CatalogTexts.make
  const { model } = leg
  const decodeReference = ReferenceRow.decoder("EmbeddingRepository")
  const decodeEmbedding = Columns.decoder(embeddingColumns, EmbeddingRow, "EmbeddingRepository")
  const columns = sql.literal(
    `${ReferenceRow.columns.sql}, ${embeddingColumns.sql}, ${Columns.bytes("e.vector")} AS vector`
  )
  const joined = sql.literal(EmbeddingUpdate.joined)
  const { failed, store, updateAllEmbeddings } = yield* EmbeddingUpdate.make

  const findRow = Effect.fnUntraced(function* (uri: string) {
    const [row] = yield* sql`
      SELECT ${columns} FROM ${joined} WHERE r.uri = ${uri}`
    if (row === undefined) return Option.none()
    const reference = ReferenceRow.toReference(yield* decodeReference(row))
    return Option.some({ reference, embedding: toEmbedding(yield* decodeEmbedding(row)) })
  })

  /** The text of a reference, and whether a vector is of this text and of the model in use. */
  const textAndFreshness = (reference: Reference, embedding: Embedding | undefined) =>
    Effect.map(reader, (textOf) => {
      const text = textOf(reference)
      const textHash = ReferenceRow.hashOf(text)
      const isFresh = embedding?.model.fingerprint === model.fingerprint && embedding.textHash === textHash
      return { text, textHash, fresh: isFresh ? embedding : undefined }
    })

  const withEmbedding = (reference: Reference, embedding: Embedding | undefined) =>
    new ReferenceWithEmbedding({ reference, ...(embedding === undefined ? {} : { embedding }) })

  const saveWithEmbedding = operation("EmbeddingRepository.saveWithEmbedding", {
    input: orInstanceOf(ReferenceInput, Reference)
  })(function* ({ input }) {
    yield* Effect.annotateCurrentSpan({
      model: model.id,
      ...(input.catalog !== undefined && { catalog: input.catalog })
    })
    const reference = yield* references.save(input)
    const stored = Option.getOrUndefined(yield* findRow(reference.uri))
    const { fresh, text, textHash } = yield* textAndFreshness(reference, stored?.embedding)
    if (fresh !== undefined) return withEmbedding(reference, fresh)
    const vectors = yield* leg.documentOf(text).pipe(
      Effect.tapError((error) => (EmbeddingUpdate.isOfText(error) ? Metric.update(failed, 1) : Effect.void)),
      Effect.mapError((error) =>
        error._tag === "EmbeddingError"
          ? error.of(reference)
          : new EmbeddingError({
              text,
              reason: "unavailable",
              problem: error.message,
              isRetryable: error.isRetryable,
              reference,
              cause: error
            })
      )
    )
    yield* store([{ reference, text, textHash, ...vectors }])
    yield* Effect.annotateCurrentSpan({ updated: 1 })
    return withEmbedding(
      reference,
      new Embedding({ vector: vectors.vector, model, textHash, createdAt: yield* DateTime.now })
    )
  })

  const findWithEmbedding = operation("EmbeddingRepository.findWithEmbedding", { uri: NonBlankText })(function* ({
    uri
  }) {
    return Option.map(yield* findRow(uri), ({ reference, embedding }) => withEmbedding(reference, embedding))
  })

  const annotate = ({ filter, limit = 10 }: FindOptions) =>
    Effect.annotateCurrentSpan({
      limit,
      model: model.id,
      ...(filter?.catalog !== undefined && { catalog: filter.catalog })
    })

  const nearest = Effect.fnUntraced(function* (vector: Float32Array, limit: number, filter: Filter | undefined) {
    const { neighbours } = yield* leg.rank(vector, limit, filter)
    const byUri = yield* references.findMany(neighbours.map(({ uri }) => uri))
    yield* Effect.annotateCurrentSpan({ hits: neighbours.length })
    return neighbours.flatMap(({ uri, cosine }) => {
      const reference = byUri.get(uri)
      return reference === undefined
        ? []
        : [new ScoredReference({ reference, score: Math.min(1, Math.max(0, cosine)) })]
    })
  })

  const findSimilarByEmbedding = operation("EmbeddingRepository.findSimilarByEmbedding", {
    vector: Schema.Unknown,
    options: optional(FindOptions)
  })(function* ({ options = {}, vector }) {
    const { filter, limit = 10 } = options
    yield* annotate(options)
    const decoded = decodeVector(vector, model.dimensions)
    if (decoded instanceof ValidationError) return yield* decoded
    return yield* nearest(decoded, limit, filter)
  })

  const findSimilarByText = operation("EmbeddingRepository.findSimilarByText", {
    text: QueryText,
    options: optional(FindOptions)
  })(function* ({ options = {}, text }) {
    const { filter, limit = 10 } = options
    yield* annotate(options)
    if (limit === 0) return []
    return yield* nearest(yield* leg.vectorOfQuery(text, filter), limit, filter)
  })

  const findSimilarTo = operation("EmbeddingRepository.findSimilarTo", {
    uri: NonBlankText,
    options: optional(FindOptions)
  })(function* ({ options = {}, uri }) {
    const { filter, limit = 10 } = options
    yield* annotate(options)
    const row = Option.getOrUndefined(yield* findRow(uri))
    if (row === undefined) return yield* new NotFoundError({ uri, entity: "reference" })
    if (limit === 0) return []
    const { fresh, text } = yield* textAndFreshness(row.reference, row.embedding)
    const vector = fresh?.vector ?? (yield* leg.vectorOf(text, "document"))
    const hits = yield* nearest(vector, limit + 1, filter)
    return hits.filter((hit) => hit.reference.uri !== uri).slice(0, limit)
  })

  const status = property("EmbeddingRepository.status")(
    Effect.gen(function* () {
      // A trigger removes what is stale, so the indexes alone tell; the rows have the vectors in them.
      const [row] = yield* sql<EmbeddingStatus>`
      SELECT fresh, all_embedded - fresh AS otherModel, (SELECT count(*) FROM crosswalk_reference) - all_embedded AS missing
      FROM (SELECT (SELECT count(*) FROM crosswalk_embedding) AS all_embedded, (
        SELECT count(*) FROM crosswalk_embedding WHERE model_id =
          (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${model.fingerprint})) AS fresh)`
      return row ?? { fresh: 0, missing: 0, otherModel: 0 }
    })
  )

  const cutTexts = operation("EmbeddingRepository.cutTexts", { options: optional(CutTextsOptions) })(function* ({
    options: { catalog, limit = 10 } = {}
  }) {
    const { fingerprint, maxLength } = model
    const [id] = yield* sql<{ readonly id: number }>`
      SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint}`
    if (id === undefined) return { count: 0, unknown: 0, maxLength, longest: [] }
    // The index has the lengths, so that no vector is read.
    const those = sql`crosswalk_embedding AS e INDEXED BY crosswalk_embedding_tokens
      JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE e.model_id = ${id.id} AND ${catalog === undefined ? sql`true` : sql`r.catalog = ${catalog}`}`
    const [cut] = yield* sql<{ readonly count: number }>`
      SELECT count(*) AS count FROM ${those} AND e.tokens > ${maxLength}`
    const [unknown] = yield* sql<{ readonly count: number }>`
      SELECT count(*) AS count FROM ${those} AND e.tokens IS NULL`
    const longest = yield* Effect.flatMap(
      sql`SELECT ${sql.literal(cutColumns.sql)} FROM ${those} AND e.tokens > ${maxLength}
        ORDER BY e.tokens DESC, r.uri LIMIT ${limit}`,
      Effect.forEach(decodeCut)
    )
    return { count: cut?.count ?? 0, unknown: unknown?.count ?? 0, maxLength, longest }
  })

  return {
    saveWithEmbedding,
    findWithEmbedding,
    findSimilarByText,
    findSimilarByEmbedding,
    findSimilarTo,
    updateAllEmbeddings,
    status,
    cutTexts
  }
})

type FindError = ValidationError | ModelMismatchError | DatabaseError

/**
 * Keeps the vectors of references and finds references by meaning. A hit's score is its cosine, cut at 0, of a text that is
 * longer than the model reads the best of its beginning and its passages; hits are ordered by cosine, then uri. Only references with a fresh vector of the model in use can be found: `status` says how many
 * are not, and `Search` says it with every result.
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
export class EmbeddingRepository extends Context.Service<
  EmbeddingRepository,
  {
    /**
     * Saves the reference and the vector of its text, unless the stored one is fresh. Where the text cannot be embedded
     * the reference is kept without a vector, and the EmbeddingError carries it.
     */
    readonly saveWithEmbedding: (
      input: ReferenceInput
    ) => Effect.Effect<ReferenceWithEmbedding, ValidationError | DatabaseError | EmbeddingError>
    readonly findWithEmbedding: (
      uri: string
    ) => Effect.Effect<Option.Option<ReferenceWithEmbedding>, ValidationError | DatabaseError>
    /** The nearest in meaning to a text that is not blank. */
    readonly findSimilarByText: (
      text: string,
      options?: FindOptions
    ) => Effect.Effect<ReadonlyArray<ScoredReference>, FindError | EmbeddingError | ModelLoadError>
    /** The nearest to a vector of the model's dimensions; it need not be normalised. */
    readonly findSimilarByEmbedding: (
      vector: ArrayLike<number>,
      options?: FindOptions
    ) => Effect.Effect<ReadonlyArray<ScoredReference>, FindError>
    /** The nearest to a stored reference, without itself. */
    readonly findSimilarTo: (
      uri: string,
      options?: FindOptions
    ) => Effect.Effect<ReadonlyArray<ScoredReference>, FindError | NotFoundError | EmbeddingError | ModelLoadError>
    /**
     * Embeds every reference whose vector is missing, of another text or of another model, `batchSize` of the embedder at a
     * time.
     *
     * - A text that the embedder refuses, alone, is counted and reported, and stops nothing.
     * - A text without a vector that can be used (too short, not finite, missing) is treated the same; after three in
     *   succession the embedder is at fault, and it stops.
     * - What the provider cannot do for now (its rate limit, an outage, or a reason that it does not give) is tried again,
     *   as `retry` says; then it stops.
     * - What another try does not change, such as a wrong key, stops it at once.
     *
     * It stops with the EmbeddingError, whose `embedded` says how many references were embedded. They stay so: the next call
     * goes on there, as it does after an interruption.
     */
    readonly updateAllEmbeddings: (
      options?: UpdateOptions
    ) => Effect.Effect<UpdateTotals, ValidationError | DatabaseError | EmbeddingError | ModelLoadError>
    readonly status: Effect.Effect<EmbeddingStatus, DatabaseError>
    /** How many embedded texts are longer than the model in use reads, and which are the longest. */
    readonly cutTexts: (options?: CutTextsOptions) => Effect.Effect<CutTexts, ValidationError | DatabaseError>
  }
>()("crosswalk/EmbeddingRepository") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    EmbeddingRepository,
    DatabaseError,
    SqlClient.SqlClient | Embedder | VectorIndex | ReferenceRepository
  > = Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. */
  static readonly layer: Layer.Layer<EmbeddingRepository, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(Layer.provide(ReferenceRepository.layer))
}
