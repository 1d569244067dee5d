import { parentPort } from "node:worker_threads"
import type { ModelLoadReason } from "../domain/ModelLoadError.ts"
import { closePort, waitingMessages } from "../worker/WorkerPort.ts"
import { BUSY, type FromWorker, type Job, STOP, type ToWorker } from "./WorkerProtocol.ts"

/** A text's vector, and how many tokens the text has, with what is beyond those that the model reads. */
export interface EncodedText {
  readonly vector: Float32Array
  readonly tokens: number
}

/** Some texts of a job that go through the model together. */
export interface Step {
  /** Their places in the job. */
  readonly indexes: ReadonlyArray<number>
  /** What they became, in the order of `indexes`. */
  readonly run: () => Promise<ReadonlyArray<EncodedText>>
}

/** A loaded model. */
export interface Encoder {
  readonly dimensions: number
  /** Divides a job into what the model takes at a time. */
  readonly steps: (texts: ReadonlyArray<string>) => ReadonlyArray<Step>
}

/** A model cannot be used. */
export class Refusal extends Error {
  readonly reason: ModelLoadReason
  constructor(reason: ModelLoadReason, problem: string, cause?: unknown) {
    super(problem, { cause })
    this.reason = reason
  }
}

interface Entry {
  readonly job: Job
  /** What is left of it, last first; absent until it is begun. */
  steps?: Array<Step>
  readonly encoded: Array<EncodedText>
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Loads a model and answers jobs until it is told to close.
 *
 * The messages that came meanwhile are read between two steps, so that an urgent job waits for one step at most, and the
 * thread ends only where no inference runs.
 */
export const serve = async (
  buffer: SharedArrayBuffer,
  load: (stopped: () => boolean) => Promise<Encoder | undefined>
): Promise<void> => {
  if (parentPort === null) throw new Error("This file runs as a worker thread")
  const port = parentPort
  const flags = new Int32Array(buffer)
  const urgent: Array<Entry> = []
  const bulk: Array<Entry> = []
  let encoder: Encoder | undefined
  let closing = false
  let working = false

  const send = (message: FromWorker) => port.postMessage(message)

  const accept = (message: ToWorker) => {
    switch (message._tag) {
      case "Close": {
        closing = true
        break
      }
      case "Cancel": {
        for (const queue of [urgent, bulk]) {
          const index = queue.findIndex((entry) => entry.job.id === message.id)
          if (index >= 0) queue.splice(index, 1)
        }
        break
      }
      case "Job": {
        const queue = message.job.urgent ? urgent : bulk
        queue.push({ job: message.job, encoded: [] })
      }
    }
  }

  const stopped = () => {
    for (const message of waitingMessages<ToWorker>(port)) accept(message)
    return closing || Atomics.load(flags, STOP) === 1
  }

  // The flag goes up before STOP is read and down after the last native call, so the main thread, which raises STOP and
  // then reads BUSY, either sees this run or keeps it from starting.
  const guarded = async <A>(body: () => Promise<A>): Promise<A | undefined> => {
    Atomics.store(flags, BUSY, 1)
    try {
      return Atomics.load(flags, STOP) === 1 ? undefined : await body()
    } finally {
      Atomics.store(flags, BUSY, 0)
      Atomics.notify(flags, BUSY)
    }
  }

  const finish = (queue: Array<Entry>, entry: Entry, answer: FromWorker, transfer?: ArrayBuffer) => {
    const index = queue.indexOf(entry)
    if (index < 0) return // it was cancelled meanwhile
    queue.splice(index, 1)
    port.postMessage(answer, transfer === undefined ? [] : [transfer])
  }

  const advance = async (model: Encoder, queue: Array<Entry>, entry: Entry): Promise<void> => {
    const { encoded, job } = entry
    let step: Step | undefined
    try {
      entry.steps ??= [...model.steps(job.texts)].reverse()
      step = entry.steps.pop()
      if (step !== undefined) {
        const results = await guarded(step.run)
        if (results === undefined) return
        for (const [i, index] of step.indexes.entries()) {
          const result = results[i]
          if (result !== undefined) encoded[index] = result
        }
      }
      if (entry.steps.length > 0) return
      const vectors = new Float32Array(job.texts.length * model.dimensions)
      for (const [index, { vector }] of encoded.entries()) vectors.set(vector, index * model.dimensions)
      const tokens = Int32Array.from(encoded, (text) => text.tokens)
      finish(queue, entry, { _tag: "Done", id: job.id, vectors, tokens }, vectors.buffer)
    } catch (error) {
      finish(queue, entry, { _tag: "Failed", id: job.id, index: step?.indexes[0] ?? 0, problem: messageOf(error) })
    }
  }

  const work = async (): Promise<void> => {
    if (working || encoder === undefined) return
    working = true
    while (!stopped()) {
      const queue = urgent.length > 0 ? urgent : bulk
      const entry = queue[0]
      if (entry === undefined) break
      await advance(encoder, queue, entry)
    }
    working = false
    if (closing) closePort(port)
  }

  try {
    encoder = await guarded(() => load(stopped))
  } catch (error) {
    send(
      error instanceof Refusal
        ? { _tag: "Refused", reason: error.reason, problem: error.message }
        : {
            _tag: "Refused",
            reason: "runtime",
            problem: messageOf(error)
          }
    )
    closePort(port)
    return
  }
  if (encoder === undefined || stopped()) {
    closePort(port)
    return
  }
  send({ _tag: "Ready" })
  port.on("message", (message: ToWorker) => {
    accept(message)
    void work()
  })
  await work()
}
