import { availableParallelism } from "node:os"
import { Clock, Duration, Effect, Exit, Layer, Option, Schema, Scope, Semaphore } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { toBytes } from "../domain/Vector.ts"
import * as ChangeLog from "../storage/ChangeLog.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeRow } from "../storage/Decoding.ts"
import { offLoop } from "../libsql/LongReads.ts"
import { type Extras, LibsqlClient } from "../libsql/LibsqlClient.ts"
import type { NearestOptions } from "../storage/NearestOptions.ts"
import { type Neighbour, VectorIndex } from "../storage/VectorIndex.ts"
import * as Serving from "./Serving.ts"
import type { UsearchOptions as Options } from "./UsearchOptions.ts"

export { UsearchOptions as Options } from "./UsearchOptions.ts"

/** The most hits that are looked for in the index; for more, comparing all in SQL takes no longer. */
const longestSearch = 1000

/** How often a search begins again because its candidates changed under it. */
const attempts = 4

/** How long after a failure no index is tried, and no graph is built. */
const pause = Duration.minutes(1)

/** The file of an index whose database lies in a file. */
export const defaultPath = (database: string): string => `${database}.vectors`

/** Where the index is and how it is made; of a database that is a file, it is saved beside it. */
export const planOf = (
  options: Options,
  buildThreads: number,
  database?: Pick<Extras, "kind" | "url">
): Serving.Plan => ({
  input: { background: false, buildThreads, expansion: options.expansion ?? 320 },
  path:
    options.path ?? (database?.kind === "file" || database?.kind === "replica" ? defaultPath(database.url) : undefined),
  exactUpTo: options.exactUpTo ?? 100_000,
  mergeAfter: options.mergeAfter
})

const ScoredRow = Schema.Struct({
  uri: Schema.String,
  cosine: Schema.Finite,
  seq: Schema.Int,
  nonce: Schema.Int,
  changed: Schema.Int
})

/** Up to how many vectors comparing all in SQL holds the event loop too briefly to matter. */
const shortScan = 5000

const isOf = (serving: Serving.Serving | undefined, model: Serving.Model): serving is Serving.Serving =>
  serving?.model.fingerprint === model.fingerprint && serving.model.dimensions === model.dimensions

