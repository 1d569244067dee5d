import { Effect, Option, Schema, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { mostReferences } from "../domain/MapLayout.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelInfo } from "../domain/Embedding.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as ChangeLog from "./ChangeLog.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as Hindrance from "./Hindrance.ts"
import * as NaturalPages from "./NaturalPages.ts"
import * as PassageKey from "./PassageKey.ts"

const pageSize = 500
const rowsAtOnce = 500

const columns = Columns.make("place on the map", {
  uri: "r.uri",
  natural: "r.natural",
  catalog: "r.catalog",
  x: Columns.real("p.x"),
  y: Columns.real("p.y")
})
const Row = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  natural: Schema.String,
  catalog: Schema.NullOr(Schema.String),
  x: Schema.NullOr(Schema.Finite),
  y: Schema.NullOr(Schema.Finite)
})

/** A reference that has a vector, and where it is on the stored map. */
export interface Point {
  readonly id: number
  readonly uri: string
  readonly catalog: string | undefined
  readonly place: readonly [x: number, y: number] | undefined
}

/** Vectors one after the other, by the ids of their references. */
export interface Vectors {
  readonly ids: Float64Array
  readonly vectors: Float32Array<ArrayBuffer>
}

type Failure = SqlError.SqlError | DatabaseError

/** Where references are on the map that was computed. A trigger removes the place of a vector that changes or goes. */
export const make = Effect.fnUntraced(function* (model: ModelInfo) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const repeatable = ServerWrites.repeatable(yield* SqlClient.SqlClient)
  const log = ChangeLog.make(sql)
  const decode = Columns.decoder(columns, Row, "ReferenceMap")
  const ofModel = sql`(SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${model.fingerprint})`

  /** How many references have a vector of the model, and of how many the map has one. */
  const extent = Effect.map(
    sql<{ readonly count: number }>`SELECT count(*) AS count FROM crosswalk_embedding WHERE model_id = ${ofModel}`,
    ([row]) => ({ count: row?.count ?? 0, step: Math.max(1, Math.ceil((row?.count ?? 0) / mostReferences)) })
  )

  /** Every `step`th reference that has a vector of the model, in natural order. */
  const points = (step: number): Stream.Stream<Point, Failure> =>
    Stream.paginate(NaturalPages.start, (after) =>
      Effect.gen(function* () {
        // Left to itself, SQLite would read the rows of the vectors, which are ten times as large.
        const rows = yield* Effect.flatMap(
          sql`
            SELECT r.id, ${sql.literal(columns.sql)}
            FROM crosswalk_reference AS r LEFT JOIN crosswalk_map AS p ON p.reference_id = r.id
            WHERE ${NaturalPages.behind(sql, after)} AND r.id % ${step} = 0 AND EXISTS (
              SELECT 1 FROM crosswalk_embedding AS e INDEXED BY crosswalk_embedding_of_model
              WHERE e.model_id = ${ofModel} AND e.reference_id = r.id)
            ORDER BY ${NaturalPages.order(sql)} LIMIT ${pageSize}`,
          Effect.forEach(decode)
        )
        const found = rows.map(
          ({ catalog, id, uri, x, y }): Point => ({
            id,
            uri,
            catalog: catalog ?? undefined,
            place: x === null || y === null ? undefined : [x, y]
          })
        )
        return [found, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1))] as const
      })
    )

  /** The vectors of every `step`th reference, in pages. */
  const vectors = (step: number): Stream.Stream<Vectors, Failure> =>
    Stream.paginate(0, (after) =>
      Effect.map(log.vectorsAfter(after, model), ({ last, page }) => {
        const { dimensions } = model
        const taken = [...page.ids.keys()].filter((i) => (page.ids[i] ?? 0) % step === 0)
        const some = step === 1 ? page.vectors : new Float32Array(taken.length * dimensions)
        if (step > 1) {
          for (const [to, i] of taken.entries()) {
            some.set(page.vectors.subarray(i * dimensions, (i + 1) * dimensions), to * dimensions)
          }
        }
        const ids = Float64Array.from(taken, (i) => page.ids[i] ?? 0)
        return [[{ ids, vectors: some }], last >= PassageKey.first ? Option.none() : Option.some(last)] as const
      })
    )

  /** The state of all vectors, to be compared. */
  const position = Effect.map(log.newest(), (newest) => newest.position)

  /** Puts these places in the place of all others, but for vectors that have changed since a position of the log. */
  const replace = (ids: ArrayLike<number>, positions: Float32Array, since: ChangeLog.Position) =>
    repeatable(
      sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`DELETE FROM crosswalk_map`
          yield* Hindrance.requireAll(sql, "crosswalk_map", {
            rows: 0,
            most: Infinity,
            left: sql`SELECT 1 FROM crosswalk_map`
          })
          const rows = Array.from({ length: ids.length }, (_, i) => [ids[i], positions[2 * i], positions[2 * i + 1]])
          for (const some of chunks(rows, rowsAtOnce)) {
            const wanted = sql`SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2 FROM json_each(${JSON.stringify(some)}) AS j
                JOIN crosswalk_embedding AS e INDEXED BY crosswalk_embedding_of_model
                  ON e.model_id = ${ofModel} AND e.reference_id = j.value ->> 0
              WHERE j.value ->> 0 NOT IN (SELECT reference_id FROM crosswalk_change WHERE seq > ${since.seq})`
            const written = yield* sql`INSERT INTO crosswalk_map (reference_id, x, y) ${wanted} RETURNING 1`
            yield* Hindrance.requireAll(sql, "crosswalk_map", {
              rows: written.length,
              most: some.length,
              left: sql`${wanted} AND j.value ->> 0 NOT IN (SELECT reference_id FROM crosswalk_map)`
            })
          }
        })
      )
    )

  return { extent, points, vectors, position, replace }
})

/** Rows of the map that are of no use, to select from `crosswalk_map AS p`. */
export const isWrong = `typeof(p.x) <> 'real' OR typeof(p.y) <> 'real' OR abs(p.x) > 1e9 OR abs(p.y) > 1e9
  OR NOT EXISTS (SELECT 1 FROM crosswalk_embedding AS e WHERE e.reference_id = p.reference_id)`
