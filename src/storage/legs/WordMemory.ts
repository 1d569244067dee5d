import { Clock, Effect, Metric, Option, Semaphore } from "effect"
import type { SqlClient } from "effect/sql"
import * as Metrics from "../../domain/Metrics.ts"
import { onLoop } from "../../libsql/LongReads.ts"
import * as Remembered from "../Remembered.ts"
import { KeywordMemory } from "./KeywordMemory.ts"
import * as RankingThread from "./RankingThread.ts"
import * as TextChanges from "./TextChanges.ts"
import * as WordMoment from "./WordMoment.ts"
import * as WordReading from "./WordReading.ts"

/** How long nothing is tried after what was stored could not be read, in milliseconds. */
const pause = 60_000

/** So many texts that changed are read within a search: some 3 ms. */
const few = 128

/** How often what was written while texts were read in the background is read there too. */
const attempts = 5

/** About how many bytes texts of so many words take. */
const bytesOf = ({ texts, words }: TextChanges.Moment) => 9 * words + 60 * texts

/**
 * The words of all references in memory, as of the moment of the call. After a write what changed is read within the call where it is
 * little. Else, and before they are there, it is undefined, and they are read in the background.
 */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const { after, bytes, share } = yield* KeywordMemory
  const scope = yield* Effect.scope
  const changes = TextChanges.make(sql)
  const rank = yield* RankingThread.make
  const reading = yield* WordReading.make(sql, changes)
  const remembered = yield* Remembered.make
  const nowOrBefore = remembered(onLoop(changes.now))
  const lock = yield* Semaphore.make(1)
  let kept: WordMoment.WordMoment | undefined
  let queries = 0
  let isReading = false
  let notBefore = 0

  const keep = (made: WordMoment.WordMoment | undefined) => {
    kept = made
    return Metric.update(Metrics.indexWords, made?.index.bytes ?? 0)
  }

  /** What was stored when a change was looked for; undefined where it has to be read again, or takes too much. */
  const following = (before: WordMoment.WordMoment, found: Effect.Success<ReturnType<typeof changes.since>>) =>
    found === undefined || bytesOf(found.moment) > bytes ? undefined : WordMoment.followed(before, found)

  /** Reads what was written meanwhile too, so that little is left for searches. */
  const caughtUp = Effect.fnUntraced(function* (read: WordMoment.WordMoment) {
    let made: WordMoment.WordMoment | undefined = read
    for (let attempt = 0; attempt < attempts && made !== undefined; attempt++) {
      const found = yield* onLoop(changes.since(made.position, few))
      if (found === undefined || found.changes.length <= few) return following(made, found)
      made = yield* reading.renewed(made)
    }
    return made
  })

  const renew = Effect.fnUntraced(function* (before: WordMoment.WordMoment) {
    const made = yield* reading.renewed(before)
    yield* keep(made === undefined ? undefined : yield* caughtUp(made))
  })

  const readWhole = Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const moment = yield* onLoop(changes.now)
    const read = moment === undefined || bytesOf(moment) > bytes ? undefined : yield* reading.whole
    const ended = yield* Clock.currentTimeMillis
    notBefore = read === undefined ? ended + pause : ended + (ended - started) / share
    yield* keep(read === undefined ? undefined : yield* caughtUp(read))
  })

  const inBackground = Effect.suspend(() => (kept === undefined ? readWhole : renew(kept))).pipe(
    Effect.tapCause((cause) => Effect.logDebug("The words of the references could not be read", cause)),
    Effect.onError(() =>
      Effect.flatMap(Clock.currentTimeMillis, (time) => {
        notBefore = time + pause
        return keep(undefined)
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

  const read = Effect.gen(function* () {
    if (isReading || (kept === undefined && (yield* Clock.currentTimeMillis) < notBefore)) return
    isReading = true
    yield* inBackground
  })

  /** Brings the words up to date, where little was written since. */
  const follow = Effect.fnUntraced(function* ({ state }: TextChanges.Moment) {
    const before = kept
    // Another search did.
    if (before === undefined || before.state === state) return before
    const found = yield* onLoop(changes.since(before.position, few))
    if (found !== undefined && found.changes.length > few) return undefined
    const made = following(before, found)
    // What was read in the background meanwhile is better.
    if (kept === before) yield* keep(made)
    return made
  })

  const followed = Effect.gen(function* () {
    if (kept === undefined) return undefined
    const moment = yield* nowOrBefore
    if (moment === undefined) return undefined
    return kept?.state === moment.state ? kept : yield* lock.withPermits(1)(follow(moment))
  })

  const current = Effect.gen(function* () {
    // Only the connection of a transaction sees what it has not committed, and what is read elsewhere would be kept for others.
    if (bytes === 0 || Option.isSome(yield* Effect.serviceOption(sql.transactionService))) return undefined
    if (++queries <= after) return undefined
    const words = yield* followed
    if (words === undefined || WordMoment.isScattered(words)) yield* read
    return words?.index
  })

  /** The URI of a reference, where it is in memory, whatever was written since. */
  const uriOf = (id: number) => kept?.index.uriOf(id)

  return { current, rank, uriOf }
})
