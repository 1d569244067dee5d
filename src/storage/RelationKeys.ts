import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { type RelationEnds, urisOf } from "../domain/RelationEnds.ts"
import { chunks } from "./Chunks.ts"
import * as Hindrance from "./Hindrance.ts"

/** Ends as the tables have them. */
export interface StoredEnds {
  /** The ids of the sources. */
  readonly from: ReadonlyArray<number>
  /** The ids of the targets. */
  readonly onto: ReadonlyArray<number>
  /** What tells these ends apart from others: the ids of both sides, or of one and the catalog that has no counterpart. */
  readonly key: string
}

/** Finds what ends are stored as. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  /** The ids of the references that are stored. */
  const idsOf = Effect.fnUntraced(function* (uris: Iterable<string>) {
    const ids = new Map<string, number>()
    for (const chunk of chunks([...new Set(uris)], 1000)) {
      const rows = yield* sql<{ readonly place: number; readonly id: number }>`SELECT j.key AS place, r.id
        FROM json_each(${JSON.stringify(chunk)}) AS j JOIN crosswalk_reference AS r ON r.uri = j.value`
      for (const { id, place } of rows) ids.set(chunk[place] ?? "", id)
    }
    return ids
  })

  /** Which of these catalogs are stored. */
  const catalogsOf = Effect.fnUntraced(function* (catalogs: ReadonlyArray<string>) {
    if (catalogs.length === 0) return new Set<string>()
    const rows = yield* sql<{ readonly place: number }>`SELECT j.key AS place
      FROM json_each(${JSON.stringify(catalogs)}) AS j JOIN crosswalk_catalog AS c ON c.id = j.value`
    return new Set(rows.flatMap(({ place }) => catalogs[place] ?? []))
  })

  /** What is missing of ends. */
  const missingOf = (
    { to, ...ends }: RelationEnds,
    ids: ReadonlyMap<string, number>,
    catalogs: ReadonlySet<string>
  ): NotFoundError | undefined => {
    const missing = urisOf(ends).find((uri) => !ids.has(uri))
    if (missing !== undefined) return new NotFoundError({ uri: missing, entity: "reference" })
    return to === undefined || catalogs.has(to) ? undefined : new NotFoundError({ uri: to, entity: "catalog" })
  }

  /** Looks up ends in bulk: each as it is stored, or what of it is missing. */
  const lookUp = Effect.fnUntraced(function* (all: ReadonlyArray<RelationEnds>) {
    const ids = yield* idsOf(all.flatMap(urisOf))
    const catalogs = yield* catalogsOf(all.flatMap(({ to }) => to ?? []))
    return (ends: RelationEnds): StoredEnds | NotFoundError => {
      const missing = missingOf(ends, ids, catalogs)
      if (missing !== undefined) return missing
      const side = (uris: ReadonlyArray<string>) =>
        [...new Set(uris.flatMap((uri) => ids.get(uri) ?? []))].sort((a, b) => a - b)
      const [from, onto] = [side(ends.sources), side(ends.targets)]
      return { from, onto, key: `${from.join()}>${ends.to === undefined ? onto.join() : `@${ends.to}`}` }
    }
  })

  /** Writes the ends of relations that are stored. */
  const writeEnds = Effect.fnUntraced(function* (relations: ReadonlyArray<StoredEnds & { readonly type: string }>) {
    if (relations.length === 0) return
    const json = JSON.stringify(relations.map(({ from, key, onto, type }) => ({ from, key, onto, type })))
    const ends = sql`SELECT x.id, w.side, w.id FROM (
        SELECT j.value AS row, 'source' AS side, e.value AS id
        FROM json_each(${json}) AS j, json_each(j.value, '$.from') AS e
        UNION ALL
        SELECT j.value, 'target', e.value FROM json_each(${json}) AS j, json_each(j.value, '$.onto') AS e
      ) AS w JOIN crosswalk_relation AS x ON x.key = w.row ->> '$.key' AND x.type = w.row ->> '$.type'`
    const rows =
      yield* sql`INSERT OR IGNORE INTO crosswalk_relation_end (relation_id, side, reference_id) ${ends} RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_relation_end", {
      rows: rows.length,
      most: relations.reduce((sum, { from, onto }) => sum + from.length + onto.length, 0),
      left: sql`${ends} EXCEPT SELECT relation_id, side, reference_id FROM crosswalk_relation_end`
    })
  })

  return { lookUp, writeEnds }
})
