import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { ConflictError } from "../domain/ConflictError.ts"
import * as Hindrance from "./Hindrance.ts"

/** What was removed, and what was kept because a person decided on it. */
export interface Removal {
  /** Those of these that were there and are gone. */
  readonly removed: number
  readonly kept: ReadonlyArray<ConflictError>
}

const conflict = (uri: string, decided: number) =>
  new ConflictError({
    uri,
    problem:
      `relations that a person decided on would lose an end with it (${decided}). ` +
      "Remove them first, or force it with the option force",
    remedy: { action: "force" }
  })

/** Removes references with their vectors and relations; inside a transaction. What is not there is left out. */
export const removeMany = Effect.fnUntraced(
  function* (
    sql: SqlClient.SqlClient,
    uris: ReadonlyArray<string>,
    force: boolean
  ): Effect.fn.Return<Removal, SqlError.SqlError> {
    const distinct = [...new Set(uris)]
    // Places in the list, and no text of a table, are what is read.
    const found = yield* sql<{ readonly id: number; readonly at: number; readonly decided: number }>`
    SELECT r.id, j.key AS at, (SELECT count(*) FROM crosswalk_relation WHERE status <> 'suggested'
      AND id IN (SELECT relation_id FROM crosswalk_relation_end WHERE reference_id = r.id)) AS decided
    FROM json_each(${JSON.stringify(distinct)}) AS j CROSS JOIN crosswalk_reference AS r ON r.uri = j.value`
    const free = force ? found : found.filter(({ decided }) => decided === 0)
    const ids = JSON.stringify(free.map(({ id }) => id))
    // What was decided of what goes, which a trigger of ours keeps.
    const decided = free.every(({ decided }) => decided === 0)
      ? []
      : yield* sql<{ readonly id: number }>`SELECT id FROM crosswalk_relation WHERE status <> 'suggested' AND id IN (
        SELECT relation_id FROM crosswalk_relation_end WHERE reference_id IN (SELECT value FROM json_each(${ids})))`
    const gone =
      yield* sql`DELETE FROM crosswalk_reference WHERE id IN (SELECT value FROM json_each(${ids})) RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_reference", { rows: gone.length, most: free.length })
    yield* Hindrance.requireAll(sql, "crosswalk_orphan", {
      rows: 0,
      most: decided.length,
      left: sql`SELECT 1 FROM json_each(${JSON.stringify(decided.map(({ id }) => id))})
      WHERE value NOT IN (SELECT id FROM crosswalk_orphan)`
    })
    const kept = force
      ? []
      : found.flatMap(({ at, decided }) => (decided === 0 ? [] : [conflict(distinct[at] ?? "", decided)]))
    return { removed: free.length, kept }
  },
  (removing, sql) => Hindrance.named(sql)(removing)
)
