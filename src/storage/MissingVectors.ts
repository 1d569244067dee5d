import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { offLoop } from "../libsql/LongReads.ts"
import { conditions, isOpen } from "./FilterSql.ts"

/**
 * How many references that pass the filter have no fresh vector of the model with this fingerprint.
 *
 * Without a filter, or where none lacks one, it takes a moment, because SQLite counts whole tables by their pages. Vectors of
 * other models are counted in their index; under a filter, it is asked for each reference that passes.
 */
export const count = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  fingerprint: string,
  filter: Filter | undefined
): Effect.fn.Return<number, SqlError.SqlError> {
  const model = sql`coalesce((SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint}), -1)`
  const [all] = yield* sql<{ readonly missing: number; readonly isMixed: number }>`
    SELECT (SELECT count(*) FROM crosswalk_reference) - (SELECT count(*) FROM crosswalk_embedding) AS missing,
      EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id < ${model})
        OR EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id > ${model}) AS isMixed`
  const ofOthers = sql<{ readonly count: number }>`
    SELECT (SELECT count(*) FROM crosswalk_embedding WHERE model_id < ${model}) +
      (SELECT count(*) FROM crosswalk_embedding WHERE model_id > ${model}) AS count`
  const [others] = all?.isMixed === 1 ? yield* offLoop(ofOthers) : []
  const missing = (all?.missing ?? 0) + (others?.count ?? 0)
  if (missing === 0 || isOpen(filter)) return missing
  // Left to itself, SQLite would read the rows of the vectors, which are ten times as large.
  const [passing] = yield* offLoop(sql<{ readonly missing: number }>`
    SELECT count(*) AS missing FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)} AND NOT EXISTS (
      SELECT 1 FROM crosswalk_embedding AS e INDEXED BY crosswalk_embedding_of_model
      WHERE e.model_id = ${model} AND e.reference_id = r.id)`)
  return passing?.missing ?? 0
})
