import { Worker } from "node:worker_threads"
import { Data, Effect, type Scope } from "effect"
import { workerUrl } from "../domain/PackageFolder.ts"
import type { Answer, FromIndex, IndexInput, Question, ToIndex } from "./IndexProtocol.ts"

/** The thread with the index ended, or could not do what it was asked. */
export class IndexFailure extends Data.TaggedError("IndexFailure")<{ readonly reason: string }> {}

/** What each question is answered with. */
interface Answers {
  readonly Open: "Opened"
  readonly Reset: "Done"
  readonly Apply: "Done"
  readonly Search: "Found"
  readonly Save: "Done"
  readonly Compare: "Different"
}

type AnswerOf<Tag extends keyof Answers> = Extract<Answer, { readonly _tag: Answers[Tag] }>

/** An index that can be asked, in a thread of its own, so that no scan holds the event loop, or in this one. */
export interface IndexThread {
  /** Asks and waits. Questions are answered in the order in which they are asked; their vectors are handed over. */
  readonly ask: <Tag extends keyof Answers>(
    question: Extract<Question, { readonly _tag: Tag }>
  ) => Effect.Effect<AnswerOf<Tag>, IndexFailure>
  /** Asks without waiting. Where it fails, the next search fails. */
  readonly tell: (question: Extract<Question, { readonly _tag: "Apply" }>) => void
}

const expected: { readonly [Tag in keyof Answers]: Answers[Tag] } = {
  Open: "Opened",
  Reset: "Done",
  Apply: "Done",
  Search: "Found",
  Save: "Done",
  Compare: "Different"
}

const isAnswerTo = <Tag extends keyof Answers>(tag: Tag, answer: Answer): answer is AnswerOf<Tag> =>
  answer._tag === expected[tag]

/** What is handed over to the thread instead of copied. */
const transferred = (question: Question): Array<ArrayBuffer> =>
  question._tag === "Apply"
    ? [question.ids.buffer, question.vectors.buffer, question.removed.buffer]
    : question._tag === "Compare"
      ? [question.ids.buffer, question.vectors.buffer]
      : []

/** A thread that ends with the scope, after what it is doing. */
export const make = (input: IndexInput): Effect.Effect<IndexThread, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => start(input)),
      ({ close }) => Effect.promise(close)
    ),
    ({ ask, tell }) => ({ ask, tell })
  )

const answered = <Tag extends keyof Answers>(tag: Tag, answer: Answer): Effect.Effect<AnswerOf<Tag>, IndexFailure> =>
  isAnswerTo(tag, answer)
    ? Effect.succeed(answer)
    : Effect.fail(new IndexFailure({ reason: answer._tag === "Failed" ? answer.reason : "it answers wrongly" }))

/** The same in this thread: for an index so small that a scan takes no longer than a statement. */
export const makeInline = (input: IndexInput): Effect.Effect<IndexThread, IndexFailure> =>
  Effect.map(
    Effect.tryPromise({
      // The native part is loaded when it is needed.
      try: () => import("./IndexStore.ts"),
      catch: (cause) => new IndexFailure({ reason: cause instanceof Error ? cause.message : String(cause) })
    }),
    ({ answering, IndexStore }) => {
      const answer = answering(new IndexStore(input))
      return {
        ask: (question) => Effect.suspend(() => answered(question._tag, answer(question))),
        tell: (question) => void answer(question)
      }
    }
  )

const start = (input: IndexInput) => {
  // Nothing that a library prints may reach the program's stdout; flags of the parent are not the thread's.
  const worker = new Worker(workerUrl("vectors/IndexWorker"), { workerData: input, stdout: true, execArgv: [] })
  worker.stdout.resume()
  worker.unref()
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  let ended: string | undefined

  const settle = (id: number, answer: Answer) => {
    const resolve = waiting.get(id)
    if (!waiting.delete(id)) return
    if (waiting.size === 0) worker.unref()
    resolve?.(answer)
  }
  const exited = new Promise<void>((resolve) => {
    worker.on("error", (error: unknown) => {
      ended = error instanceof Error ? error.message : String(error)
    })
    worker.on("exit", (code) => {
      ended ??= `its thread ended with code ${code}`
      for (const id of [...waiting.keys()]) settle(id, { _tag: "Failed", reason: ended })
      resolve()
    })
  })
  worker.on("message", ({ answer, id }: FromIndex) => settle(id, answer))

  const send = (question: Question, resolve: (answer: Answer) => void): void => {
    if (ended !== undefined) return resolve({ _tag: "Failed", reason: ended })
    const id = ++lastId
    waiting.set(id, resolve)
    // A process does not end while somebody waits for an answer.
    worker.ref()
    worker.postMessage({ id, question } satisfies ToIndex, transferred(question))
  }

  const ask: IndexThread["ask"] = (question) =>
    Effect.callback((resume) => {
      send(question, (answer) => resume(answered(question._tag, answer)))
    })
  const tell: IndexThread["tell"] = (question) => send(question, () => {})
  const close = () => {
    ended ??= "it was closed"
    worker.ref()
    worker.postMessage({ id: 0, question: "Close" } satisfies ToIndex)
    return exited
  }
  return { ask, tell, close }
}
