import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { offLoop } from "../libsql/LongReads.ts"
import { conditions, isOpen } from "./FilterSql.ts"

/**
 * How many references that pass the filter have no fresh vector of the model with this fingerprint.
 *
 * Without a filter, and where none lacks one, it takes a moment: SQLite counts whole tables by their pages, and only the
 * vectors of other models are looked through. Under a filter, the index of vectors is asked for each reference that passes.
 */
export const count = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  fingerprint: string,
  filter: Filter | undefined
): Effect.fn.Return<number, SqlError.SqlError> {
  const model = sql`coalesce((SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint}), -1)`
  const [all] = yield* offLoop(sql<{ readonly missing: number }>`
    SELECT (SELECT count(*) FROM crosswalk_reference) - (SELECT count(*) FROM crosswalk_embedding) +
      (SELECT count(*) FROM crosswalk_embedding WHERE model_id < ${model}) +
      (SELECT count(*) FROM crosswalk_embedding WHERE model_id > ${model}) AS missing`)
  if (all === undefined || all.missing === 0 || isOpen(filter)) return all?.missing ?? 0
  // Left to itself, SQLite would read the rows of the vectors, which are ten times as large.
  const [passing] = yield* offLoop(sql<{ readonly missing: number }>`
    SELECT count(*) AS missing FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)} AND NOT EXISTS (
      SELECT 1 FROM crosswalk_embedding AS e INDEXED BY crosswalk_embedding_of_model
      WHERE e.model_id = ${model} AND e.reference_id = r.id)`)
  return passing?.missing ?? 0
})
