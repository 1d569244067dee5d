import { Clock, Effect, Metric, Option, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import * as Metrics from "../../domain/Metrics.ts"
import { moduleUrl } from "../../domain/PackageFolder.ts"
import { offLoop, onLoop } from "../../libsql/LongReads.ts"
import * as WorkerClient from "../../worker/WorkerClient.ts"
import * as Columns from "../Columns.ts"
import * as Remembered from "../Remembered.ts"
import { KeywordMemory } from "./KeywordMemory.ts"
import { varints } from "./KeywordScore.ts"
import * as RankingThread from "./RankingThread.ts"
import * as WordIndex from "./WordIndex.ts"
import type { Answer, Question } from "./WordProtocol.ts"

const states = Columns.make("keyword index", {
  /** What it is made of: every change of a text makes this another one. */
  structure: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 10)",
  totals: "(SELECT hex(block) FROM crosswalk_keyword_data WHERE id = 1)"
})
const State = Schema.Struct({ structure: Schema.NullOr(Schema.String), totals: Schema.NullOr(Schema.String) })
const decodeState = Columns.decoder(states, State, "Search.keyword")

const texts = Columns.make("reference", {
  id: "r.id",
  uri: "r.uri",
  title: "r.title",
  description: "r.description"
})
const isBytes = Schema.is(Columns.Bytes)

/** How many texts are read at once: some 5 ms. */
const pageSize = 500

/** How long nothing is tried after what was stored could not be read, in milliseconds. */
const pause = 60_000

/** How often it is looked for a moment at which nothing is written. */
const attempts = 3

interface Kept {
  readonly index: WordIndex.WordIndex
  /** The moment of the tables that it shows. */
  readonly state: string
}

/** About how many bytes texts of so many words take. */
const bytesOf = (words: number, texts: number) => 9 * words + 60 * texts

/**
 * The words of all references in memory, as of the moment of the call: undefined while they are not there, or something
 * else was written since. Then they are read in the background.
 */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const { after, bytes, share } = yield* KeywordMemory
  const scope = yield* Effect.scope
  let kept: Kept | undefined
  let queries = 0
  let isReading = false
  let notBefore = 0

  const thread = yield* WorkerClient.make<Question, Answer>(moduleUrl("storage/legs/WordWorker"), undefined)

  const rank = yield* RankingThread.make

  /** The state of FTS5's index, undefined where it is damaged, and about how many bytes its words take in memory. */
  const now: Effect.Effect<
    { readonly state: string | undefined; readonly bytes: number },
    SqlError.SqlError | DatabaseError
  > = Effect.gen(function* () {
    const [row] = yield* sql`SELECT ${sql.literal(states.sql)}`
    const { structure, totals } = yield* decodeState(row ?? {})
    const [texts = 0, ...words] = varints(Buffer.from(totals ?? "", "hex"))
    return {
      // hex() makes an empty text of NULL.
      state: structure && totals ? `${structure} ${totals}` : undefined,
      bytes: bytesOf(
        words.reduce((sum, n) => sum + n, 0),
        texts
      )
    }
  })

  const remembered = yield* Remembered.make
  const nowOrBefore = remembered(onLoop(now))

  /** The index of all texts; undefined where one of them cannot be read. */
  const read = Effect.gen(function* () {
    yield* thread.ask({ _tag: "Begin" })
    for (let last = 0, isEnd = false; !isEnd; ) {
      const rows = sql`SELECT ${sql.literal(texts.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${last} ORDER BY r.id LIMIT ${pageSize}`
      const [page] = yield* offLoop(sql`SELECT ${sql.literal(Columns.listed(texts))} FROM (${rows})`)
      const json = page?.[texts.what]
      // Without any text there is no list.
      if (json === null) break
      if (!isBytes(json)) return undefined
      const added = yield* thread.ask({ _tag: "Add", page: json })
      if (added._tag !== "Added") return undefined
      last = added.last
      isEnd = added.count < pageSize
    }
    const built = yield* thread.ask({ _tag: "Build" })
    return built._tag === "Built" ? WordIndex.make(built.data) : undefined
  })

  const refresh = Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    kept = undefined
    let isReadable = true
    for (let attempt = 0; attempt < attempts && isReadable && kept === undefined; attempt++) {
      const before = yield* now
      const index = before.state === undefined || before.bytes > bytes ? undefined : yield* read
      isReadable = index !== undefined
      if (index === undefined || before.state === undefined) continue
      if ((yield* now).state === before.state) kept = { index, state: before.state }
    }
    yield* Metric.update(Metrics.indexWords, kept?.index.bytes ?? 0)
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
    if (bytes === 0 || Option.isSome(yield* Effect.serviceOption(sql.transactionService))) return undefined
    if (++queries <= after) return undefined
    if (kept !== undefined) {
      const { state } = yield* nowOrBefore
      if (kept?.state === state) return kept.index
    }
    if (!isReading && (yield* Clock.currentTimeMillis) >= notBefore) {
      isReading = true
      yield* inBackground
    }
    return undefined
  })

  /** The URI of a reference, where it is in memory, whatever was written since. */
  const uriOf = (id: number) => kept?.index.uriOf(id)

  return { current, rank, uriOf }
})
