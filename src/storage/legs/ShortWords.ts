import type { SqlClient, Statement } from "effect/sql"

/**
 * Finds texts with a word of one or two letters, of scripts that put no spaces between words. Trigrams are three letters, so one
 * that begins with the word stands for the word wherever letters follow it; for the words at the end of a text there are indexes
 * of how texts end. Neither costs anything where no text is of such a script.
 */
const terms = "crosswalk_trigram_term"

/** Before all letters of such scripts: Thai, of which Unicode has the first of them, begins here. */
const first = "char(3584)"

/** The last letters of a field, and the last. */
const endings = ["title", "description"].flatMap((field) => [
  { name: `${field}_end`, end: `substr(${field}, -2)` },
  { name: `${field}_last`, end: `substr(${field}, -1)` }
])

/** What makes the indexes. */
export const statements: ReadonlyArray<string> = [
  `CREATE VIRTUAL TABLE ${terms} USING fts5vocab(crosswalk_trigram, instance)`,
  ...endings.map(
    ({ end, name }) =>
      `CREATE INDEX crosswalk_reference_${name} ON crosswalk_reference (${end}) WHERE ${end} >= ${first}`
  )
]

/** Whether `title` or `description` of a reference, by its columns, has a word, which is SQL; without the indexes, a scan. */
const has = (sql: SqlClient.SqlClient, word: Statement.Fragment, prefix: string): Statement.Fragment =>
  sql`(instr(${sql.literal(`${prefix}title`)}, ${word}) OR instr(${sql.literal(`${prefix}description`)}, ${word}))`

/** The ids of references that have a word, which is SQL, and of some that have not. */
const candidates = (sql: SqlClient.SqlClient, word: Statement.Fragment): Statement.Fragment => {
  const last = sql`${word} || char(1114111, 1114111, 1114111)`
  return endings.reduce(
    (all, { end }) => sql`${all} UNION ALL SELECT id FROM crosswalk_reference
      WHERE ${sql.literal(`${end} >= ${first}`)} AND ${sql.literal(end)} >= ${word} AND ${sql.literal(end)} <= ${last}`,
    sql`SELECT doc FROM ${sql.literal(terms)} WHERE term >= ${word} AND term <= ${last}`
  )
}

/** Whether a reference has a word, by the columns of `crosswalk_reference`, with a prefix such as `r.`. */
export const condition = (sql: SqlClient.SqlClient, word: Statement.Fragment, prefix = ""): Statement.Fragment =>
  sql`(${sql.literal(prefix)}id IN (${candidates(sql, word)}) AND ${has(sql, word, prefix)})`
