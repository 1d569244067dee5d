import { Effect, Metric, Option } from "effect"
import { SqlClient } from "effect/sql"
import { CosinesOptions, NearestOptions, UnitVector } from "../storage/NearestOptions.ts"
import * as Metrics from "../domain/Metrics.ts"
import { DataVersion } from "../libsql/DataVersion.ts"
import { offLoop } from "../libsql/LongReads.ts"
import * as CandidateScores from "../storage/CandidateScores.ts"
import * as CosineSql from "../storage/CosineSql.ts"
import * as Passing from "../storage/Passing.ts"
import * as ReferenceKeys from "../storage/ReferenceKeys.ts"
import * as Remembered from "../storage/Remembered.ts"
import type { Filter } from "../domain/Filter.ts"
import * as ChangeLog from "../storage/ChangeLog.ts"
import { isOpen } from "../storage/FilterSql.ts"
import { operation } from "../storage/Operation.ts"
import { type Nearest, type Neighbour, VectorIndex } from "../storage/VectorIndex.ts"
import * as CurrentIndex from "./CurrentIndex.ts"
import type { Cosines } from "./IndexProtocol.ts"
import type { Plan } from "./Plan.ts"
import * as Serving from "./Serving.ts"
import * as Succession from "./Succession.ts"

/** The most hits that are looked for in the index; for more, comparing all in SQL takes no longer. */
const longestSearch = 1000

/** How many of the index are looked at first and at last, for what passes a filter. */
const firstLook = 256
const longestLook = 8192

/**
 * Of how many that pass a filter each is compared, which takes some 2.5 µs. Of `n` among `count`, the index has to propose some
 * `1.5 limit count / n` until enough pass, and to score and test one takes twice as long. Where that would be more than are looked
 * at, all that pass are compared.
 */
const fewest = (count: number, limit: number): number =>
  Math.ceil(Math.max(Math.sqrt(3 * limit * count), (1.5 * limit * count) / longestLook))

/** The same before there is an index. */
const fewAtFirst = 5000

/** How often a search begins again because its candidates changed under it. */
const attempts = 4

/** Up to how many vectors comparing all in SQL holds the event loop too briefly to matter. */
const shortScan = 5000

/** A cosine of vectors whose lengths are 1 but for what float32 leaves out. */
const bounded = (cosine: number): number => Math.min(1, Math.max(-1, cosine))

