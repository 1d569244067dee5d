import { Effect, Exit, Scope } from "effect"
import type { SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { tell } from "../domain/Callback.ts"
import type { ChangeLog, Position } from "../storage/ChangeLog.ts"
import type { Size, StoreKind } from "./IndexProtocol.ts"
import * as IndexFile from "./IndexFile.ts"
import * as IndexThread from "./IndexThread.ts"
import type { Plan } from "./Plan.ts"

/** Whose vectors an index holds. */
export interface Model {
  readonly fingerprint: string
  readonly dimensions: number
}

/** An index that answers, and the moment of the tables that it shows. */
export interface Serving {
  readonly model: Model
  readonly kind: StoreKind
  /** Whether it can tell cosines: it has the vectors, and not only codes of them. */
  readonly hasVectors: boolean
  readonly thread: IndexThread.IndexThread
  /** In this thread instead of one of its own. */
  readonly isInline: boolean
  /** The moment that the file shows, where it can be used. */
  saved: Position | undefined
  position: Position
  size: Size
  readonly close: Effect.Effect<void>
}

/** How far an index is built, in vectors. */
export interface BuildProgress {
  readonly done: number
  readonly total: number
}

type OnProgress = ((progress: BuildProgress) => Effect.Effect<void>) | undefined

export type Failure = SqlError.SqlError | DatabaseError | IndexThread.IndexFailure

/** Applies what was committed since. False where the history is another one or no longer written down. */
export const catchUp = Effect.fnUntraced(function* (log: ChangeLog, serving: Serving) {
  const { known, position } = yield* log.newest(serving.position)
  if (!known) return false
  while (serving.position.seq < position.seq) {
    const next = yield* log.after(serving.position, serving.model)
    serving.thread.tell({ _tag: "Apply", ...next.page })
    serving.position = next.position
  }
  return true
})

/** The same, waiting for each page, where they are many or each takes long. */
const followSlowly = Effect.fnUntraced(function* (
  log: ChangeLog,
  serving: Serving,
  total: number,
  onProgress: OnProgress
) {
  let done = 0
  for (let more = true; more; ) {
    const next = yield* log.after(serving.position, serving.model)
    done += next.page.ids.length + next.page.removed.length
    const { size } = yield* serving.thread.ask({ _tag: "Apply", ...next.page })
    serving.size = size
    serving.position = next.position
    more = next.more
    yield* tell(onProgress, { done: Math.min(done, total), total })
  }
})

/** Fills a serving from the tables. What changes meanwhile is in the log after `position`. */
const load = Effect.fnUntraced(function* (
  log: ChangeLog,
  { path }: Plan,
  serving: Serving,
  expected: number,
  onProgress: OnProgress
) {
  const { kind, model, thread } = serving
  yield* thread.ask({ _tag: "Reset", kind, dimensions: model.dimensions, expected, path })
  let done = 0
  let last = 0
  for (let more = true; more; ) {
    const next = yield* log.vectorsAfter(last, model)
    done += next.page.ids.length
    const { size } = yield* thread.ask({ _tag: "Apply", ...next.page, removed: new Float64Array() })
    serving.size = size
    last = next.last
    more = next.more
    yield* tell(onProgress, { done, total: Math.max(expected, done) })
  }
})

/** From so many of a graph's vectors it is found out how well it finds. */
const probes = 128

/** Finds out how far searches in a graph have to go for the recall that is wanted. */
const tune = Effect.fnUntraced(function* (log: ChangeLog, { model, thread }: Serving, recall: number) {
  const sample = yield* thread.ask({ _tag: "Sample", count: probes })
  if (sample.ids.length === 0) return
  const { vectors } = yield* log.vectorsOf(sample.ids, model)
  yield* thread.ask({ _tag: "Probe", vectors })
  for (let last = 0, more = true; more; ) {
    const next = yield* log.vectorsAfter(last, model)
    yield* thread.ask({ _tag: "See", ...next.page })
    ;({ last, more } = next)
  }
  yield* thread.ask({ _tag: "Tune", recall })
})

const empty: Size = { count: 0, pending: 0, bytes: 0 }

/** Runs `use` with a thread of its own, which lives on in what `use` gives, and ends where `use` fails. */
const withThread = <A extends Serving | undefined, E>(
  plan: Plan,
  use: (thread: IndexThread.IndexThread, close: Effect.Effect<void>) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.flatMap(Scope.make(), (scope) =>
    Effect.flatMap(Scope.provide(IndexThread.make(plan.input), scope), (thread) =>
      use(thread, Scope.close(scope, Exit.void))
    ).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(scope, exit))))
  )

/** What a thread that opened a saved index serves. */
export const ofFile = (
  model: Model,
  description: IndexFile.Description,
  thread: IndexThread.IndexThread,
  size: Size,
  close: Effect.Effect<void>
): Serving => {
  const { kind, nonce, seq } = description
  const position: Position = { seq, nonce }
  const hasVectors = kind === "flat" || IndexFile.vectorsOf(description) !== undefined
  return { model, kind, hasVectors, thread, isInline: false, saved: position, position, size, close }
}

/** The saved index, where it is whole, of this model and of this database's history. */
const openSaved = Effect.fnUntraced(function* (
  log: ChangeLog,
  plan: Plan,
  model: Model,
  thread: IndexThread.IndexThread,
  mode: "view" | "load",
  close: Effect.Effect<void>
) {
  if (plan.path === undefined) return undefined
  const { description, problem, size } = yield* thread.ask({ _tag: "Open", path: plan.path, mode, ...model })
  if (description === undefined) {
    yield* Effect.logDebug(`The vector index ${plan.path} is not used: ${problem}`)
    return undefined
  }
  const { known } = yield* log.newest({ seq: description.seq, nonce: description.nonce })
  const fits = description.kind === "flat" ? size.count <= 2 * plan.exactUpTo : 2 * size.count > plan.exactUpTo
  if (!known || !fits) return undefined
  return ofFile(model, description, thread, size, close)
})

