import { Context, Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import * as Columns from "./Columns.ts"
import * as Remembered from "./Remembered.ts"

const columns = Columns.make("reference", { uri: "r.uri", id: "r.id" })
const Key = Schema.Struct({ uri: Schema.String, id: Schema.Int })
const decode = Columns.decoder(columns, Key, "ReferenceKeys")

/** So many are kept. */
const maximumKept = 200_000

type Failure = SqlError.SqlError | DatabaseError

/**
 * What somebody knows of the keys of references without asking a table, which is then not asked. It need not be of now: an id is never
 * given to another reference, and keeps its URI.
 */
export class KnownKeys extends Context.Reference<{
  readonly uriOf: (id: number) => string | undefined
  readonly idOf: (uri: string) => number | undefined
}>("crosswalk/storage/KnownKeys", {
  defaultValue: () => ({ uriOf: () => undefined, idOf: () => undefined })
}) {}

/** What references are called by inside of the database, and their URIs. What was asked for is kept until something is committed. */
export interface ReferenceKeys {
  /** The URIs of ids, without ids that there are not. */
  readonly urisOf: (ids: Iterable<number>) => Effect.Effect<ReadonlyMap<number, string>, Failure>
  /** The ids of URIs, without URIs that there are not. */
  readonly idsOf: (uris: Iterable<string>) => Effect.Effect<ReadonlyMap<string, number>, Failure>
}

/** Of the database in use. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const remembered = yield* Remembered.make
  const kept = remembered(Effect.sync(() => ({ uris: new Map<number, string>(), ids: new Map<string, number>() })))
  type Kept = Effect.Success<typeof kept>

  const read = Effect.fnUntraced(function* (kept: Kept, column: "r.id" | "r.uri", keys: ReadonlyArray<unknown>) {
    if (kept.ids.size > maximumKept) {
      kept.ids.clear()
      kept.uris.clear()
    }
    const rows = yield* sql`
      SELECT ${sql.literal(columns.sql)} FROM json_each(${JSON.stringify(keys)}) AS j
        CROSS JOIN crosswalk_reference AS r ON ${sql.literal(column)} = j.value`
    const found = yield* Effect.forEach(rows, decode)
    for (const { id, uri } of found) {
      kept.uris.set(id, uri)
      kept.ids.set(uri, id)
    }
    return found
  })

  const finder = <K extends number | string, V>(
    column: "r.id" | "r.uri",
    toldBy: (known: typeof KnownKeys.Service) => (key: K) => V | undefined,
    mapOf: (kept: Kept) => ReadonlyMap<K, V>,
    entryOf: (key: typeof Key.Type) => readonly [K, V]
  ) =>
    Effect.fnUntraced(function* (keys: Iterable<K>): Effect.fn.Return<ReadonlyMap<K, V>, Failure> {
      const found = new Map<K, V>()
      const without = (valueOf: (key: K) => V | undefined, keys: Iterable<K>) => {
        const unknown: Array<K> = []
        for (const key of keys) {
          const value = valueOf(key)
          if (value === undefined) unknown.push(key)
          else found.set(key, value)
        }
        return unknown
      }
      const untold = without(toldBy(yield* KnownKeys), keys)
      if (untold.length === 0) return found
      const all = yield* kept
      const known = mapOf(all)
      const unknown = without((key) => known.get(key), untold)
      if (unknown.length === 0) return found
      for (const key of yield* read(all, column, unknown)) found.set(...entryOf(key))
      return found
    })

  return {
    urisOf: finder<number, string>(
      "r.id",
      ({ uriOf }) => uriOf,
      ({ uris }) => uris,
      ({ id, uri }) => [id, uri]
    ),
    idsOf: finder<string, number>(
      "r.uri",
      ({ idOf }) => idOf,
      ({ ids }) => ids,
      ({ id, uri }) => [uri, id]
    )
  } satisfies ReferenceKeys
})
