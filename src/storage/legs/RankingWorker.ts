import { serve } from "../../worker/WorkerServer.ts"
import type { Answer, Question } from "./RankingProtocol.ts"
import * as WordIndex from "./WordIndex.ts"

/** The thread that ranks by words, so that the event loop goes on meanwhile. It starts without Schema. */
const answering = (): ((question: Question) => Answer) => {
  let index: WordIndex.WordIndex | undefined
  return (question) => {
    if (question._tag === "Take") {
      index = WordIndex.make(question.data)
      return { _tag: "Taken" }
    }
    if (index === undefined) throw new Error("there are no words to rank by")
    return { _tag: "Ranked", ranked: index.rank(question.terms, question.limit) }
  }
}

serve(answering())
