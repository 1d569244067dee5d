import { Effect } from "effect"
import { moduleUrl } from "../../domain/PackageFolder.ts"
import * as WorkerClient from "../../worker/WorkerClient.ts"
import { KeywordMemory } from "./KeywordMemory.ts"
import type { Term } from "./KeywordQuery.ts"
import type { Answer, Question } from "./RankingProtocol.ts"
import type { RankedSlots, WordIndex } from "./WordIndex.ts"

/** Ranks by the words in memory: of many texts in a thread, which takes the arrays of the index that it is asked for, or else here. */
export const make = Effect.gen(function* () {
  const { onLoop } = yield* KeywordMemory
  const thread = yield* WorkerClient.make<Question, Answer>(moduleUrl("storage/legs/RankingWorker"), undefined)
  let taken: WordIndex | undefined

  return (index: WordIndex, terms: ReadonlyArray<Term>, limit: number): Effect.Effect<RankedSlots> =>
    Effect.suspend(() => {
      const here = Effect.sync(() => index.rank(terms, limit))
      if (index.total <= onLoop) return here
      if (taken !== index) thread.tell({ _tag: "Take", data: index.data })
      taken = index
      return thread.ask({ _tag: "Rank", terms, limit }).pipe(
        Effect.flatMap((answer) => (answer._tag === "Ranked" ? Effect.succeed(answer.ranked) : here)),
        Effect.catchTag("WorkerFailure", () => here)
      )
    })
})
