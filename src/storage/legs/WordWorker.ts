import { serve } from "../../worker/WorkerServer.ts"
import * as WordIndexBuilder from "./WordIndexBuilder.ts"
import type { Answer, Question } from "./WordProtocol.ts"

/** The thread that makes an index of the words of texts, so that the event loop goes on meanwhile. It starts often, and without Schema. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const entryOf = (row: unknown): WordIndexBuilder.Entry | undefined => {
  if (!Array.isArray(row)) return undefined
  const [id, uri, title, description]: ReadonlyArray<unknown> = row
  return typeof id === "number" &&
    typeof uri === "string" &&
    typeof title === "string" &&
    (description === null || typeof description === "string")
    ? { id, uri, title, description }
    : undefined
}

/** The texts of a page; undefined where one of them cannot be read. */
const entriesOf = (page: ArrayBuffer | Uint8Array): ReadonlyArray<WordIndexBuilder.Entry> | undefined => {
  try {
    const rows: unknown = JSON.parse(utf8.decode(page))
    const entries = Array.isArray(rows) ? rows.map(entryOf) : [undefined]
    return entries.every((entry) => entry !== undefined) ? entries : undefined
  } catch {
    return undefined
  }
}

const answering = (): ((question: Question) => Answer) => {
  let builder = WordIndexBuilder.make()
  return (question) => {
    switch (question._tag) {
      case "Begin":
        builder = WordIndexBuilder.make()
        return { _tag: "Added", count: 0, last: 0 }
      case "Add": {
        const entries = entriesOf(question.page)
        if (entries === undefined) return { _tag: "Unreadable" }
        for (const entry of entries) builder.add(entry)
        return { _tag: "Added", count: entries.length, last: entries.at(-1)?.id ?? 0 }
      }
      case "AddAll":
        builder.addAll(question.data, question.hidden)
        return { _tag: "Added", count: question.data.ids.length, last: 0 }
      case "Build": {
        const data = builder.build()
        builder = WordIndexBuilder.make()
        return { _tag: "Built", data }
      }
    }
  }
}

serve(answering())
