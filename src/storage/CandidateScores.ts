import { Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { Position } from "./ChangeLog.ts"
import * as Columns from "./Columns.ts"
import type { NearestOptions } from "./NearestOptions.ts"
import type { Neighbour } from "./VectorIndex.ts"
import { bestCosine, isOfModel } from "./CosineSql.ts"
import { isOpen, tests } from "./FilterSql.ts"

/** What the database says of candidates that an index outside of it found. */
export interface Scored {
  /** Best first, then by uri. */
  readonly neighbours: ReadonlyArray<Neighbour>
  /** Whether every candidate that was wanted, and passes the filter, is there as it was found. */
  readonly isWhole: boolean
  /** The newest change at that moment; undefined where nothing was found. */
  readonly newest: Position | undefined
}

const columns = Columns.make("reference", {
  uri: "s.uri",
  cosine: { json: Columns.real("s.cosine") },
  seq: "s.seq",
  nonce: "s.nonce",
  changed: "s.changed"
})
const ScoredRow = Schema.Struct({
  uri: Schema.String,
  cosine: Schema.Finite,
  seq: Schema.Int,
  nonce: Schema.Int,
  changed: Schema.Int
})

/** Scores candidates that pass the filter, given by their references' ids as of the change `since`, in the statement that looks for newer changes. */
export const make = (client: SqlClient.SqlClient) => {
  const sql = client.withoutTransforms()
  const read = Columns.reader(sql, columns, ScoredRow, "VectorIndex.nearest")

  return Effect.fnUntraced(function* (
    ids: Float64Array,
    vector: Float32Array,
    { filter, fingerprint, limit }: NearestOptions,
    since: number
  ): Effect.fn.Return<Scored, SqlError.SqlError | DatabaseError> {
    const candidates = JSON.stringify([...ids])
    // What changed of them matters only where anything did.
    const changed = sql`CASE n.seq WHEN ${since} THEN 0 ELSE (
      SELECT count(*) FROM crosswalk_change WHERE seq > ${since} AND reference_id IN (SELECT value FROM json_each(${candidates}))
    ) END`
    // Once: SQLite would compute the cosine each time that it is named.
    const rows = yield* read(sql`
      WITH s AS MATERIALIZED (
        SELECT r.uri, ${bestCosine(sql, vector)} AS cosine, n.seq, n.nonce, ${changed} AS changed
        FROM (SELECT seq, nonce FROM crosswalk_change ORDER BY seq DESC LIMIT 1) AS n
          CROSS JOIN json_each(${candidates}) AS j CROSS JOIN crosswalk_reference AS r ON r.id = j.value
          CROSS JOIN crosswalk_embedding AS e ON e.reference_id = r.id
        WHERE ${tests(sql, filter)} AND ${isOfModel(sql, fingerprint)}
        ORDER BY cosine DESC, r.uri LIMIT ${limit}
      ) SELECT ${sql.literal(columns.sql)} FROM s`)
    return {
      neighbours: rows.map(({ cosine, uri }) => ({ uri, cosine })),
      isWhole:
        (!isOpen(filter) || rows.length === Math.min(limit, ids.length)) && rows.every(({ changed }) => changed === 0),
      newest: rows[0]
    }
  })
}
