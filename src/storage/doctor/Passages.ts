import { Effect, Option, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import * as Columns from "../Columns.ts"
import { ofBytes } from "../EmbeddedVector.ts"
import * as PassageKey from "../PassageKey.ts"

const pageSize = 500

/** Every stored passage: whose it is, and whether it is one of a text with a vector of the same model. */
export const all = (sql: SqlClient.SqlClient) =>
  Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{
        readonly key: number
        readonly owner: number | null
        readonly fits: number
        readonly dimensions: number | null
        readonly vector: ArrayBuffer | Uint8Array | null
      }>`
        SELECT p.key, ${sql.literal(Columns.integer("p.reference_id"))} AS owner, e.model_id IS p.model_id AS fits,
          ${sql.literal(Columns.integer("m.dimensions"))} AS dimensions, ${sql.literal(Columns.bytes("p.vector"))} AS vector
        FROM crosswalk_passage AS p LEFT JOIN crosswalk_embedding AS e ON e.reference_id = p.reference_id
          LEFT JOIN crosswalk_embedding_model AS m ON m.id = p.model_id
        WHERE p.key > ${after} ORDER BY p.key LIMIT ${pageSize}`
      const passages = rows.map(({ dimensions, fits, key, owner, vector }) => ({
        owner: owner ?? PassageKey.referenceOf(key),
        isSound:
          fits === 1 &&
          owner === PassageKey.referenceOf(key) &&
          dimensions !== null &&
          vector !== null &&
          ofBytes(vector, dimensions) !== undefined
      }))
      return [passages, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.key)] as const
    })
  )
