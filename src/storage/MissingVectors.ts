import { Effect, Ref } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { offLoop } from "../libsql/LongReads.ts"
import * as Columns from "./Columns.ts"
import { conditions, isOpen } from "./FilterSql.ts"
import * as Remembered from "./Remembered.ts"

interface Known {
  readonly fingerprint: string
  /** What the tables were when it was counted. */
  readonly state: string
  readonly missing: number
}

/**
 * What changes with the number of references and with that of vectors: the totals of the keyword index, which triggers keep, and
 * the newest of the changes of vectors.
 */
const state = `(SELECT printf('%d %d ', seq, nonce) || coalesce((SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 1), '')
  FROM crosswalk_change ORDER BY seq DESC LIMIT 1)`

/** As it is given out, for no statement gives out a text of a table. */
type Bytes = ArrayBuffer | Uint8Array | null

const textOf = (bytes: Bytes | undefined): string =>
  bytes === null || bytes === undefined ? "" : Buffer.from(new Uint8Array(bytes)).toString("latin1")

/** Counts what has no vector. */
export interface MissingVectors {
  /** How many references that pass the filter have no fresh vector of the model with this fingerprint. */
  readonly count: (fingerprint: string, filter: Filter | undefined) => Effect.Effect<number, SqlError.SqlError>
}

/**
 * Counts what has no vector, and remembers what it counted until the tables change: at a million references, a count takes
 * 10 ms, although SQLite counts whole tables by their pages. Vectors of other models are counted in their index; under a
 * filter, it is asked for each reference that passes, unless none lacks a vector.
 */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const kept = yield* Ref.make<Known | undefined>(undefined)
  const remembered = yield* Remembered.make
  const counted = remembered(Effect.sync(() => new Map<string, number>()))

  const modelOf = (fingerprint: string) =>
    sql`coalesce((SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint}), -1)`

  const ofAll = Effect.fnUntraced(function* (fingerprint: string) {
    const model = modelOf(fingerprint)
    const known = yield* Ref.get(kept)
    const before = known?.fingerprint === fingerprint ? known.state : ""
    const [all] = yield* sql<{
      readonly state: Bytes
      readonly missing: number | null
      readonly isMixed: number
    }>`
      SELECT ${sql.literal(Columns.bytes("s.state"))} AS state, iif(s.state = ${before}, NULL,
          (SELECT count(*) FROM crosswalk_reference) - (SELECT count(*) FROM crosswalk_embedding)) AS missing,
        EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id < ${model})
          OR EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id > ${model}) AS isMixed
      FROM (SELECT ${sql.literal(state)} AS state) AS s`
    if (known !== undefined && all !== undefined && all.missing === null) return known.missing
    const ofOthers = sql<{ readonly state: Bytes; readonly count: number }>`
      SELECT ${sql.literal(Columns.bytes(state))} AS state, (SELECT count(*) FROM crosswalk_embedding WHERE model_id < ${model}) +
        (SELECT count(*) FROM crosswalk_embedding WHERE model_id > ${model}) AS count`
    const [others] = all?.isMixed === 1 ? yield* offLoop(ofOthers) : []
    const missing = (all?.missing ?? 0) + (others?.count ?? 0)
    // Two statements can see two states.
    const seen = textOf(all?.state)
    const isOne = all?.isMixed !== 1 || textOf(others?.state) === seen
    yield* Ref.set(kept, isOne && seen !== "" ? { fingerprint, state: seen, missing } : undefined)
    return missing
  })

  const count = Effect.fnUntraced(function* (
    fingerprint: string,
    filter: Filter | undefined
  ): Effect.fn.Return<number, SqlError.SqlError> {
    const known = yield* counted
    const missing = known.get(fingerprint) ?? (yield* ofAll(fingerprint))
    known.set(fingerprint, missing)
    if (missing === 0 || isOpen(filter)) return missing
    // Left to itself, SQLite would read the rows of the vectors, which are ten times as large.
    const [passing] = yield* offLoop(sql<{ readonly missing: number }>`
      SELECT count(*) AS missing FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)} AND NOT EXISTS (
        SELECT 1 FROM crosswalk_embedding AS e INDEXED BY crosswalk_embedding_of_model
        WHERE e.model_id = ${modelOf(fingerprint)} AND e.reference_id = r.id)`)
    return passing?.missing ?? 0
  })

  return { count } satisfies MissingVectors
})
