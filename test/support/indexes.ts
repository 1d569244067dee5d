/** Indexes of vectors as their thread has them, and vectors for them. */
import type { Answer, Question } from "../../src/vectors/IndexProtocol.ts"
import { IndexStore } from "../../src/vectors/IndexStore.ts"

/** Numbers that are the same in every run. */
export const random = (seed: number) => () => {
  seed = (seed * 1664525 + 1013904223) % 2 ** 32
  return seed / 2 ** 32
}

export const vectorsOf = (count: number, dimensions: number, seed: number, spread = 1): Float32Array<ArrayBuffer> => {
  const next = random(seed)
  const vectors = new Float32Array(count * dimensions)
  for (let from = 0; from < vectors.length; from += dimensions) {
    let squares = 0
    for (let i = from; i < from + dimensions; i++) {
      vectors[i] = (next() - 0.5) * (i % dimensions === 0 ? spread : 1)
      squares += vectors[i]! ** 2
    }
    for (let i = from; i < from + dimensions; i++) vectors[i]! /= Math.sqrt(squares)
  }
  return vectors
}

export const idsOf = (count: number, from = 1): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: count }, (_, i) => from + i)

/** A store that opened a file: to be read, or to be changed. */
export const opened = (path: string, fingerprint = "one", dimensions = 16, mode: "view" | "load" = "view") => {
  const store = new IndexStore({ background: false, buildThreads: 1, expansion: 64 })
  return { store, answer: store.answer({ _tag: "Open", path, fingerprint, dimensions, mode }) }
}

/** The answer, which is of this kind. */
export const ask = <Tag extends Answer["_tag"]>(store: IndexStore, question: Question, tag: Tag) => {
  const answer = store.answer(question)
  if (answer._tag !== tag) throw new Error(JSON.stringify(answer))
  return answer as Extract<Answer, { readonly _tag: Tag }>
}

/** Saves an index of 300 vectors of 16 dimensions. */
export const saved = (kind: "flat" | "graph", path: string) => {
  const store = new IndexStore({ background: false, buildThreads: 1, expansion: 64 })
  const ids = idsOf(300)
  const vectors = vectorsOf(300, 16, 5)
  ask(store, { _tag: "Reset", kind, dimensions: 16, expected: 300, path }, "Done")
  ask(store, { _tag: "Apply", ids, vectors, removed: new Float64Array() }, "Done")
  if (kind === "graph") {
    ask(store, { _tag: "Probe", vectors: vectors.slice(0, 50 * 16) }, "Done")
    ask(store, { _tag: "See", ids, vectors }, "Done")
    ask(store, { _tag: "Tune", recall: 0.95 }, "Tuned")
  }
  ask(store, { _tag: "Save", path, fingerprint: "one", seq: 42, nonce: 4711 }, "Done")
  return { ids, vectors }
}
