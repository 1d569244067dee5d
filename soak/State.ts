import { DatabaseSync } from "node:sqlite"

/** What a database says, a line a fact, without what differs from run to run: row ids and times. */
export type State = ReadonlyMap<string, string>

const facts: Readonly<Record<string, string>> = {
  // The hash of its text depends on what was learnt of the catalogue, which comes after its rows.
  reference: `SELECT uri, json_array(title, entity_type, description, tags, metadata, catalog, identifier, label, role,
    content_hash) FROM crosswalk_reference`,
  tag: `SELECT r.uri || ' ' || t.tag, '' FROM crosswalk_tag AS t JOIN crosswalk_reference AS r ON r.id = t.reference_id`,
  catalog: "SELECT id, '' FROM crosswalk_catalog",
  vector: `SELECT r.uri, e.text_hash || ' ' || hex(e.vector) FROM crosswalk_embedding AS e
    JOIN crosswalk_reference AS r ON r.id = e.reference_id`,
  relation: `SELECT (SELECT group_concat(side || ' ' || uri, ', ') FROM (SELECT e.side, o.uri
      FROM crosswalk_relation_end AS e JOIN crosswalk_reference AS o ON o.id = e.reference_id
      WHERE e.relation_id = r.id ORDER BY e.side, o.uri)) || ' ' || coalesce(r.catalog, '') || ' ' || r.type,
    json_array(r.confidence, r.status, (SELECT group_concat(hash) FROM (SELECT d.content_hash AS hash
      FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
      WHERE p.relation_id = r.id ORDER BY p.side, d.uri))) FROM crosswalk_relation AS r`,
  decisions: "SELECT 'of ' || coalesce(reviewer, ''), count(*) FROM crosswalk_decision GROUP BY reviewer"
}

/**
 * The state of the database in a file; one without our tables is empty. Read by SQLite itself, which, other than libSQL,
 * lets go of the file at once.
 */
export const read = (path: string): State => {
  const database = new DatabaseSync(path)
  try {
    const state = new Map<string, string>()
    const tables = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'crosswalk_decision'").all()
    if (tables.length === 0) return state
    for (const [kind, statement] of Object.entries(facts)) {
      for (const row of database.prepare(statement).all()) {
        const [key, value] = Object.values(row)
        state.set(`${kind} ${String(key)}`, String(value))
      }
    }
    return state
  } finally {
    database.close()
  }
}

const list = (keys: ReadonlyArray<string>) => `${keys.slice(0, 3).join("; ")}${keys.length > 3 ? " …" : ""}`

/** How a state differs from the one that is wanted; undefined where it does not. */
export const difference = (wanted: State, found: State): string | undefined => {
  const lost = [...wanted.keys()].filter((key) => !found.has(key))
  const added = [...found.keys()].filter((key) => !wanted.has(key))
  const changed = [...wanted].filter(([key, value]) => found.has(key) && found.get(key) !== value).map(([key]) => key)
  const parts = [
    lost.length > 0 ? `${lost.length} lost (${list(lost)})` : "",
    added.length > 0 ? `${added.length} too many (${list(added)})` : "",
    changed.length > 0 ? `${changed.length} changed (${list(changed)})` : ""
  ].filter((part) => part !== "")
  return parts.length === 0 ? undefined : parts.join(", ")
}

/** What is made again by the next run, so that it may be gone in between. */
const isDerived = (key: string) => key.startsWith("vector ")

/** What of a state is of neither of two others, between which it must lie; undefined where all is. */
export const outside = (before: State, after: State, found: State): string | undefined => {
  const strange = [...found]
    .filter(([key, value]) => before.get(key) !== value && after.get(key) !== value)
    .map(([key]) => key)
  const lost = [...before.keys()].filter((key) => after.has(key) && !found.has(key) && !isDerived(key))
  const parts = [
    strange.length > 0 ? `${strange.length} of neither state (${list(strange)})` : "",
    lost.length > 0 ? `${lost.length} lost (${list(lost)})` : ""
  ].filter((part) => part !== "")
  return parts.length === 0 ? undefined : parts.join(", ")
}
