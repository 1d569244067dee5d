import { stat, unlink } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as ChangeLog from "../storage/ChangeLog.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { LibsqlClient } from "../libsql/LibsqlClient.ts"
import { decodeRow } from "../storage/Decoding.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as IndexFile from "./IndexFile.ts"
import * as IndexThread from "./IndexThread.ts"
import * as Serving from "./Serving.ts"
import { type Options, planOf } from "./Usearch.ts"

/** What is known of the saved index of a database. */
export interface IndexStatus {
  /** Its file; absent for a database in memory or on a server, where none is saved unless a path is given. */
  readonly path?: string | undefined
  /**
   * `none`: there is no file. `current`: it shows the tables as they are. `behind`: it does with the changes that follow it.
   * `unusable`: it is made again when it is needed; `problem` says why.
   */
  readonly state: "none" | "current" | "behind" | "unusable"
  readonly problem?: string | undefined
  /** The vectors of the tables, of the model that most are of. */
  readonly vectors: number
  /** What the file says of itself; `bytes` is its size. */
  readonly file?: (IndexFile.Description & { readonly bytes: number }) | undefined
  /** How many changes follow the file. */
  readonly behind: number
}

/** What was found by comparing the index with the tables. */
export interface IndexCheck {
  readonly status: "ok" | "warning" | "failed" | "skipped"
  readonly detail: string
  /** What can be done about it. */
  readonly remedy?: Remedy
}

const ModelRow = Schema.Struct({ fingerprint: Schema.String, dimensions: Schema.Int, vectors: Schema.Int })

/** The database's change log and the model that most of its vectors are of. */
const context = Effect.fnUntraced(function* (options: Options, operation: string) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const [row] = yield* sql`
    SELECT m.fingerprint, m.dimensions, count(*) AS vectors
    FROM crosswalk_embedding AS e JOIN crosswalk_embedding_model AS m ON m.id = e.model_id
    GROUP BY m.id ORDER BY vectors DESC LIMIT 1`
  const model = row === undefined ? undefined : yield* decodeRow(ModelRow, operation)(row)
  return { log: ChangeLog.make(sql), plan: planOf(options, availableParallelism(), yield* LibsqlClient), model }
})

const failure = (operation: string, problem: string, cause?: unknown) =>
  new DatabaseError({ operation, reason: "unknown", problem, cause })

const toError = (operation: string) => (error: SqlError.SqlError | IndexThread.IndexFailure | DatabaseError) =>
  error._tag === "SqlError"
    ? toDatabaseError(operation)(error)
    : error._tag === "IndexFailure"
      ? failure(operation, `the vector index failed: ${error.reason}`, error)
      : error

