import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as Abbreviations from "./Abbreviations.ts"
import * as Hindrance from "./Hindrance.ts"
import type { StoredRow } from "./ReferenceRow.ts"

/** What saving did, in numbers of references. */
export interface SaveTotals {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
}

/** Writes references, and only what differs from what is stored. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const repeatable = ServerWrites.repeatable(sql)

  /** Which of these rows differ from what is stored, and how many of them are new. */
  const changed = Effect.fnUntraced(function* (rows: ReadonlyArray<StoredRow>) {
    const named = rows.map(({ contentHash, textHash, uri }) => [uri, contentHash, textHash])
    const stored = yield* sql<{ readonly place: number; readonly same: number }>`
      SELECT j.key AS place, r.content_hash IS j.value ->> '$[1]' AND r.text_hash IS j.value ->> '$[2]' AS same
      FROM json_each(${JSON.stringify(named)}) AS j JOIN crosswalk_reference AS r ON r.uri = j.value ->> '$[0]'`
    const same = new Set(stored.flatMap(({ place, same }) => (same === 1 ? [place] : [])))
    return { rows: rows.filter((_, place) => !same.has(place)), created: rows.length - stored.length }
  })

  /** Writes rows of distinct uris; inside a transaction. */
  const upsert = Effect.fnUntraced(function* (distinct: ReadonlyArray<StoredRow>) {
    const { rows, created } = yield* changed(distinct)
    const now = yield* Clock.currentTimeMillis
    const catalogs = [...new Set(rows.flatMap(({ catalog }) => catalog ?? []))]
    const json = JSON.stringify(rows)
    yield* sql`
      INSERT OR IGNORE INTO crosswalk_catalog (id, created_at)
      SELECT value, ${now} FROM json_each(${JSON.stringify(catalogs)})`
    const stored = yield* sql`
      INSERT INTO crosswalk_reference
        (uri, title, entity_type, description, tags, metadata, catalog, identifier, label, role, identifier_normal,
          label_normal, natural, content_hash, text_hash, created_at, updated_at)
      SELECT value ->> '$.uri', value ->> '$.title', value ->> '$.entityType', value ->> '$.description',
        value ->> '$.tags', value ->> '$.metadata', value ->> '$.catalog', value ->> '$.identifier',
        value ->> '$.label', value ->> '$.role', value ->> '$.identifierNormal', value ->> '$.labelNormal',
        value ->> '$.natural', value ->> '$.contentHash', value ->> '$.textHash', ${now}, ${now}
      FROM json_each(${json}) WHERE true
      ON CONFLICT (uri) DO UPDATE SET
        title = excluded.title, entity_type = excluded.entity_type, description = excluded.description,
        tags = excluded.tags, metadata = excluded.metadata, catalog = excluded.catalog,
        identifier = excluded.identifier, label = excluded.label, role = excluded.role,
        identifier_normal = excluded.identifier_normal, label_normal = excluded.label_normal,
        natural = excluded.natural,
        content_hash = excluded.content_hash, text_hash = excluded.text_hash,
        updated_at = CASE content_hash WHEN excluded.content_hash THEN updated_at ELSE excluded.updated_at END
      RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_reference", { rows: stored.length, most: rows.length })
    yield* Abbreviations.store(sql, rows)
    return { created, updated: rows.length - created, unchanged: distinct.length - rows.length } satisfies SaveTotals
  }, Hindrance.named(sql))

  /** Writes in one transaction what differs, if anything does; the last of several rows with one uri wins. */
  const write = Effect.fnUntraced(function* (rows: ReadonlyArray<StoredRow>) {
    const distinct = [...new Map(rows.map((row) => [row.uri, row])).values()]
    // What is counted first is what was there before: the answer to the commit may be lost, and then nothing differs.
    let counted: SaveTotals | undefined
    const counting = Effect.tap(upsert(distinct), (totals) => Effect.sync(() => (counted ??= totals)))
    return yield* repeatable(
      Effect.gen(function* () {
        // Where the first differs others do, mostly; the transaction asks about all of them anyway.
        const differs = Effect.map(changed(distinct.slice(0, 1)), ({ rows }) => rows.length > 0)
        const isSame = !(yield* differs) && (yield* changed(distinct)).rows.length === 0
        const totals = isSame
          ? { created: 0, updated: 0, unchanged: distinct.length }
          : yield* sql.withTransaction(counting)
        return counted ?? totals
      })
    )
  })

  return { upsert, write, repeatable }
})
