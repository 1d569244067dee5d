import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import type { Position } from "../ChangeLog.ts"
import * as Columns from "../Columns.ts"
import { varints } from "./KeywordScore.ts"

const log = "crosswalk_text_change"

const isOther = ["uri", "title", "description"].map((column) => `old.${column} IS NOT new.${column}`).join(" OR ")

/**
 * What makes the log. The nonce tells histories apart, and as much is kept, as in `crosswalk_change`. The newest row is never removed,
 * so that no number comes twice in a history.
 */
export const statements: ReadonlyArray<string> = [
  `CREATE TABLE ${log} (
      seq INTEGER PRIMARY KEY,
      reference_id INTEGER NOT NULL,
      nonce INTEGER NOT NULL DEFAULT (random() & 2147483647)
    )`,
  // The state before the first change has a nonce too.
  `INSERT INTO ${log} (reference_id) VALUES (0)`,
  `CREATE TRIGGER ${log}_insert AFTER INSERT ON crosswalk_reference BEGIN
      INSERT INTO ${log} (reference_id) VALUES (new.id);
    END`,
  `CREATE TRIGGER ${log}_update AFTER UPDATE OF uri, title, description ON crosswalk_reference WHEN ${isOther} BEGIN
      INSERT INTO ${log} (reference_id) VALUES (new.id);
    END`,
  `CREATE TRIGGER ${log}_delete AFTER DELETE ON crosswalk_reference BEGIN
      INSERT INTO ${log} (reference_id) VALUES (old.id);
    END`,
  `CREATE TRIGGER ${log}_prune AFTER INSERT ON ${log} WHEN new.seq % 1024 = 0 BEGIN
      DELETE FROM ${log}
      WHERE seq <= new.seq - max(131072, coalesce((SELECT max(id) FROM crosswalk_reference) / 5, 0));
    END`
]

const Row = Schema.Struct({
  id: Schema.Int,
  uri: Schema.NullOr(Schema.String),
  title: Schema.NullOr(Schema.String),
  description: Schema.NullOr(Schema.String)
})

/** The id of a reference whose text came, changed or went, and the text as it is now; without a URI where it is gone. */
export type Change = typeof Row.Type

const texts = Columns.make("changed text", {
  id: "c.id",
  uri: "r.uri",
  title: "r.title",
  description: "r.description"
})
const decodeTexts = Columns.listDecoder(texts, Row)
const ids = Columns.make("changed id", { id: "c.id" })
const decodeIds = Columns.listDecoder(ids, Schema.Struct({ id: Schema.Int }))

/** A value of the newest change. */
const newest = (column: string) => `(SELECT ${Columns.integer(column)} FROM ${log} ORDER BY seq DESC LIMIT 1)`

const moments = Columns.make("keyword index", {
  /** What FTS5's index is made of, and of how many texts and words: every change of a text makes this another one. */
  structure: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 10)",
  totals: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 1)",
  seq: newest("seq"),
  nonce: newest("nonce")
})
const Stored = Schema.Struct({
  structure: Schema.NullOr(Schema.String),
  totals: Schema.NullOr(Schema.String),
  seq: Schema.NullOr(Schema.Int),
  nonce: Schema.NullOr(Schema.Int),
  /** Whether a position is one of this history that is still written down. */
  known: Schema.optional(Schema.Int)
})
const decodeMoment = Columns.decoder(moments, Stored, "Search.keyword")

/** What the stored texts are at a moment. */
export interface Moment {
  /** Differs from that of every moment with other texts. */
  readonly state: string
  readonly position: Position
  /** How many texts and words FTS5's index has. */
  readonly texts: number
  readonly words: number
}

type Failure = SqlError.SqlError | DatabaseError

/** Undefined where the index or the log is damaged. */
const momentOf = ({ nonce, seq, structure, totals }: typeof Stored.Type): Moment | undefined => {
  // hex() makes an empty text of NULL.
  if (!structure || !totals || seq === null || nonce === null) return undefined
  const [count = 0, ...words] = varints(Buffer.from(totals, "hex"))
  return {
    state: `${structure} ${totals} ${seq} ${nonce}`,
    position: { seq, nonce },
    texts: count,
    words: words.reduce((sum, n) => sum + n, 0)
  }
}

/**
 * The history of the texts of references and their URIs, which triggers write whoever changes them: for an index that is kept
 * outside of the database. Each answer is of one moment.
 */
export const make = (sql: SqlClient.SqlClient) => {
  const table = sql.literal(log)
  const idsAfter = ({ seq }: Position) => sql`SELECT DISTINCT reference_id AS id FROM ${table} WHERE seq > ${seq}`

  const now: Effect.Effect<Moment | undefined, Failure> = Effect.gen(function* () {
    const [row] = yield* sql`SELECT ${sql.literal(moments.sql)}`
    return momentOf(yield* decodeMoment(row ?? {}))
  })

  /** What now is, and rows of what changed since a position; undefined where that cannot be told. */
  const following = <A>(columns: Columns.Columns, decode: (row: Readonly<Record<string, unknown>>) => A | undefined) =>
    Effect.fnUntraced(function* (
      { nonce, seq }: Position,
      rows: Statement.Fragment
    ): Effect.fn.Return<{ readonly moment: Moment; readonly changes: A } | undefined, Failure> {
      const [row] = yield* sql`SELECT ${sql.literal(moments.sql)},
        EXISTS (SELECT 1 FROM ${table} WHERE seq = ${seq} AND nonce = ${nonce}) AS known,
        (SELECT ${sql.literal(Columns.listed(columns))} FROM (${rows})) AS ${sql(columns.what)}`
      const stored = yield* decodeMoment(row ?? {})
      const moment = momentOf(stored)
      const changes = decode(row ?? {})
      return stored.known === 1 && moment !== undefined && changes !== undefined ? { moment, changes } : undefined
    })

  const followingTexts = following(texts, decodeTexts)
  const followingIds = following(ids, decodeIds)

  /** What changed since a position, of one text more than `limit` at most. */
  const since = (position: Position, limit: number) =>
    followingTexts(
      position,
      sql`SELECT ${sql.literal(texts.sql)} FROM (${idsAfter(position)} LIMIT ${limit + 1}) AS c
        LEFT JOIN crosswalk_reference AS r ON r.id = c.id`
    )

  /** The ids of all that changed since a position. */
  const idsSince = (position: Position) =>
    followingIds(position, sql`SELECT ${sql.literal(ids.sql)} FROM (${idsAfter(position)}) AS c`)

  return { now, since, idsSince }
}

export type TextChanges = ReturnType<typeof make>
