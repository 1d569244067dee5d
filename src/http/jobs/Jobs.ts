import { Cause, Context, DateTime, Effect, Exit, Fiber, FileSystem, Layer, Scope, Semaphore, Stream } from "effect"
import type { CrosswalkError } from "../../domain/CrosswalkError.ts"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import {
  Job,
  JobCancelled,
  JobDone,
  type JobEvent,
  JobFailed,
  type JobKind,
  JobProblem,
  JobProgress,
  type JobResult,
  JobStarted
} from "./Job.ts"
import * as JobLog from "./JobLog.ts"
import { Failed, problemOf, Unavailable } from "../Problem.ts"

/** How many jobs there are. */
export interface JobLimits {
  /** How many run at once. */
  readonly maxJobs: number
  /** How many wait for their turn. */
  readonly maxJobsWaiting: number
  /** How much of its rows a job keeps, in bytes. Default: 128 MiB. */
  readonly maxJobRowBytes?: number
}

/** So many that have ended are kept. */
const kept = 100

/** Lines up to so many bytes, and behind them how many were left out. */
const upTo = (most: number, lines: Stream.Stream<string>): Stream.Stream<string> =>
  Stream.suspend(() => {
    let [bytes, omitted] = [0, 0]
    const kept = Stream.filter(lines, (line) => {
      bytes += Buffer.byteLength(line)
      if (bytes > most) omitted += 1
      return bytes <= most
    })
    const rest = Stream.suspend(() => (omitted === 0 ? Stream.empty : Stream.make(`${JSON.stringify({ omitted })}\n`)))
    return Stream.concat(kept, rest)
  })

/** What a job tells while it runs. */
export type JobNews = Omit<typeof JobProgress.Encoded, "id"> | Omit<typeof JobProblem.Type, "id">

/** Work that is to be a job. */
export interface JobWork {
  readonly kind: JobKind
  /** What it works on. */
  readonly name: string
  /** Who wants it. */
  readonly by?: string | undefined
  /** It ends between two writes when it is interrupted. */
  readonly run: (
    tell: (news: JobNews) => Effect.Effect<void>,
    /** Keeps lines beside the result, in a file as long as the job is known. */
    keep: (lines: Stream.Stream<string>) => Effect.Effect<void>
  ) => Effect.Effect<JobResult, CrosswalkError>
  /** Runs when the job has ended, also where it never began. */
  readonly release?: Effect.Effect<void> | undefined
}

interface Entry {
  job: Job
  readonly log: JobLog.JobLog
  fiber: Fiber.Fiber<void> | undefined
  /** The file with its lines. */
  rows: string | undefined
  /** Ends when nobody can ask for the job any more. */
  readonly scope: Scope.Closeable
  isCancelled: boolean
}

const isOver = ({ status }: Job): boolean => status === "done" || status === "failed" || status === "cancelled"

