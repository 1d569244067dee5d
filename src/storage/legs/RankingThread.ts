import { Effect } from "effect"
import { moduleUrl } from "../../domain/PackageFolder.ts"
import * as WorkerClient from "../../worker/WorkerClient.ts"
import { KeywordMemory } from "./KeywordMemory.ts"
import type { Term } from "./KeywordQuery.ts"
import type { Answer, Question } from "./RankingProtocol.ts"
import type { RankedSlots, WordIndex } from "./WordIndex.ts"
import type { WordIndexData } from "./WordIndexData.ts"

/** Ranks by the words in memory: of many texts in a thread, which takes the arrays of the index that it is asked for, or else here. */
export const make = Effect.gen(function* () {
  const { onLoop } = yield* KeywordMemory
  const thread = yield* WorkerClient.make<Question, Answer>(moduleUrl("storage/legs/RankingWorker"), undefined)
  let taken: WordIndex | undefined
  /** The numbers of the parts that the thread has. */
  let numbers: ReadonlyMap<WordIndexData, number> = new Map()
  let last = 0

  const take = (index: WordIndex) => {
    const before = numbers
    numbers = new Map(index.parts.map(({ data }) => [data, before.get(data) ?? ++last]))
    const parts = index.parts.map(({ data, gone }) => ({
      number: numbers.get(data) ?? 0,
      data: before.has(data) ? undefined : data,
      gone
    }))
    thread.tell({ _tag: "Take", parts })
    taken = index
  }

  return (index: WordIndex, terms: ReadonlyArray<Term>, limit: number): Effect.Effect<RankedSlots> =>
    Effect.suspend(() => {
      const here = Effect.sync(() => index.rank(terms, limit))
      if (index.total <= onLoop) return here
      if (taken !== index) take(index)
      return thread.ask({ _tag: "Rank", terms, limit }).pipe(
        Effect.flatMap((answer) => (answer._tag === "Ranked" ? Effect.succeed(answer.ranked) : here)),
        Effect.catchTag("WorkerFailure", () => here)
      )
    })
})
