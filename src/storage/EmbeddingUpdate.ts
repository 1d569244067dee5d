import { Clock, Effect, Metric, Option, Result, Schema, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { tell } from "../domain/Callback.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import * as Metrics from "../domain/Metrics.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { Reference } from "../domain/Reference.ts"
import { toBytes } from "../domain/Vector.ts"
import { Embedder, type EmbedderError } from "../embedder/Embedder.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as CatalogTexts from "./CatalogTexts.ts"
import * as Columns from "./Columns.ts"
import { chunks } from "./Chunks.ts"
import * as DocumentVectors from "./DocumentVectors.ts"
import { retrying } from "./EmbeddingRetry.ts"
import { conditions } from "./FilterSql.ts"
import * as Hindrance from "./Hindrance.ts"
import { ReferenceRepository } from "./ReferenceRepository.ts"
import { operation, optional } from "./Operation.ts"
import * as PassageKey from "./PassageKey.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import { UpdateOptions, type UpdateTotals } from "./UpdateOptions.ts"

/** So many texts in succession without a vector that can be used: it is the embedder, not the texts. */
const invalidInARow = 3

/** How many groups are on their way at once: enough to keep every worker busy while others are written. */
const concurrency = 4

/** How many references are read at once. */
const pageSize = 500

/** References with their vectors and models, where they have one. */
export const joined =
  "crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id " +
  "LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id"

/** Whether an embedder failed because of a text, as far as one can tell; others can be embedded. */
export const isOfText = (error: EmbedderError): error is EmbeddingError =>
  error._tag === "EmbeddingError" && (error.reason === "text" || error.reason === "invalidVector")

/** A reference on its way to a new vector. */
export interface Pending {
  readonly reference: Reference
  readonly text: string
  readonly textHash: string
}

type Embedded = Pending & DocumentVectors.DocumentVectors

const PageRow = Schema.Struct({ ...ReferenceRow.ReferenceRow.fields, id: Schema.Int, is_fresh: Schema.Int })

/** What writes vectors: for one reference, and for all that are stale. */
export const make = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const size = ServerWrites.sizeOf(client)
  const sql = client.withoutTransforms()
  const repeatable = ServerWrites.repeatable(sql)
  const embedder = yield* Embedder
  const references = yield* ReferenceRepository
  const { reader } = yield* CatalogTexts.make
  const { model } = embedder
  const { complete } = DocumentVectors.make(embedder)
  const decode = Columns.decoder(ReferenceRow.columns, PageRow, "EmbeddingRepository.updateAllEmbeddings")
  const columns = sql.literal(ReferenceRow.columns.sql)
  const batchSize = Math.max(1, Math.floor(embedder.batchSize ?? size.rows))
  // Several batches are written at once where that saves round trips.
  const groupSize = batchSize * Math.max(1, Math.floor(size.gathered / batchSize))
  const lengthOf = ({ passages }: Embedded) => 4 * model.dimensions * (1 + passages.length)
  const embedded = Metric.withAttributes(Metrics.embeddedTexts, { model: model.id })
  const failed = Metric.withAttributes(Metrics.failedTexts, { model: model.id })

  const store = Effect.fnUntraced(function* (rows: ReadonlyArray<Embedded>) {
    if (rows.length === 0) return
    const now = yield* Clock.currentTimeMillis
    const writing = sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`
        INSERT OR IGNORE INTO crosswalk_embedding_model (fingerprint, name, dimensions, max_length)
        VALUES (${model.fingerprint}, ${model.id}, ${model.dimensions}, ${model.maxLength})`
        // A reference whose text changed meanwhile is left to the next update.
        const stored = yield* sql.unsafe(
          `INSERT INTO crosswalk_embedding (reference_id, model_id, text_hash, vector, created_at, tokens)
        SELECT r.id, (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ?), v.column2, v.column3, ?, v.column4
        FROM (VALUES ${rows.map(() => "(?, ?, ?, ?)").join(", ")}) AS v
        JOIN crosswalk_reference AS r ON r.uri = v.column1 AND r.text_hash = v.column2
        WHERE true
        ON CONFLICT (reference_id) DO UPDATE SET model_id = excluded.model_id, text_hash = excluded.text_hash,
          vector = excluded.vector, created_at = excluded.created_at, tokens = excluded.tokens
        RETURNING 1`,
          [
            ...[model.fingerprint, now],
            ...rows.flatMap((row) => [row.reference.uri, row.textHash, toBytes(row.vector), row.tokens ?? null])
          ]
        )
        const ofModel = sql`(SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${model.fingerprint})`
        const same = sql`json_each(${JSON.stringify(
          rows.map(({ passages, reference, textHash }) => [reference.uri, textHash, passages.length])
        )}) AS j JOIN crosswalk_reference AS r ON r.uri = j.value ->> '$[0]' AND r.text_hash = j.value ->> '$[1]'`
        yield* Hindrance.requireAll(sql, "crosswalk_embedding", {
          rows: stored.length,
          most: rows.length,
          left: sql`SELECT 1 FROM ${same} LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id
            WHERE e.model_id IS NOT ${ofModel} OR e.text_hash <> r.text_hash OR e.created_at <> ${now}`
        })
        // Those of the text before went with its vector.
        const passages = rows.flatMap(({ passages, reference, textHash }) =>
          passages.map((vector, i) => [reference.uri, textHash, i + 1, toBytes(vector)])
        )
        let written = 0
        for (const some of chunks(passages)) {
          const stored = yield* sql.unsafe(
            `INSERT INTO crosswalk_passage (key, reference_id, model_id, vector)
          SELECT r.id + (v.column3 << ${PassageKey.bits}), r.id,
            (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ?), v.column4
          FROM (VALUES ${some.map(() => "(?, ?, ?, ?)").join(", ")}) AS v
          JOIN crosswalk_reference AS r ON r.uri = v.column1 AND r.text_hash = v.column2 RETURNING 1`,
            [model.fingerprint, ...some.flat()]
          )
          written += stored.length
        }
        yield* Hindrance.requireAll(sql, "crosswalk_passage", {
          rows: written,
          most: passages.length,
          left: sql`SELECT 1 FROM ${same}
            WHERE j.value ->> '$[2]' > (SELECT count(*) FROM crosswalk_passage AS p WHERE p.reference_id = r.id)`
        })
      }).pipe(Hindrance.named(sql))
    )
    yield* repeatable(writing)
    yield* Metric.update(embedded, rows.length)
  })

  /** Pages of references that need a vector, with how many of the page do not. */
  const pages = (options: UpdateOptions) =>
    Stream.paginate(0, (after) =>
      Effect.gen(function* () {
        const rows = yield* Effect.flatMap(
          sql`
            SELECT r.id, ${columns}, m.fingerprint IS ${model.fingerprint} AND e.text_hash IS r.text_hash
              AND NOT (coalesce(e.tokens, 0) > ${model.maxLength} AND NOT EXISTS (
                SELECT 1 FROM crosswalk_passage AS p WHERE p.reference_id = r.id)) AS is_fresh
            FROM ${sql.literal(joined)} WHERE r.id > ${after} AND ${conditions(sql, options.filter)}
            ORDER BY r.id LIMIT ${pageSize}`,
          Effect.forEach(decode)
        )
        const textOf = yield* reader
        const pending: Array<Pending> = []
        const retold: Array<{ readonly id: number; readonly textHash: string }> = []
        for (const row of rows) {
          const reference = ReferenceRow.toReference(row)
          const text = textOf(reference)
          const textHash = ReferenceRow.hashOf(text)
          if (textHash !== row.text_hash) retold.push({ id: row.id, textHash })
          const isFresh = row.is_fresh === 1 && textHash === row.text_hash
          if (!isFresh || options.force === true) pending.push({ reference, text, textHash })
        }
        yield* CatalogTexts.storeTextHashes(sql, retold)
        const last = rows.length < pageSize ? undefined : rows.at(-1)?.id
        return [[{ pending, skipped: rows.length - pending.length }], Option.fromUndefinedOr(last)] as const
      }).pipe(repeatable)
    )

  /** One call of `updateAllEmbeddings`: what it has done, and how it embeds a group. */
  const begin = Effect.fnUntraced(function* (options: UpdateOptions) {
    const total = yield* references.count(options.filter)
    const state = { updated: 0, skipped: 0, failed: 0, invalid: 0 }
    const retry = retrying(options)

    const totals = (): UpdateTotals => ({ updated: state.updated, skipped: state.skipped, failed: state.failed })
    const add = (key: keyof UpdateTotals, count: number) =>
      Effect.suspend(() => {
        state[key] += count
        return tell(options.onProgress, { done: state.updated + state.skipped + state.failed, total })
      })

    const ask = Effect.fnUntraced(
      function* (group: ReadonlyArray<Pending>) {
        const texts = group.map(({ text }) => text)
        const vectors = yield* embedder.embedMany(texts, "document")
        return yield* Effect.forEach(group, (pending, i) =>
          Effect.map(complete(pending.text, vectors[i]), (found) => ({ ...pending, ...found }))
        )
      },
      // What is refused here is text from the tables, so it is no caller's input.
      (effect, group) =>
        Effect.catchTag(effect, "ValidationError", (error) =>
          Effect.fail(
            new EmbeddingError({ text: group[0]?.text ?? "", reason: "unknown", problem: error.message, cause: error })
          )
        )
    )

    const fail = Effect.fnUntraced(function* (pending: Pending, error: EmbeddingError) {
      state.invalid = error.reason === "invalidVector" ? state.invalid + 1 : 0
      if (state.invalid >= invalidInARow) return yield* error
      yield* Metric.update(failed, 1)
      yield* tell(options.onFailure, error.of(pending.reference))
      yield* add("failed", 1)
    })

    /** Embeds a group. Where the error is about a text, the halves are embedded, so that only that text stays behind. */
    const embed: (
      group: ReadonlyArray<Pending>
    ) => Effect.Effect<void, EmbeddingError | ModelLoadError | SqlError.SqlError> = Effect.fnUntraced(
      function* (group) {
        const asked = yield* Effect.result(Effect.forEach(chunks(group, batchSize), (batch) => retry(ask(batch))))
        if (Result.isSuccess(asked)) {
          state.invalid = 0
          for (const rows of ServerWrites.pieces(asked.success.flat(), size, lengthOf)) {
            yield* store(rows)
            yield* add("updated", rows.length)
          }
          return
        }
        const error = asked.failure
        if (!isOfText(error)) return yield* error
        const [pending] = group
        if (group.length === 1 && pending !== undefined) return yield* fail(pending, error)
        const middle = Math.ceil(group.length / 2)
        yield* embed(group.slice(0, middle))
        yield* embed(group.slice(middle))
      }
    )
    return { add, embed, totals }
  })

  const updateAllEmbeddings = operation("EmbeddingRepository.updateAllEmbeddings", {
    options: optional(UpdateOptions)
  })(function* ({ options = {} }) {
    const catalog = options.filter?.catalog
    yield* Effect.annotateCurrentSpan({ model: model.id, ...(catalog !== undefined && { catalog }) })
    const { add, embed, totals } = yield* begin(options)
    yield* pages(options).pipe(
      Stream.tap(({ skipped }) => add("skipped", skipped)),
      Stream.flatMap(({ pending }) => Stream.fromIterable(pending)),
      Stream.grouped(groupSize),
      Stream.mapEffect(embed, { concurrency, unordered: true }),
      Stream.runDrain,
      Effect.catchTag("EmbeddingError", (error) => Effect.fail(error.stopping(totals().updated))),
      Effect.ensuring(Effect.suspend(() => Effect.annotateCurrentSpan({ ...totals() })))
    )
    return totals()
  })

  return { store, failed, updateAllEmbeddings }
})