const isMissing = (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT"

const onFile = <A>(
  operation: string,
  path: string,
  use: () => Promise<A>
): Effect.Effect<A | undefined, DatabaseError> =>
  Effect.tryPromise({ try: use, catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      isMissing(cause)
        ? Effect.succeed(undefined)
        : Effect.fail(failure(operation, `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause))
    )
  )

/** What is known of the saved index, with its checksum proved. */
export const status = Effect.fn("VectorIndex.status")(
  function* (options: Options) {
    const operation = "VectorIndex.status"
    yield* Migrations.run
    const {
      log,
      model,
      plan: { path }
    } = yield* context(options, operation)
    const known = { path, vectors: model?.vectors ?? 0 }
    const found = path === undefined ? undefined : yield* onFile(operation, path, () => stat(path))
    if (path === undefined || found === undefined) return { ...known, state: "none", behind: 0 } satisfies IndexStatus
    const description = yield* Effect.try({
      try: () => IndexFile.verify(path),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    }).pipe(Effect.result)
    const unusable = (problem: string): IndexStatus => ({ ...known, state: "unusable", problem, behind: 0 })
    if (description._tag === "Failure") return unusable(description.failure)
    const file = { ...description.success, bytes: found.size }
    if (model !== undefined && file.fingerprint !== model.fingerprint)
      return { ...unusable("it is of another model"), file }
    const now = yield* log.newest({ seq: file.seq, nonce: file.nonce })
    if (!now.known) return { ...unusable("it is of another database, or too old to be followed"), file }
    const behind = now.position.seq - file.seq
    return { ...known, state: behind === 0 ? "current" : "behind", behind, file } satisfies IndexStatus
  },
  Effect.mapError(toError("VectorIndex.status"))
)

/** How an index is built. */
export interface BuildOptions extends Options {
  /** Read all vectors anew, also where a saved index could be brought up to date. */
  readonly fresh?: boolean | undefined
  readonly onProgress?: Serving.OnProgress | undefined
}

/** Builds the index of the stored vectors, or brings it up to date, and saves it. */
export const build = Effect.fn("VectorIndex.build")(
  function* (options: BuildOptions) {
    yield* Migrations.run
    const { log, model, plan } = yield* context(options, "VectorIndex.build")
    const { path } = plan
    if (path === undefined) {
      return yield* new ValidationError({
        field: "path",
        value: undefined,
        constraint: "is missing, and the database is no file that an index could lie beside",
        expected: "the path of the file to save the index in"
      })
    }
    if (model === undefined) {
      return yield* new DatabaseError({
        operation: "VectorIndex.build",
        reason: "unknown",
        problem: "there are no embeddings yet",
        remedy: { action: "updateEmbeddings" }
      })
    }
    const kind = model.vectors > plan.exactUpTo ? "graph" : "flat"
    const { fresh = false, onProgress } = options
    const { close, position, size } = yield* Serving.build(log, { ...plan, path }, model, { kind, fresh, onProgress })
    yield* close
    return { path, kind, count: size.count, seq: position.seq } as const
  },
  Effect.catchTags({
    SqlError: (error) => Effect.fail(toDatabaseError("VectorIndex.build")(error)),
    IndexFailure: (error) => Effect.fail(toError("VectorIndex.build")(error))
  })
)

/** Deletes the saved index, and tells whether there was one. Nothing else is lost. */
export const drop = Effect.fn("VectorIndex.drop")(function* (options: Options) {
  const operation = "VectorIndex.drop"
  const { path } = planOf(options, 1, yield* LibsqlClient)
  if (path === undefined) return { path, dropped: false }
  const done = yield* onFile(operation, path, () => unlink(path).then(() => true))
  return { path, dropped: done === true }
})

const ok = (detail: string): IndexCheck => ({ status: "ok", detail })

/** Every vector of the tables is in the index as it is, and no other. */
const compare = Effect.fnUntraced(function* (log: ChangeLog.ChangeLog, serving: Serving.Serving) {
  let last = 0
  let total = 0
  let different = 0
  let { count } = serving.size
  for (let more = true; more; ) {
    const next = yield* log.vectorsAfter(last, serving.model)
    total += next.page.ids.length
    const { ids, size } = yield* serving.thread.ask({ _tag: "Compare", ...next.page })
    different += ids.length
    count = size.count
    last = next.last
    more = next.more
    // Lets others run: a page holds the event loop for some milliseconds.
    yield* Effect.yieldNow
  }
  return { total, different, extra: count - total + different }
})

/**
 * Proves that the saved index, with the changes that follow it, is what the tables hold: every vector as it is, and nothing
 * else. For `doctor`. Changes nothing.
 */
export const check = Effect.fn("VectorIndex.check")(
  function* (options: Options) {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const tables = yield* sql`SELECT 1 FROM sqlite_master WHERE name = 'crosswalk_change'`
    if (tables.length === 0) return ok("none is saved")
    const { log, model, plan } = yield* context(options, "VectorIndex.check")
    const { path } = plan
    if (path === undefined || model === undefined) return ok("none is saved")
    const thread = yield* IndexThread.make(plan.input)
    const opened = yield* thread.ask({ _tag: "Open", path, mode: "view", ...model })
    const { description } = opened
    if (description === undefined) {
      return opened.problem === IndexFile.absent
        ? ok("none is saved")
        : ({
            status: "warning",
            detail: `${path} is not used: ${opened.problem}`,
            remedy: { action: "buildIndex" }
          } satisfies IndexCheck)
    }
    const position = { seq: description.seq, nonce: description.nonce }
    const serving: Serving.Serving = {
      model,
      kind: description.kind,
      thread,
      isInline: false,
      saved: position,
      position,
      size: opened.size,
      close: Effect.void
    }
    // What is written meanwhile would look like a difference.
    for (let attempt = 0; attempt < 5; attempt++) {
      if (!(yield* Serving.catchUp(log, serving))) {
        return {
          status: "warning",
          detail: `${path} is of another database, or too old to be followed`,
          remedy: { action: "buildIndex" }
        } satisfies IndexCheck
      }
      const { different, extra, total } = yield* compare(log, serving)
      if (different === 0 && extra === 0) {
        return ok(
          `${total} vectors, as in the tables (${path}, ${position.seq === serving.position.seq ? "up to date" : `${serving.position.seq - position.seq} changes behind`})`
        )
      }
      const now = yield* log.newest(serving.position)
      if (now.position.seq === serving.position.seq) {
        return {
          status: "failed",
          detail: `${different} of ${total} vectors are not as in the tables and ${extra} are left over`,
          remedy: { action: "buildIndex", fresh: true }
        } satisfies IndexCheck
      }
    }
    return { status: "skipped", detail: "the vectors change too fast to be compared" } satisfies IndexCheck
  },
  Effect.scoped,
  Effect.mapError(toError("VectorIndex.check"))
)
