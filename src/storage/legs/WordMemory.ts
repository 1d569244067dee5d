import { hash } from "node:crypto"
import { Clock, Effect, Option, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import { offLoop, onLoop } from "../../libsql/LongReads.ts"
import * as Columns from "../Columns.ts"
import * as Remembered from "../Remembered.ts"
import { KeywordMemory } from "./KeywordMemory.ts"
import { varints } from "./KeywordScore.ts"
import * as WordIndex from "./WordIndex.ts"

const states = Columns.make("keyword index", {
  /** What it is made of: every change of a text makes this another one. */
  structure: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 10)",
  totals: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 1)"
})
const State = Schema.Struct({ structure: Schema.NullOr(Schema.String), totals: Schema.NullOr(Schema.String) })
const decodeState = Columns.decoder(states, State, "Search.keyword")

const columns = Columns.make("reference", {
  id: "r.id",
  uri: "r.uri",
  title: "r.title",
  description: "r.description"
})
const Row = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  title: Schema.String,
  description: Schema.NullOr(Schema.String)
})
const decodeRows = Columns.listDecoder(columns, Row)

/** How many texts are read at once: some 5 ms. */
const pageSize = 250

/** How long nothing is tried after what was stored could not be read, in milliseconds. */
const pause = 60_000

/** How often it is looked for a moment at which nothing is written. */
const attempts = 3

/** 52 bits of a text's hash, which take a fraction of the memory of all of it. */
const digest = (text: string): number => Number.parseInt(hash("sha1", text, "hex").slice(0, 13), 16)

interface Kept {
  readonly index: WordIndex.WordIndex
  /** What each text was, by the ids of the references. */
  readonly texts: Map<number, number>
  /** The moment of the tables that it shows; undefined while it is read. */
  state: string | undefined
}

const fresh = (): Kept => ({ index: WordIndex.make(), texts: new Map(), state: undefined })

/**
 * The words of all references in memory, as of the moment of the call: undefined while they are not there, or something
 * else was written since. Then they are read in the background.
 */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const { after, share, words } = yield* KeywordMemory
  const scope = yield* Effect.scope
  let kept: Kept | undefined
  let queries = 0
  let isReading = false
  let notBefore = 0

  /** The state of FTS5's index, and how many words it has. */
  const now: Effect.Effect<{ readonly state: string; readonly words: number }, SqlError.SqlError | DatabaseError> =
    Effect.gen(function* () {
      const [row] = yield* sql`SELECT ${sql.literal(states.sql)}`
      const { structure, totals } = yield* decodeState(row ?? {})
      const [, ...tokens] = varints(Buffer.from(totals ?? "", "hex"))
      return { state: `${structure} ${totals}`, words: tokens.reduce((sum, n) => sum + n, 0) }
    })

  const remembered = yield* Remembered.make
  const nowOrBefore = remembered(onLoop(now))

  /** Reads all texts, and takes what is another one than it was; false where one cannot be read. */
  const read = Effect.fnUntraced(function* ({ index, texts }: Kept) {
    const gone = new Set(texts.keys())
    for (let last = 0, isEnd = false; !isEnd; ) {
      const rows = sql`SELECT ${sql.literal(columns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${last} ORDER BY r.id LIMIT ${pageSize}`
      const [page] = yield* offLoop(sql`SELECT ${sql.literal(Columns.listed(columns))} FROM (${rows})`)
      const entries = decodeRows(page ?? {})
      if (entries === undefined) return false
      for (const entry of entries) {
        const text = digest(JSON.stringify([entry.uri, entry.title, entry.description]))
        gone.delete(entry.id)
        if (texts.get(entry.id) === text) continue
        texts.set(entry.id, text)
        index.add(entry)
      }
      last = entries.at(-1)?.id ?? last
      isEnd = entries.length < pageSize
      yield* Effect.yieldNow
    }
    for (const id of gone) {
      texts.delete(id)
      index.remove(id)
    }
    return true
  })

  const refresh = Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const next = kept === undefined || kept.index.isWorn() ? fresh() : kept
    next.state = undefined
    let isReadable = true
    for (let attempt = 0; attempt < attempts && isReadable && next.state === undefined; attempt++) {
      const before = yield* now
      isReadable = before.words <= words && (yield* read(next))
      const { state } = yield* now
      if (isReadable && state === before.state) next.state = state
    }
    kept = isReadable ? next : undefined
    const ended = yield* Clock.currentTimeMillis
    notBefore = isReadable ? ended + (ended - started) / share : ended + pause
  })

  const inBackground = refresh.pipe(
    Effect.tapCause((cause) => Effect.logDebug("The words of the references could not be read", cause)),
    Effect.onError(() =>
      Effect.map(Clock.currentTimeMillis, (time) => {
        kept = undefined
        notBefore = time + pause
      })
    ),
    Effect.ignoreCause,
    Effect.ensuring(
      Effect.sync(() => {
        isReading = false
      })
    ),
    Effect.withSpan("Search.words"),
    Effect.forkIn(scope)
  )

  const current = Effect.gen(function* () {
    // Only the connection of a transaction sees what it has not committed, and what is read elsewhere would be kept for others.
    if (words === 0 || Option.isSome(yield* Effect.serviceOption(sql.transactionService))) return undefined
    if (++queries <= after) return undefined
    if (kept?.state !== undefined) {
      const { state } = yield* nowOrBefore
      if (kept?.state === state) return kept.index
    }
    if (!isReading && (yield* Clock.currentTimeMillis) >= notBefore) {
      isReading = true
      yield* inBackground
    }
    return undefined
  })

  return { current }
})