const make = Effect.fnUntraced(function* (options: Options, database?: Pick<Extras, "kind" | "url">) {
  const inSql = yield* VectorIndex
  const client = (yield* SqlClient.SqlClient).withoutTransforms()
  const sql = client
  const log = ChangeLog.make(client)
  // A graph is built beside what else the process does.
  const plan = planOf(options, Math.max(1, availableParallelism() - 1), database)
  const decodeRows = decodeRow(Schema.Array(ScoredRow), "VectorIndex.nearest")
  const semaphore = yield* Semaphore.make(1)
  const background = yield* Scope.fork(yield* Effect.scope)
  const state: {
    serving: Serving.Serving | undefined
    /** The same, while nothing was written between the last two searches. */
    settled: Serving.Serving | undefined
    building: boolean
    quietUntil: number
  } = {
    serving: undefined,
    settled: undefined,
    building: false,
    quietUntil: 0
  }

  /** Compares with every vector that passes the filter. */
  const scan = (vector: Float32Array, options: NearestOptions) => {
    const found = inSql.nearest(vector, options)
    return state.serving !== undefined && state.serving.size.count <= shortScan ? found : offLoop(found)
  }

  const replace = (next: Serving.Serving | undefined) =>
    Effect.suspend(() => {
      const before = state.serving
      state.serving = next
      state.settled = undefined
      return before?.close ?? Effect.void
    })

  /** The index as of now, which is made where there is none. Only one at a time may use it. */
  const current = (model: Serving.Model) =>
    semaphore.withPermit(
      Effect.gen(function* () {
        const { serving } = state
        const before = serving?.position.seq
        if (isOf(serving, model) && (yield* Serving.catchUp(log, serving))) {
          state.settled = serving.position.seq === before ? serving : undefined
          return serving
        }
        yield* replace(undefined)
        const prepared = yield* Serving.prepare(log, plan, model)
        state.serving = prepared
        return prepared
      })
    )

  /** The candidates scored by the database, best first, with the newest change at that moment. */
  const score = Effect.fnUntraced(function* (
    ids: Float64Array,
    vector: Float32Array,
    { fingerprint, limit }: NearestOptions,
    since: number
  ) {
    const candidates = JSON.stringify([...ids])
    // What changed of them matters only where anything did.
    const changed = sql`CASE n.seq WHEN ${since} THEN 0 ELSE (
      SELECT count(*) FROM crosswalk_change WHERE seq > ${since} AND reference_id IN (SELECT value FROM json_each(${candidates}))
    ) END`
    const rows = yield* Effect.flatMap(
      sql`
        SELECT r.uri, 1 - vector_distance_cos(e.vector, ${toBytes(vector)}) AS cosine, n.seq, n.nonce, ${changed} AS changed
        FROM (SELECT seq, nonce FROM crosswalk_change ORDER BY seq DESC LIMIT 1) AS n
          JOIN json_each(${candidates}) AS j JOIN crosswalk_embedding AS e ON e.reference_id = j.value
          JOIN crosswalk_reference AS r ON r.id = e.reference_id
        WHERE e.model_id = (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint})
        ORDER BY cosine DESC, r.uri LIMIT ${limit}`,
      decodeRows
    )
    return {
      neighbours: rows.map(({ cosine, uri }): Neighbour => ({ uri, cosine })),
      isWhole: rows.length === Math.min(limit, ids.length) && rows.every(({ changed }) => changed === 0),
      newest: rows[0]
    }
  })

  /** What should take the place of an index that grew or changed much, or undefined where it is right as it is. */
  const successor = ({ isInline, kind, model, size: { count, pending } }: Serving.Serving) => {
    const { exactUpTo, mergeAfter = Math.max(2000, Math.floor(count / 50)), path } = plan
    // A graph where there are too many vectors to compare all, and a new one where it carries too many changes.
    const isGraphWanted = kind === "graph" ? pending > mergeAfter : count > exactUpTo
    if (isGraphWanted && path !== undefined) {
      const input = { ...plan.input, background: true }
      return Serving.build(log, { ...plan, path, input }, model, { kind: "graph", fresh: false })
    }
    return isInline && !Serving.isSmall(count / 2, model) ? Serving.prepare(log, plan, model) : undefined
  }

  const succeed = Effect.fnUntraced(function* (
    serving: Serving.Serving,
    next: Effect.Effect<Serving.Serving, Serving.Failure>
  ) {
    const built = yield* next
    yield* semaphore
      .withPermit(
        Effect.gen(function* () {
          const isWanted = state.serving === serving && (yield* Serving.catchUp(log, built))
          yield* isWanted ? replace(built) : built.close
        })
      )
      .pipe(Effect.onError(() => built.close))
  })

  const maintain = Effect.fnUntraced(function* (serving: Serving.Serving) {
    const next = state.building ? undefined : successor(serving)
    if (next === undefined || (yield* Clock.currentTimeMillis) < state.quietUntil) return
    state.building = true
    yield* succeed(serving, next).pipe(
      Effect.tapCause((cause) => Effect.logWarning("The vector index could not be built; searching goes on", cause)),
      Effect.tapCause(() => rest),
      Effect.ignoreCause,
      Effect.ensuring(
        Effect.sync(() => {
          state.building = false
        })
      ),
      Effect.withSpan("VectorIndex.build"),
      Effect.forkIn(background)
    )
  })

  const rest = Effect.map(Clock.currentTimeMillis, (now) => {
    state.quietUntil = now + Duration.toMillis(pause)
  })

  const search = Effect.fnUntraced(function* (vector: Float32Array<ArrayBuffer>, options: NearestOptions) {
    const model = { fingerprint: options.fingerprint, dimensions: vector.length }
    for (let attempt = 0; attempt < attempts; attempt++) {
      // While nobody writes, the log is looked at together with the scores instead of before.
      const settled = attempt === 0 && isOf(state.settled, model) ? state.settled : undefined
      const serving = settled ?? (yield* current(model))
      const { position } = serving
      const found = yield* serving.thread.ask({ _tag: "Search", query: vector, limit: options.limit }).pipe(
        // Another took its place meanwhile.
        Effect.catchIf(
          () => state.serving !== serving,
          () => Effect.succeed(undefined)
        )
      )
      if (found === undefined) continue
      serving.size = found.size
      yield* maintain(serving)
      if (found.ids.length === 0) {
        if (settled === undefined) return []
        state.settled = undefined
        continue
      }
      const { isWhole, neighbours, newest } = yield* score(found.ids, vector, options, position.seq)
      const isNewest = newest?.seq === position.seq && newest.nonce === position.nonce
      if (isWhole && (isNewest || settled === undefined)) return neighbours
      state.settled = undefined
    }
    return undefined
  })

  /** What an index that fails leaves: comparing in SQL, and a new index after a while. */
  const withdraw = (reason: string) =>
    Effect.logWarning(`The vector index failed (${reason}); vectors are compared in SQL for a while`).pipe(
      Effect.andThen(rest),
      Effect.andThen(semaphore.withPermit(replace(undefined)))
    )

  const nearest = Effect.fn("VectorIndex.nearest")(function* (vector: Float32Array, options: NearestOptions) {
    const { filter, limit } = options
    const isFiltered = Object.values(filter ?? {}).some(
      (value) => value !== undefined && !(Array.isArray(value) && value.length === 0)
    )
    // Only the connection of a transaction sees what it has not committed.
    const isInTransaction = Option.isSome(yield* Effect.serviceOption(client.transactionService))
    const isResting = state.serving === undefined && (yield* Clock.currentTimeMillis) < state.quietUntil
    if (limit === 0 || isFiltered || isInTransaction || isResting || limit > longestSearch) {
      return yield* scan(vector, options)
    }
    const found = yield* search(Float32Array.from(vector), options).pipe(
      Effect.catchTags({
        IndexFailure: ({ reason }) => Effect.as(withdraw(reason), undefined),
        SqlError: (error) => Effect.fail(toDatabaseError("VectorIndex.nearest")(error))
      })
    )
    return found ?? (yield* scan(vector, options))
  })

  /** Keeps what took long to read for the next process. */
  const saveAtEnd = Effect.gen(function* () {
    const { serving } = state
    if (serving === undefined || plan.path === undefined || serving.kind !== "flat") return
    const { count } = serving.size
    const unsaved = serving.saved === undefined ? count : serving.position.seq - serving.saved.seq
    if (!serving.isInline && unsaved > count / 10) yield* Serving.save(plan.path, serving)
  })
  yield* Effect.addFinalizer(() =>
    Scope.close(background, Exit.void).pipe(
      Effect.andThen(saveAtEnd),
      Effect.catchTag("IndexFailure", ({ reason }) => Effect.logDebug(`The vector index was not saved: ${reason}`)),
      Effect.andThen(semaphore.withPermit(replace(undefined)))
    )
  )

  return { nearest }
})

/**
 * A `VectorIndex` in memory, for a process that answers many queries: exact up to some 100 000 vectors (a few milliseconds
 * off the event loop), a graph above. Results are those of the tables at the moment of the call, whichever process wrote
 * them: changes are read from a log before each search, and what is found is scored by the database.
 *
 * Under a filter, in a transaction and for more than 1000 hits, vectors are compared in SQL; where there are many, in a
 * thread with a connection of its own, if the client has one (`longReads`).
 *
 * ```ts
 * const store = EmbeddingRepository.layer.pipe(Layer.provide(Usearch.layer()))
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<VectorIndex, DatabaseError, SqlClient.SqlClient> =>
  Layer.effect(VectorIndex, make(options)).pipe(Layer.provide(VectorIndex.layerSql))

/** {@link layer} for the database of a `LibsqlClient`: of one that is a file, the index is saved beside it. */
export const layerLibsql = (
  options: Options = {}
): Layer.Layer<VectorIndex, DatabaseError, SqlClient.SqlClient | LibsqlClient> =>
  Layer.effect(
    VectorIndex,
    Effect.flatMap(LibsqlClient, (database) => make(options, database))
  ).pipe(Layer.provide(VectorIndex.layerSql))
