import { type Context, Effect, Metric, type Scope } from "effect"
import { EmbeddingError, type EmbeddingReason } from "../domain/EmbeddingError.ts"
import * as Metrics from "../domain/Metrics.ts"
import type { ModelLoadError, ModelLoadReason } from "../domain/ModelLoadError.ts"
import type { EarlyWorker } from "./EarlyWorker.ts"
import { unusable } from "./ModelFolder.ts"
import type { ModelSpec } from "./ModelSpec.ts"
import { start, type WorkerHandle } from "./WorkerHandle.ts"
import type { EncodedText } from "./WorkerLoop.ts"
import type { FromWorker, Job } from "./WorkerProtocol.ts"

/** One more worker is started for every so many texts that wait: loading a model takes as long as embedding tens. */
const textsPerWorker = 8

/** A worker gets its next job while it still has one, so that it does not wait for a busy main thread. */
const jobsPerWorker = 2

const failure = (reason: EmbeddingReason, text: string | undefined, problem: string) =>
  new EmbeddingError({ text: text ?? "", reason, problem })

export interface WorkerPoolOptions {
  /** The file that the threads run. */
  readonly url: URL
  readonly spec: ModelSpec
  /** How many threads at most. */
  readonly workers: number
  /** How many texts a worker gets at a time, at most. */
  readonly batchSize: number
  /** A worker that was started before. */
  readonly early?: EarlyWorker | undefined
}

/** Embeds texts in worker threads. */
export interface WorkerPool {
  /** What the texts became, in their order. `urgent` ones overtake the others between two texts. */
  readonly run: (
    texts: ReadonlyArray<string>,
    urgent: boolean
  ) => Effect.Effect<ReadonlyArray<EncodedText>, EmbeddingError | ModelLoadError>
  /** Starts the first worker, so that the model is loaded when the first text comes. */
  readonly warm: Effect.Effect<void>
}

interface Request {
  readonly texts: ReadonlyArray<string>
  readonly urgent: boolean
  readonly embedded: Array<EncodedText>
  /** How many texts were given to workers, and how many came back. */
  given: number
  done: number
  /** The jobs that are out, with who has them. */
  readonly jobs: Map<number, Slot>
  readonly resume: (result: Effect.Effect<ReadonlyArray<EncodedText>, EmbeddingError | ModelLoadError>) => void
}

interface Slot {
  readonly worker: WorkerHandle
  ready: boolean
  /** What it was given and has not answered, with the place of the first text in its request. */
  readonly jobs: Map<
    number,
    { readonly request: Request; readonly from: number; readonly texts: ReadonlyArray<string> }
  >
}

/** A pool that starts threads when there is work, and closes them between two texts with the scope. */
export const make = (options: WorkerPoolOptions): Effect.Effect<WorkerPool, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.sync(() => {
        const queued = Metric.withAttributes(Metrics.queuedTexts, { model: options.spec.id })
        const pool = makeUnsafe(options, (more) => queued.modifyUnsafe(more, context))
        process.on("exit", pool.park)
        return pool
      })
    ),
    (pool) =>
      Effect.promise(async () => {
        await pool.close()
        process.off("exit", pool.park)
      })
  )

