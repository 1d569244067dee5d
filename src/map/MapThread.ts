import { Effect, Stream } from "effect"
import { moduleUrl } from "../domain/PackageFolder.ts"
import * as WorkerClient from "../worker/WorkerClient.ts"
import type { Answer, MapInput, Page, Question } from "./MapProtocol.ts"

/**
 * Computes positions of the vectors of `pages` in a thread of its own. `onProgress` is told how far it has come, from 0 to 1.
 * Interrupted, it ends at the next step. The arrays are handed over.
 */
export const run = Effect.fnUntraced(
  function* <E, R>(
    input: MapInput,
    pages: Stream.Stream<Page, E, R>,
    onProgress: (done: number) => Effect.Effect<void>
  ) {
    const { ask } = yield* WorkerClient.make<Question, Answer>(moduleUrl("map/MapWorker"), input)
    yield* Stream.runForEach(pages, ({ positions, vectors }) =>
      ask(
        { _tag: "Add", vectors, positions },
        positions === undefined ? [vectors.buffer] : [vectors.buffer, positions.buffer]
      )
    )
    yield* onProgress(0)
    for (;;) {
      const answer = yield* ask({ _tag: "Step" })
      if (answer._tag === "Done") return answer.positions
      yield* onProgress(answer.done)
    }
  },
  (effect) => Effect.scoped(effect)
)
