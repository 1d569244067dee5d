import { serve } from "../../worker/WorkerServer.ts"
import type { Answer, Question } from "./RankingProtocol.ts"
import * as WordIndex from "./WordIndex.ts"
import * as WordPart from "./WordPart.ts"

/** The thread that ranks by words, so that the event loop goes on meanwhile. It starts without Schema. */
const answering = (): ((question: Question) => Answer) => {
  let parts: ReadonlyMap<number, WordPart.WordPart> = new Map()
  let index: WordIndex.WordIndex | undefined
  return (question) => {
    if (question._tag === "Take") {
      const before = parts
      parts = new Map(
        question.parts.flatMap(({ data, gone, number }) => {
          const part = data === undefined ? before.get(number)?.having(gone) : WordPart.make(data, gone)
          return part === undefined ? [] : [[number, part] as const]
        })
      )
      index = WordIndex.make([...parts.values()])
      return { _tag: "Taken" }
    }
    if (index === undefined) throw new Error("there are no words to rank by")
    return { _tag: "Ranked", ranked: index.rank(question.terms, question.limit) }
  }
}

serve(answering())
