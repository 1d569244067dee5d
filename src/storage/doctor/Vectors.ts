import { Effect, Option, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import * as Columns from "../Columns.ts"
import { ofBytes } from "../EmbeddedVector.ts"
import { failed, ok, pageSize, some, warning } from "./Check.ts"
import * as Passages from "./Passages.ts"

/** Every vector of a reference: whether it can be used, and whether it is of the text that is stored. */
const ofReferences = (sql: SqlClient.SqlClient) =>
  Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{
        readonly id: number
        readonly dimensions: number | null
        readonly fresh: number
        readonly vector: ArrayBuffer | Uint8Array
      }>`
        SELECT e.reference_id AS id, ${sql.literal(Columns.integer("m.dimensions"))} AS dimensions,
          e.text_hash IS r.text_hash AND r.id IS NOT NULL AS fresh, ${sql.literal(Columns.bytes("e.vector"))} AS vector
        FROM crosswalk_embedding AS e LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id
          LEFT JOIN crosswalk_reference AS r ON r.id = e.reference_id
        WHERE e.reference_id > ${after} ORDER BY e.reference_id LIMIT ${pageSize}`
      const vectors = rows.map(({ dimensions, fresh, id, vector }) => ({
        owner: id,
        what: `row ${id}`,
        isSound: dimensions !== null && ofBytes(vector, dimensions) !== undefined,
        isFresh: fresh === 1
      }))
      return [vectors, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
    })
  )

/** Every vector, those of passages too, which are made with the vector of their text. */
export const all = (sql: SqlClient.SqlClient) =>
  Stream.concat(
    ofReferences(sql),
    Stream.map(Passages.all(sql), ({ isSound, owner }) => ({
      owner,
      what: `a passage of row ${owner}`,
      isSound,
      isFresh: true
    }))
  )

export const check = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const wrong: Array<string> = []
  let total = 0
  yield* Stream.runForEach(all(sql), ({ isSound, what }) =>
    Effect.sync(() => {
      total++
      if (!isSound) wrong.push(what)
    })
  )
  return wrong.length === 0
    ? ok("vectors", `${total}, of the right dimensions and of length 1`)
    : failed("vectors", `${wrong.length} of ${total} are damaged: ${some(wrong)}`, {
        action: "updateEmbeddings",
        force: true
      })
})

/** Whether every reference has a vector of its present text, all of one model. */
export const embeddings = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [row] = yield* sql<{
    readonly missing: number
    readonly stale: number
    readonly whole: number
    readonly models: number
  }>`
    SELECT count(*) FILTER (WHERE e.reference_id IS NULL) AS missing,
      count(*) FILTER (WHERE e.text_hash <> r.text_hash) AS stale,
      count(*) FILTER (WHERE e.tokens > m.max_length AND NOT EXISTS (
        SELECT 1 FROM crosswalk_passage AS p WHERE p.reference_id = r.id)) AS whole,
      count(DISTINCT e.model_id) AS models
    FROM crosswalk_reference AS r LEFT JOIN crosswalk_embedding AS e ON e.reference_id = r.id
      LEFT JOIN crosswalk_embedding_model AS m ON m.id = e.model_id`
  const { missing, models, stale, whole } = row ?? { missing: 0, models: 0, stale: 0, whole: 0 }
  const problems = [
    ...(missing > 0 ? [`${missing} references have none`] : []),
    ...(stale > 0 ? [`${stale} are of an older text`] : []),
    ...(whole > 0 ? [`${whole} are of long texts, whose passages have none`] : []),
    ...(models > 1 ? [`they are of ${models} models, which cannot be compared`] : [])
  ]
  return problems.length === 0
    ? ok("embeddings", "every reference has one of its present text")
    : warning("embeddings", problems.join("; "), { action: "updateEmbeddings" })
})

const lengthColumns = Columns.make("reference", { uri: "r.uri", tokens: "e.tokens", most: "m.max_length" })
const LengthRow = Schema.Struct({ uri: Schema.String, tokens: Schema.Int, most: Schema.Int })
const decodeLength = Columns.decoder(lengthColumns, LengthRow, "Doctor.run")

/** How many texts are longer than their model reads at once. */
export const textLengths = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const rows = yield* Effect.flatMap(
    sql`
      SELECT ${sql.literal(lengthColumns.sql)} FROM crosswalk_embedding AS e
        JOIN crosswalk_embedding_model AS m ON m.id = e.model_id JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE e.tokens > m.max_length ORDER BY e.tokens DESC, r.uri`,
    Effect.forEach(decodeLength)
  )
  const [row] = yield* sql<{ readonly total: number; readonly unknown: number }>`
    SELECT count(*) AS total, count(*) - count(tokens) AS unknown FROM crosswalk_embedding`
  const { total, unknown } = row ?? { total: 0, unknown: 0 }
  const parts = [
    ...(rows.length > 0
      ? [
          `${rows.length} of ${total} texts are longer than the ${rows[0]?.most} tokens that the model reads at once, so they ` +
            "are found by their passages, and suggestions compare their beginnings: " +
            some(rows.map(({ tokens, uri }) => `${uri} (${tokens})`))
        ]
      : []),
    ...(unknown > 0
      ? [
          `of ${unknown} of ${total} the length is not known: an earlier version embedded them, or their embedder does ` +
            "not tell it"
        ]
      : [])
  ]
  return ok("text lengths", parts.length > 0 ? parts.join("; ") : `the model read all of the ${total} texts`)
})