const makeUnsafe = ({ batchSize, early, spec, url, workers }: WorkerPoolOptions, onQueued: (more: number) => void) => {
  const slots = new Set<Slot>()
  const requests = new Set<Request>()
  const urgent: Array<Request> = []
  const bulk: Array<Request> = []
  let waiting = 0 // texts that have not come back
  let lastId = 0
  let closed = false

  const queue = (more: number) => {
    waiting += more
    onQueued(more)
  }

  const settle = (
    request: Request,
    result: Effect.Effect<ReadonlyArray<EncodedText>, EmbeddingError | ModelLoadError>
  ) => {
    withdraw(request)
    request.resume(result)
  }

  /** Forgets a request and takes back what of it has not been embedded. */
  const withdraw = (request: Request) => {
    if (!requests.delete(request)) return
    queue(request.done - request.texts.length)
    if (request.given < request.texts.length) {
      const line = request.urgent ? urgent : bulk
      line.splice(line.indexOf(request), 1)
    }
    for (const [id, slot] of request.jobs) {
      slot.jobs.delete(id)
      slot.worker.send({ _tag: "Cancel", id })
    }
  }

  const refuse = (reason: ModelLoadReason, problem: string) => {
    const error = unusable(spec.id, spec.folder, reason, problem)
    for (const request of requests) settle(request, Effect.fail(error))
  }

  const give = (slot: Slot, request: Request, count: number) => {
    const from = request.given
    const texts = request.texts.slice(from, from + count)
    const job: Job = { id: ++lastId, texts, urgent: request.urgent }
    request.given += texts.length
    request.jobs.set(job.id, slot)
    slot.jobs.set(job.id, { request, from, texts })
    slot.worker.send({ _tag: "Job", job })
  }

  const leastBusy = (): Slot | undefined => {
    let best: Slot | undefined
    for (const slot of slots) {
      if (slot.ready && (best === undefined || slot.jobs.size < best.jobs.size)) best = slot
    }
    return best
  }

  const dispatch = () => {
    if (closed) return
    const wanted = Math.min(workers, Math.ceil(waiting / textsPerWorker))
    while (slots.size < wanted) addSlot()

    for (let slot = leastBusy(); slot !== undefined; slot = leastBusy()) {
      const query = urgent.shift()
      if (query === undefined) break
      give(slot, query, query.texts.length)
    }
    for (let slot = leastBusy(); slot !== undefined && slot.jobs.size < jobsPerWorker; slot = leastBusy()) {
      const request = bulk.shift()
      if (request === undefined) break
      // Smaller pieces towards the end, so that the workers finish together.
      const left = request.texts.length - request.given
      give(slot, request, Math.min(batchSize, Math.ceil(left / (jobsPerWorker * slots.size))))
      if (request.given < request.texts.length) bulk.push(request)
    }
    for (const slot of slots) slot.worker.hold(waiting > 0)
  }

  const onMessage = (slot: Slot, message: FromWorker) => {
    if (message._tag === "Ready") {
      slot.ready = true
    } else if (message._tag === "Refused") {
      slots.delete(slot)
      refuse(message.reason, message.problem)
    } else {
      const job = slot.jobs.get(message.id)
      if (job === undefined) return // it was withdrawn while the answer was on its way
      const { from, request, texts } = job
      slot.jobs.delete(message.id)
      request.jobs.delete(message.id)
      if (message._tag === "Failed") {
        settle(request, Effect.fail(failure("text", texts[message.index], message.problem)))
      } else {
        for (let i = 0; i < texts.length; i++) {
          const vector = message.vectors.slice(i * spec.dimensions, (i + 1) * spec.dimensions)
          request.embedded[from + i] = { vector, tokens: message.tokens[i] ?? 0 }
        }
        request.done += texts.length
        queue(-texts.length)
        if (request.done === request.texts.length) settle(request, Effect.succeed(request.embedded))
      }
    }
    dispatch()
  }

  const onExit = (slot: Slot, problem: string) => {
    if (!slots.delete(slot) || closed) return
    if (!slot.ready) {
      refuse("runtime", `the worker stopped while it loaded ${spec.folder}: ${problem}`)
    }
    for (const { request, texts } of [...slot.jobs.values()]) {
      settle(request, Effect.fail(failure("text", texts[0], `the worker stopped: ${problem}`)))
    }
    dispatch()
  }

  const addSlot = (worker = start(url, { spec })) => {
    const slot: Slot = { worker, ready: false, jobs: new Map() }
    slots.add(slot)
    worker.listen({
      onMessage: (message) => onMessage(slot, message),
      onExit: (problem) => onExit(slot, problem)
    })
  }
  const started = early?.take(spec)
  if (started !== undefined) addSlot(started)

  const run = (
    texts: ReadonlyArray<string>,
    isUrgent: boolean
  ): Effect.Effect<ReadonlyArray<EncodedText>, EmbeddingError | ModelLoadError> =>
    Effect.callback((resume) => {
      if (texts.length === 0) return resume(Effect.succeed([]))
      if (closed) return resume(Effect.fail(failure("closed", texts[0], "the embedder is closed")))
      const request: Request = { texts, urgent: isUrgent, embedded: [], given: 0, done: 0, jobs: new Map(), resume }
      requests.add(request)
      queue(texts.length)
      if (isUrgent) urgent.push(request)
      else bulk.push(request)
      dispatch()
      return Effect.sync(() => {
        withdraw(request)
        dispatch()
      })
    })

  const warm = Effect.sync(() => {
    if (!closed && slots.size === 0) addSlot()
  })

  const close = async () => {
    closed = true
    for (const request of requests) {
      settle(request, Effect.fail(failure("closed", request.texts[request.done], "the embedder was closed")))
    }
    await Promise.all([...slots].map((slot) => slot.worker.close()))
  }

  const park = () => {
    for (const slot of slots) slot.worker.park()
  }

  return { run, warm, close, park }
}
