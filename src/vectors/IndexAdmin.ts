import { stat, unlink } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Callback } from "../domain/Callback.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import * as FileProblem from "../domain/FileProblem.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { LibsqlClient } from "../libsql/LibsqlClient.ts"
import * as ChangeLog from "../storage/ChangeLog.ts"
import * as EmbeddingModels from "../storage/EmbeddingModels.ts"
import * as Migrations from "../storage/Migrations.ts"
import { operation, optional } from "../storage/Operation.ts"
import * as IndexFile from "./IndexFile.ts"
import * as IndexRoom from "./IndexRoom.ts"
import * as IndexThread from "./IndexThread.ts"
import * as Plan from "./Plan.ts"
import type { Tuning } from "./RecallProbe.ts"
import * as Serving from "./Serving.ts"
import { UsearchOptions } from "./UsearchOptions.ts"

export type { Description } from "./IndexFile.ts"
export type { Tuning } from "./RecallProbe.ts"
export type { BuildProgress } from "./Serving.ts"

/** Why the saved index cannot be looked at or changed. */
export type IndexError = ValidationError | DatabaseError

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

/** The options of a build. */
export const BuildOptions = Schema.Struct({
  ...UsearchOptions.fields,
  /** Read all vectors anew, also where a saved index could be brought up to date. Default: false. */
  fresh: Schema.optional(Schema.Boolean),
  /** Called after every 1000 vectors. */
  onProgress: Schema.optional(Callback<Serving.BuildProgress>())
})
export type BuildOptions = typeof BuildOptions.Type

/** What a build made. */
export interface IndexBuild {
  readonly path: string
  /** `flat` compares with every vector, `graph` follows links. */
  readonly kind: "flat" | "graph"
  /** How many vectors. */
  readonly count: number
  /** The newest change that it shows. */
  readonly seq: number
  /** How a graph is searched, and how well that does; absent of what is exact. */
  readonly tuning?: Tuning | undefined
}

/** The database's change log, the plan for its index, and the model that most of its vectors are of. */
const context = Effect.fnUntraced(function* (options: UsearchOptions, operation: string) {
  const client = yield* LibsqlClient
  const sql = client.withoutTransforms()
  const log = ChangeLog.make(sql)
  const used = yield* EmbeddingModels.mostUsed(sql, operation)
  return {
    log,
    plan: Plan.make(options, availableParallelism(), client),
    // With those of passages, which an index holds too.
    model: used && { ...used, vectors: yield* log.count(used.fingerprint) }
  }
})

/** Brings the tables up to date. */
const migrate = Effect.flatMap(LibsqlClient, (client) =>
  Effect.provideService(Migrations.run, SqlClient.SqlClient, client)
)

const failure = (operation: string, problem: string, cause?: unknown, reason: DatabaseError["reason"] = "unknown") =>
  new DatabaseError({ operation, reason, problem, cause })

/** A failure of the index as one of the database. */
const whereIndexFails =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E | IndexThread.IndexFailure, R>) =>
    Effect.mapError(effect, (error) => {
      if (!(error instanceof IndexThread.IndexFailure)) return error
      if (error.code === undefined) return failure(operation, `the vector index failed: ${error.reason}`, error)
      const { reason, says } = FileProblem.of(error.code)
      return failure(
        operation,
        `the file of the vector index was refused: ${says} (${error.reason}). The database, and an index that was saved ` +
          "before, are as they were",
        error,
        reason
      )
    })

const onFile = <A>(
  operation: string,
  path: string,
  use: () => Promise<A>
): Effect.Effect<A | undefined, DatabaseError> =>
  Effect.tryPromise({ try: use, catch: (cause) => cause }).pipe(
    Effect.catch((cause) =>
      FileProblem.codeOf(cause) === "ENOENT"
        ? Effect.succeed(undefined)
        : Effect.fail(failure(operation, `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause))
    )
  )

/** What is known of the saved index, with its checksum proved. */
export const status: (options?: UsearchOptions) => Effect.Effect<IndexStatus, IndexError, LibsqlClient> = operation(
  "VectorIndex.status",
  { options: optional(UsearchOptions) }
)(function* ({ options = {} }) {
  yield* migrate
  const {
    log,
    model,
    plan: { path }
  } = yield* context(options, "VectorIndex.status")
  const known = { path, vectors: model?.vectors ?? 0 }
  const found = path === undefined ? undefined : yield* onFile("VectorIndex.status", path, () => stat(path))
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
})

/** Builds the index of the stored vectors, or brings it up to date, and saves it. */
export const build: (options?: BuildOptions) => Effect.Effect<IndexBuild, IndexError, LibsqlClient> = operation(
  "VectorIndex.build",
  { options: optional(BuildOptions) }
)(function* ({ options = {} }) {
  yield* migrate
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
  yield* IndexRoom.check("VectorIndex.build", path, { kind, count: model.vectors, dimensions: model.dimensions })
  const { close, position, size } = yield* Serving.build(log, { ...plan, path }, model, {
    kind,
    fresh,
    onProgress
  }).pipe(whereIndexFails("VectorIndex.build"))
  yield* close
  const tuning = yield* Effect.try({
    try: () => IndexFile.peek(path).tuning,
    catch: (cause) => failure("VectorIndex.build", `${path}: ${String(cause)}`, cause)
  })
  return {
    path,
    kind,
    count: size.count,
    seq: position.seq,
    ...(tuning !== undefined && { tuning })
  } satisfies IndexBuild
})

/** Deletes the saved index, and tells whether there was one. Nothing else is lost. */
export const drop: (
  options?: UsearchOptions
) => Effect.Effect<{ readonly path: string | undefined; readonly dropped: boolean }, IndexError, LibsqlClient> =
  operation("VectorIndex.drop", { options: optional(UsearchOptions) })(function* ({ options = {} }) {
    const { path } = Plan.make(options, 1, yield* LibsqlClient)
    if (path === undefined) return { path, dropped: false }
    const done = yield* onFile("VectorIndex.drop", path, () => unlink(path).then(() => true))
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
export const check: (options?: UsearchOptions) => Effect.Effect<IndexCheck, IndexError, LibsqlClient> = operation(
  "VectorIndex.check",
  { options: optional(UsearchOptions) }
)(function* ({ options = {} }) {
  const sql = (yield* LibsqlClient).withoutTransforms()
  if (!(yield* ChangeLog.exists(sql))) return ok("none is saved")
  return yield* checked(options).pipe(Effect.scoped, whereIndexFails("VectorIndex.check"))
})

const checked = Effect.fnUntraced(function* (options: UsearchOptions) {
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
  const serving = Serving.ofFile(model, description, thread, opened.size, Effect.void)
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
        `${total} vectors, as in the tables (${path}, ${description.seq === serving.position.seq ? "up to date" : `${serving.position.seq - description.seq} changes behind`})`
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
})
