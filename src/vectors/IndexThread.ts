import { Data, Effect, type Scope } from "effect"
import { moduleUrl, packageProblem } from "../domain/PackageFolder.ts"
import * as WorkerClient from "../worker/WorkerClient.ts"
import type { Answer, IndexInput, Question } from "./IndexProtocol.ts"

/** The thread with the index ended, or could not do what it was asked. */
export class IndexFailure extends Data.TaggedError("IndexFailure")<{
  readonly reason: string
  /** What the system said, where it refused something. */
  readonly code?: string | undefined
}> {}

/** What each question is answered with. */
interface Answers {
  readonly Open: "Opened"
  readonly Reset: "Done"
  readonly Apply: "Done"
  readonly Sample: "Found"
  readonly Probe: "Done"
  readonly See: "Done"
  readonly Tune: "Tuned"
  readonly Search: "Nearest"
  readonly Cosines: "Compared"
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
  Sample: "Found",
  Probe: "Done",
  See: "Done",
  Tune: "Tuned",
  Search: "Nearest",
  Cosines: "Compared",
  Save: "Done",
  Compare: "Different"
}

const isAnswerTo = <Tag extends keyof Answers>(tag: Tag, answer: Answer): answer is AnswerOf<Tag> =>
  answer._tag === expected[tag]

/** What is handed over to the thread instead of copied. */
const transferred = (question: Question): Array<ArrayBuffer> =>
  question._tag === "Apply"
    ? [question.ids.buffer, question.vectors.buffer, question.removed.buffer]
    : question._tag === "Compare" || question._tag === "See"
      ? [question.ids.buffer, question.vectors.buffer]
      : []

const answered = <Tag extends keyof Answers>(tag: Tag, answer: Answer): Effect.Effect<AnswerOf<Tag>, IndexFailure> =>
  isAnswerTo(tag, answer)
    ? Effect.succeed(answer)
    : Effect.fail(new IndexFailure(answer._tag === "Failed" ? answer : { reason: "it answers wrongly" }))

/** A thread that ends with the scope, after what it is doing. */
export const make = (input: IndexInput): Effect.Effect<IndexThread, never, Scope.Scope> =>
  Effect.map(
    WorkerClient.make<Question, Answer>(moduleUrl("vectors/IndexWorker"), input),
    ({ ask, tell }): IndexThread => ({
      ask: (question) =>
        ask(question, transferred(question)).pipe(
          Effect.mapError(({ problem }) => new IndexFailure({ reason: problem })),
          Effect.flatMap((answer) => answered(question._tag, answer))
        ),
      tell: (question) => tell(question, transferred(question))
    })
  )

/** The same in this thread: for an index so small that a scan takes no longer than a statement. */
export const makeInline = (input: IndexInput): Effect.Effect<IndexThread, IndexFailure> =>
  Effect.map(
    Effect.tryPromise({
      // The native part is loaded when it is needed. The build makes this the package's own file for every bundler.
      try: () => import("./IndexStore.ts"),
      catch: (cause) =>
        new IndexFailure({ reason: packageProblem ?? (cause instanceof Error ? cause.message : String(cause)) })
    }),
    ({ answering, IndexStore }) => {
      const answer = answering(new IndexStore(input))
      return {
        ask: (question) => Effect.suspend(() => answered(question._tag, answer(question))),
        tell: (question) => void answer(question)
      }
    }
  )