/** Numbers that are compared in well under a millisecond: 20 000 vectors of 384 dimensions. */
const smallNumbers = 8_000_000

/** Whether an index is so small that it needs neither a thread nor a file. */
export const isSmall = (count: number, { dimensions }: Model): boolean => count * dimensions <= smallNumbers

/** As many changes may follow a graph that is opened for a few searches, as a share of its vectors. */
const furthestBehind = 0.1

/** The saved graph, where the end of its file says that it fits. */
const openGraph = Effect.fnUntraced(function* (log: ChangeLog, plan: Plan, model: Model) {
  const { path } = plan
  if (path === undefined) return undefined
  const file = yield* Effect.try({ try: () => IndexFile.peek(path), catch: () => undefined }).pipe(
    Effect.orElseSucceed(() => undefined)
  )
  if (file?.kind !== "graph" || file.fingerprint !== model.fingerprint || file.dimensions !== model.dimensions) {
    return undefined
  }
  // To open fewer takes as long as to compare them.
  if (file.count <= plan.exactUpTo) return undefined
  const { known, position } = yield* log.newest({ seq: file.seq, nonce: file.nonce })
  if (!known || position.seq - file.seq > furthestBehind * file.count) return undefined
  return yield* withThread(plan, (thread, close) =>
    Effect.gen(function* () {
      const opened = yield* openSaved(log, plan, model, thread, "view", close)
      if (opened !== undefined && (yield* catchUp(log, opened))) return opened
      yield* close
      return undefined
    })
  )
})

/**
 * Opens the saved index, or reads the tables. The result shows a moment not before the call. Undefined where only a saved
 * graph would do, and there is none that is right.
 */
export const prepare = (log: ChangeLog, plan: Plan, model: Model): Effect.Effect<Serving | undefined, Failure> =>
  Effect.gen(function* () {
    if (plan.isReader) return yield* openGraph(log, plan, model)
    const count = yield* log.count(model.fingerprint)
    if (isSmall(count, model) && count <= plan.exactUpTo) {
      return yield* read(log, plan, model, count, yield* IndexThread.makeInline(plan.input), undefined)
    }
    return yield* withThread(plan, (thread, close) =>
      Effect.gen(function* () {
        const saved = yield* openSaved(log, plan, model, thread, "view", close)
        if (saved !== undefined && (yield* catchUp(log, saved))) return saved
        return yield* read(log, plan, model, count, thread, close)
      })
    )
  })

/** Reads the tables. Without `close` the index is in this thread. */
const read = Effect.fnUntraced(function* (
  log: ChangeLog,
  plan: Plan,
  model: Model,
  count: number,
  thread: IndexThread.IndexThread,
  close: Effect.Effect<void> | undefined
) {
  const { position } = yield* log.newest()
  const kind = count > plan.exactUpTo ? "codes" : "flat"
  const serving: Serving = {
    model,
    kind,
    hasVectors: kind === "flat",
    thread,
    isInline: close === undefined,
    saved: undefined,
    position,
    size: empty,
    close: close ?? Effect.void
  }
  yield* load(log, plan, serving, count, undefined)
  return serving
})

/**
 * Builds or brings up to date the saved index, and opens it. An index that was saved before is taken as it is where it is
 * nearly up to date, and continued where it is a graph; otherwise the tables are read.
 */
export const build = (
  log: ChangeLog,
  plan: Plan & { readonly path: string },
  model: Model,
  options: { readonly kind: "flat" | "graph"; readonly fresh: boolean; readonly onProgress?: OnProgress }
): Effect.Effect<Serving, Failure> => {
  const { kind, onProgress } = options
  const built = withThread(plan, (thread, close) =>
    Effect.gen(function* () {
      const wanted = (serving: Serving | undefined) => (serving?.kind === kind && !options.fresh ? serving : undefined)
      const { position } = yield* log.newest()
      const before = wanted(yield* openSaved(log, plan, model, thread, "load", close))
      const behind = before === undefined ? 0 : position.seq - before.position.seq
      let serving: Serving
      if (before === undefined) {
        serving = {
          model,
          kind,
          hasVectors: true,
          thread,
          isInline: false,
          saved: undefined,
          position,
          size: empty,
          close
        }
        yield* load(log, plan, serving, yield* log.count(model.fingerprint), onProgress)
      } else {
        serving = before
      }
      yield* followSlowly(log, serving, behind, before === undefined ? undefined : onProgress)
      if (kind === "graph") yield* tune(log, serving, plan.recall)
      yield* save(plan.path, serving)
      return serving
    })
  )
  if (kind === "flat") return built
  // Mapped instead of in memory, no longer changed, and by a thread that does not stand back.
  return Effect.flatMap(built, (serving) =>
    Effect.andThen(
      serving.close,
      withThread({ ...plan, input: { ...plan.input, background: false } }, (thread, close) =>
        Effect.flatMap(openSaved(log, plan, model, thread, "view", close), (opened) =>
          opened === undefined
            ? Effect.fail(new IndexThread.IndexFailure({ reason: `${plan.path} changed while it was opened` }))
            : Effect.succeed(opened)
        )
      )
    )
  )
}

/** Writes the index to its file, as of its position. */
export const save = Effect.fnUntraced(function* (path: string, serving: Serving) {
  const {
    model: { fingerprint },
    position,
    thread
  } = serving
  yield* thread.ask({ _tag: "Save", path, fingerprint, ...position })
  serving.saved = position
})