/** A vector index in memory over one that compares in SQL, which it falls back on. */
export const make = Effect.fnUntraced(function* (plan: Plan) {
  const inSql = yield* VectorIndex
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const log = ChangeLog.make(sql)
  const score = CandidateScores.make(sql)
  const compare = CosineSql.nearest(sql)
  const current = yield* CurrentIndex.make(log, plan)
  const version = yield* DataVersion
  const remembered = yield* Remembered.make
  const lastChange = remembered(log.newest())
  const { idsOf, urisOf } = yield* ReferenceKeys.make
  const { maintain, stop } = yield* Succession.make(log, plan, current)

  /** Off the event loop, unless there is little to read. */
  const away = <A, E, R>(read: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const serving = current.serving()
      return serving !== undefined && serving.size.count <= shortScan ? read : offLoop(read)
    })

  /** Compares with every vector that passes the filter. */
  const scan = (vector: Float32Array, options: NearestOptions) => away(inSql.nearest(vector, options))

  /** Whether the database tells when it changes, so that an index can answer without asking a table. */
  const isTold = Effect.map(version, (version) => version !== undefined)

  /** Whether an index of this position shows what is stored now, where that can be told. */
  const isNow = Effect.fnUntraced(function* ({ nonce, seq }: ChangeLog.Position) {
    if (!(yield* isTold)) return false
    const { position } = yield* lastChange
    return position.seq === seq && position.nonce === nonce
  })

  /** What the index itself says of the nearest, best first, then by uri; undefined where a table has to be asked. */
  const byIndex = Effect.fnUntraced(function* (
    { cosines, ids }: { readonly ids: Float64Array; readonly cosines: Cosines },
    limit: number,
    position: ChangeLog.Position
  ) {
    // What the index finds and cannot compare has a vector that it could not read.
    if (cosines === undefined || cosines.some(Number.isNaN) || !(yield* isNow(position))) return undefined
    // A graph finds more than are wanted; those as near as the last of these are among what is compared by uri.
    const least = cosines.toSorted().at(-limit) ?? -Infinity
    const near = ids.filter((_, i) => (cosines[i] ?? 0) >= least)
    const nearCosines = cosines.filter((cosine) => cosine >= least)
    const uris = yield* away(urisOf(near))
    if (uris.size < near.length) return undefined
    return Array.from(near, (id, i): Neighbour => ({ uri: uris.get(id) ?? "", cosine: bounded(nearCosines[i] ?? 0) }))
      .sort((a, b) => b.cosine - a.cosine || (a.uri < b.uri ? -1 : 1))
      .slice(0, limit)
  })

  /** The nearest of so many of the index as `look` says, without those that do not pass the filter. */
  const search = Effect.fnUntraced(function* (
    vector: Float32Array<ArrayBuffer>,
    options: NearestOptions,
    look: number
  ) {
    const model = { fingerprint: options.fingerprint, dimensions: vector.length }
    const isUnfiltered = isOpen(options.filter) && (yield* isTold)
    for (let attempt = 0; attempt < attempts; attempt++) {
      const settled = attempt === 0 ? current.settled(model) : undefined
      const serving = settled ?? (yield* current.upToDate(model))
      if (serving === undefined) return undefined
      const { position } = serving
      const found = yield* serving.thread
        .ask({ _tag: "Search", query: vector, limit: look, withCosines: isUnfiltered && serving.hasVectors })
        .pipe(
          // Another took its place meanwhile.
          Effect.catchIf(
            () => current.serving() !== serving,
            () => Effect.succeed(undefined)
          )
        )
      if (found === undefined) continue
      serving.size = found.size
      if (found.isCutOff) return undefined
      const nearest = (neighbours: ReadonlyArray<Neighbour>): Nearest => ({ neighbours, comparedBy: serving.kind })
      yield* Metric.update(Metrics.indexVectors, found.size.count)
      yield* maintain(serving)
      if (found.ids.length === 0) {
        if (settled === undefined) return nearest([])
        current.unsettle()
        continue
      }
      const told = yield* byIndex(found, options.limit, position)
      if (told !== undefined) return nearest(told)
      const { isWhole, neighbours, newest } = yield* away(score(found.ids, vector, options, position.seq))
      // What does not pass says nothing of the log: that nothing did is no result.
      if (newest === undefined && !isOpen(options.filter)) return nearest([])
      const isNewest = newest?.seq === position.seq && newest.nonce === position.nonce
      if (isWhole && (isNewest || settled === undefined)) return nearest(neighbours)
      current.unsettle()
    }
    return undefined
  })

  /**
   * The nearest of what passes a filter: of a few each is compared, of many the index finds more than are wanted, and as many
   * as pass are taken. Undefined where neither finds as many.
   */
  const searchFiltered = Effect.fnUntraced(function* (
    vector: Float32Array<ArrayBuffer>,
    options: NearestOptions,
    filter: Filter
  ) {
    const serving = current.serving()
    if (Passing.isIndexed(sql, filter)) {
      // Of how many an index that is not there yet will be, nothing is known.
      const limit = serving === undefined ? fewAtFirst : fewest(serving.size.count, options.limit)
      const few = yield* away(Passing.few(sql, filter, limit))
      if (few !== undefined) {
        const neighbours = yield* away(compare.among(few, vector, options))
        return { neighbours, comparedBy: "sql" } satisfies Nearest
      }
    }
    for (let look = Math.max(firstLook, 8 * options.limit); look <= longestLook; ) {
      const found = yield* search(vector, options, look)
      const count = found?.neighbours.length ?? 0
      if (found === undefined || count >= options.limit) return found
      const wanted = count === 0 ? 8 * look : Math.ceil((1.5 * look * options.limit) / count)
      look = Math.max(2 * look, wanted)
    }
    return undefined
  })

  /** What an index that fails leaves: comparing in SQL, and a new index after a while. */
  const withdraw = (reason: string) =>
    Effect.logWarning(`The vector index failed (${reason}); vectors are compared in SQL for a while`).pipe(
      Effect.andThen(current.rest),
      Effect.andThen(current.close)
    )

  const nearest = operation("VectorIndex.nearest", { vector: UnitVector, options: NearestOptions })(function* ({
    options,
    vector
  }) {
    // Only the connection of a transaction sees what it has not committed.
    const isInTransaction = Option.isSome(yield* Effect.serviceOption(sql.transactionService))
    const isResting = current.serving() === undefined && (yield* current.isResting)
    if (isInTransaction || isResting || options.limit > longestSearch) {
      return yield* scan(vector, options)
    }
    if (options.limit === 0) return { neighbours: [], comparedBy: "sql" } satisfies Nearest
    const { filter } = options
    const query = Float32Array.from(vector)
    const found = yield* (
      filter === undefined || isOpen(filter)
        ? search(query, options, options.limit)
        : searchFiltered(query, options, filter)
    ).pipe(Effect.catchTag("IndexFailure", ({ reason }) => Effect.as(withdraw(reason), undefined)))
    return found ?? (yield* scan(vector, options))
  })

  const cosines = operation("VectorIndex.cosines", { vector: UnitVector, options: CosinesOptions })(function* ({
    options,
    vector
  }) {
    const isInTransaction = Option.isSome(yield* Effect.serviceOption(sql.transactionService))
    const serving = current.settled({ fingerprint: options.fingerprint, dimensions: vector.length })
    if (!isInTransaction && serving?.hasVectors === true && (yield* isTold)) {
      const { position } = serving
      const known = yield* away(idsOf(options.uris))
      const [uris, ids] = [[...known.keys()], Float64Array.from(known.values())]
      const { cosines } = yield* serving.thread
        .ask({ _tag: "Cosines", query: Float32Array.from(vector), ids })
        .pipe(Effect.catchTag("IndexFailure", () => Effect.succeed({ cosines: undefined })))
      if (cosines !== undefined && (yield* isNow(position))) {
        return uris.flatMap((uri, i): ReadonlyArray<Neighbour> => {
          const cosine = cosines[i] ?? Number.NaN
          return Number.isNaN(cosine) ? [] : [{ uri, cosine: bounded(cosine) }]
        })
      }
    }
    return yield* away(inSql.cosines(vector, options))
  })

  /** Keeps what took long to read for the next process. */
  const saveAtEnd = Effect.gen(function* () {
    const serving = current.serving()
    if (serving === undefined || plan.path === undefined || serving.kind !== "flat") return
    const { count } = serving.size
    const unsaved = serving.saved === undefined ? count : serving.position.seq - serving.saved.seq
    if (!serving.isInline && unsaved > count / 10) yield* Serving.save(plan.path, serving)
  })
  yield* Effect.addFinalizer(() =>
    stop.pipe(
      Effect.andThen(saveAtEnd),
      Effect.catchTag("IndexFailure", ({ reason }) => Effect.logDebug(`The vector index was not saved: ${reason}`)),
      Effect.andThen(current.close)
    )
  )

  return VectorIndex.of({ nearest, cosines })
})