const make = Effect.fnUntraced(function* ({ maxJobRowBytes = 128 * 1024 * 1024, maxJobs, maxJobsWaiting }: JobLimits) {
  const scope = yield* Effect.scope
  const files = yield* FileSystem.FileSystem
  const permits = yield* Semaphore.make(maxJobs)
  const entries = new Map<string, Entry>()
  let isClosed = false

  const entryOf = Effect.fnUntraced(function* (id: string) {
    const entry = entries.get(id)
    return entry ?? (yield* new NotFoundError({ uri: id, entity: "job" }))
  })

  const change = (entry: Entry, more: Partial<Job>) => {
    entry.job = new Job({ ...entry.job, ...more })
  }

  const forgetOld = Effect.suspend(() => {
    const over = [...entries.values()].filter(({ job }) => isOver(job))
    return Effect.forEach(
      over.slice(0, Math.max(0, over.length - kept)),
      ({ job, scope }) => {
        entries.delete(job.id)
        return Scope.close(scope, Exit.void)
      },
      { discard: true }
    )
  })

  const keepFor = (entry: Entry) => (lines: Stream.Stream<string>) =>
    Effect.gen(function* () {
      const file = yield* Scope.provide(files.makeTempFileScoped({ prefix: "crosswalk-job-" }), entry.scope)
      yield* Stream.run(Stream.encodeText(upTo(maxJobRowBytes, lines)), files.sink(file))
      entry.rows = file
    }).pipe(Effect.orDie)

  const tellOf = (entry: Entry) => (news: JobNews) =>
    Effect.sync(() => {
      if (news._tag === "JobProgress") {
        const { _tag, ...progress } = news
        change(entry, { progress })
        entry.log.add((id) => new JobProgress({ id, ...progress }))
      } else {
        const { _tag, ...problem } = news
        change(entry, { problems: entry.job.problems + 1 })
        entry.log.add((id) => new JobProblem({ id, ...problem }))
      }
    })

  /** Tells how a job ended. */
  const end = Effect.fnUntraced(function* (entry: Entry, exit: Exit.Exit<JobResult, CrosswalkError>) {
    const endedAt = yield* DateTime.now
    if (Exit.isSuccess(exit)) {
      const result = exit.value
      change(entry, { status: "done", endedAt, result })
      entry.log.add((id) => new JobDone({ id, result }))
    } else if (Cause.hasInterruptsOnly(exit.cause)) {
      const cancelled = entry.isCancelled ? "asked" : "shutdown"
      change(entry, { status: "cancelled", endedAt, cancelled })
      entry.log.add((id) => new JobCancelled({ id, reason: cancelled }))
    } else {
      const error = Cause.findErrorOption(exit.cause)
      const problem =
        error._tag === "Some"
          ? problemOf(error.value)
          : new Failed({
              detail: "The job failed. The log of the server says more",
              reason: "failed",
              isRetryable: false
            })
      if (problem.status >= 500) yield* Effect.logError(`the job ${entry.job.id} failed`, exit.cause)
      change(entry, { status: "failed", endedAt, problem })
      entry.log.add((id) => new JobFailed({ id, problem }))
    }
    entry.log.end()
    yield* forgetOld
  })

  const start = Effect.fn("Jobs.start")(function* ({ by, kind, name, release = Effect.void, run }: JobWork) {
    const open = [...entries.values()].filter(({ job }) => !isOver(job)).length
    if (isClosed || open >= maxJobs + maxJobsWaiting) {
      yield* release
      return yield* new Unavailable({
        detail: isClosed ? "The server is stopping" : `${open} jobs run or wait already`,
        reason: "busy",
        isRetryable: true
      })
    }
    const id = crypto.randomUUID()
    const createdAt = yield* DateTime.now
    const job = new Job({ id, kind, name, ...(by !== undefined && { by }), status: "waiting", createdAt, problems: 0 })
    const entry: Entry = {
      job,
      log: JobLog.make(),
      fiber: undefined,
      rows: undefined,
      scope: yield* Scope.fork(scope),
      isCancelled: false
    }
    entries.set(id, entry)
    const begin = Effect.sync(() => {
      change(entry, { status: "running" })
      entry.log.add((place) => new JobStarted({ id: place, job: id }))
    })
    entry.fiber = yield* Effect.uninterruptibleMask((restore) =>
      restore(
        permits.withPermits(1)(
          Effect.andThen(
            begin,
            Effect.suspend(() => run(tellOf(entry), keepFor(entry)))
          )
        )
      ).pipe(
        Effect.exit,
        Effect.flatMap((exit) => Effect.andThen(release, end(entry, exit)))
      )
    ).pipe(Effect.forkIn(scope, { startImmediately: true }))
    return entry.job
  })

  const interrupt = (entry: Entry) =>
    entry.fiber === undefined || isOver(entry.job) ? Effect.void : Fiber.interrupt(entry.fiber)

  const cancel = Effect.fn("Jobs.cancel")(function* (id: string) {
    const entry = yield* entryOf(id)
    entry.isCancelled = true
    yield* interrupt(entry)
    return entry.job
  })

  const close = Effect.suspend(() => {
    isClosed = true
    return Effect.forEach([...entries.values()], interrupt, { concurrency: "unbounded", discard: true })
  })
  yield* Effect.addFinalizer(() => close)

  return Jobs.of({
    start,
    list: Effect.sync(() => [...entries.values()].map(({ job }) => job).reverse()),
    find: (id) => Effect.map(entryOf(id), ({ job }) => job),
    events: (id, after = 0) => Effect.map(entryOf(id), ({ log }) => log.after(after)),
    rows: (id) =>
      Effect.map(entryOf(id), ({ rows }) => (rows === undefined ? Stream.empty : Stream.orDie(files.stream(rows)))),
    cancel,
    close
  })
})

/**
 * Work that takes long and goes on while nobody waits for it: who started it may go, come again, watch it and cancel it. Jobs
 * are kept in memory while the server runs; what they write stays.
 */
export class Jobs extends Context.Service<
  Jobs,
  {
    /** Starts a job, or lets it wait for its turn. Fails where too many wait, after `release`. */
    readonly start: (work: JobWork) => Effect.Effect<Job, Unavailable>
    /** All that run, wait, or ended not long ago; the newest first. */
    readonly list: Effect.Effect<ReadonlyArray<Job>>
    readonly find: (id: string) => Effect.Effect<Job, NotFoundError>
    /** What is told of a job after the event of this place (default: from the beginning), until it ends. */
    readonly events: (id: string, after?: number) => Effect.Effect<Stream.Stream<JobEvent>, NotFoundError>
    /** What a job kept beside its result, as lines of JSON; nothing as long as it is not done. */
    readonly rows: (id: string) => Effect.Effect<Stream.Stream<Uint8Array>, NotFoundError>
    /** Ends a job, and waits until it has; one that has ended stays as it is. */
    readonly cancel: (id: string) => Effect.Effect<Job, NotFoundError>
    /** Ends every job and starts no more, so that a server that stops waits for none. */
    readonly close: Effect.Effect<void>
  }
>()("crosswalk/http/Jobs") {
  static readonly layer = (limits: JobLimits): Layer.Layer<Jobs, never, FileSystem.FileSystem> =>
    Layer.effect(this, make(limits))
}
