import { Clock, Effect, Metric, Option, Ref, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { tell } from "../domain/Callback.ts"
import * as Metrics from "../domain/Metrics.ts"
import type { Reference } from "../domain/Reference.ts"
import { toBytes } from "../domain/Vector.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import { decodeRow } from "./Decoding.ts"
import { checked } from "./EmbeddedVector.ts"
import { conditions } from "./FilterSql.ts"
import { ReferenceRepository } from "./ReferenceRepository.ts"
import { operation, optional } from "./Operation.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import { UpdateOptions, type UpdateTotals } from "./UpdateOptions.ts"

/** How many vectors one transaction writes: some 5 ms. */
const groupSize = 32

/** How many groups are on their way at once: enough to keep every worker busy while others are written. */
const concurrency = 4

/** How many references are read at once. */
const pageSize = 500

/** References with their vectors and models, where they have one. */
export const joined =
  "crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id " +
  "LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id"

/** A reference on its way to a new vector. */
export interface Pending {
  readonly reference: Reference
  readonly text: string
  readonly textHash: string
}

interface PageRow {
  readonly id: number
  readonly text_hash: string
  readonly fingerprint: string | null
  readonly vector_hash: string | null
}

/** What writes vectors: for one reference, and for all that are stale. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const embedder = yield* Embedder
  const references = yield* ReferenceRepository
  const { reader } = yield* CatalogTexts.make
  const { model } = embedder
  const check = checked(model)
  const decodeReference = decodeRow(ReferenceRow.ReferenceRow, "EmbeddingRepository.updateAllEmbeddings")
  const columns = sql.literal(ReferenceRow.columns)

  const store = Effect.fnUntraced(function* (rows: ReadonlyArray<Pending & { readonly vector: Float32Array }>) {
    if (rows.length === 0) return
    const now = yield* Clock.currentTimeMillis
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`
        INSERT OR IGNORE INTO crosswalk_embedding_model (fingerprint, name, dimensions, max_length)
        VALUES (${model.fingerprint}, ${model.id}, ${model.dimensions}, ${model.maxLength})`
        // A reference whose text changed meanwhile is left to the next update.
        yield* sql.unsafe(
          `INSERT INTO crosswalk_embedding (reference_id, model_id, text_hash, vector, created_at)
        SELECT r.id, (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ?), v.column2, v.column3, ?
        FROM (VALUES ${rows.map(() => "(?, ?, ?)").join(", ")}) AS v
        JOIN crosswalk_reference AS r ON r.uri = v.column1 AND r.text_hash = v.column2
        WHERE true
        ON CONFLICT (reference_id) DO UPDATE SET model_id = excluded.model_id, text_hash = excluded.text_hash,
          vector = excluded.vector, created_at = excluded.created_at`,
          [model.fingerprint, now, ...rows.flatMap((row) => [row.reference.uri, row.textHash, toBytes(row.vector)])]
        )
      })
    )
    yield* Metric.update(Metrics.embeddedTexts, rows.length)
  })

  /** Pages of references that need a vector, with how many of the page do not. */
  const pages = (options: UpdateOptions | undefined) =>
    Stream.paginate(0, (after) =>
      Effect.gen(function* () {
        const rows = yield* sql<PageRow>`
          SELECT r.id, r.text_hash, ${columns}, m.fingerprint, e.text_hash AS vector_hash
          FROM ${sql.literal(joined)} WHERE r.id > ${after} AND ${conditions(sql, options?.filter)} ORDER BY r.id LIMIT ${pageSize}`
        const textOf = yield* reader
        const pending: Array<Pending> = []
        const retold: Array<{ readonly id: number; readonly textHash: string }> = []
        for (const row of rows) {
          const reference = ReferenceRow.toReference(yield* decodeReference(row))
          const text = textOf(reference)
          const textHash = ReferenceRow.hashOf(text)
          if (textHash !== row.text_hash) retold.push({ id: row.id, textHash })
          const isFresh = row.fingerprint === model.fingerprint && row.vector_hash === textHash
          if (!isFresh || options?.force === true) pending.push({ reference, text, textHash })
        }
        yield* CatalogTexts.storeTextHashes(sql, retold)
        const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
        return [[{ pending, skipped: rows.length - pending.length }], Option.fromUndefinedOr(last)] as const
      })
    )

  const embedGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Pending>, options: UpdateOptions | undefined) {
    const embedded = yield* embedder
      .embedMany(
        group.map(({ text }) => text),
        "document"
      )
      .pipe(
        Effect.flatMap((vectors) =>
          Effect.forEach(group, (pending, i) =>
            Effect.map(check(vectors[i], pending.text), (vector) => ({ ...pending, vector }))
          )
        ),
        Effect.catchTag("EmbeddingError", () => embedSingly(group, options))
      )
    yield* store(embedded)
    return { updated: embedded.length, failed: group.length - embedded.length }
  })

  /** One text of a group cannot be embedded: the others still can. */
  const embedSingly = Effect.fnUntraced(function* (group: ReadonlyArray<Pending>, options: UpdateOptions | undefined) {
    const embedded: Array<Pending & { readonly vector: Float32Array }> = []
    for (const pending of group) {
      const result = yield* Effect.flatMap(embedder.embedMany([pending.text], "document"), ([vector]) =>
        check(vector, pending.text)
      ).pipe(
        Effect.map(Result.succeed),
        Effect.catchTag("EmbeddingError", (error) => Effect.succeed(Result.fail(error)))
      )
      if (Result.isSuccess(result)) {
        embedded.push({ ...pending, vector: result.success })
      } else {
        yield* tell(options?.onFailure, result.failure.of(pending.reference))
      }
    }
    return embedded
  })

  const updateAllEmbeddings = operation("EmbeddingRepository.updateAllEmbeddings", {
    options: optional(UpdateOptions)
  })(function* ({ options }) {
    const catalog = options?.filter?.catalog
    yield* Effect.annotateCurrentSpan({ model: model.id, ...(catalog !== undefined && { catalog }) })
    const total = yield* references.count(options?.filter)
    const totals = yield* Ref.make<UpdateTotals>({ updated: 0, skipped: 0, failed: 0 })
    const add = Effect.fnUntraced(function* (more: Partial<UpdateTotals>) {
      const { updated, skipped, failed } = yield* Ref.updateAndGet(totals, (sum) => ({
        updated: sum.updated + (more.updated ?? 0),
        skipped: sum.skipped + (more.skipped ?? 0),
        failed: sum.failed + (more.failed ?? 0)
      }))
      yield* tell(options?.onProgress, { done: updated + skipped + failed, total })
    })
    yield* pages(options).pipe(
      Stream.tap(({ skipped }) => add({ skipped })),
      Stream.flatMap(({ pending }) => Stream.fromIterable(pending)),
      Stream.grouped(groupSize),
      Stream.mapEffect((group) => Effect.flatMap(embedGroup(group, options), add), { concurrency, unordered: true }),
      Stream.runDrain
    )
    const done = yield* Ref.get(totals)
    yield* Effect.annotateCurrentSpan({ ...done })
    return done
  })

  return { store, updateAllEmbeddings }
})
