import type { Answer, MapInput, Page, Question } from "./MapProtocol.ts"
import * as Placement from "./Placement.ts"
import * as PrincipalAxes from "./PrincipalAxes.ts"
import { type Steps, within } from "./Steps.ts"
import * as UmapPositions from "./UmapPositions.ts"

/** How long it works before it can be told to stop, in milliseconds. */
const patience = 100

/** So many vectors move each other; more are placed beside them, so that time and memory have a bound. */
const mostMoved = 10_000

const joined = (parts: ReadonlyArray<Float32Array>): Float32Array<ArrayBuffer> => {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The rows of which `isTaken`, one after the other. */
const rowsOf = (all: Float32Array, width: number, isTaken: (row: number) => boolean): Float32Array =>
  joined(
    Array.from({ length: all.length / width }, (_, row) => row).flatMap((row) =>
      isTaken(row) ? [all.subarray(row * width, (row + 1) * width)] : []
    )
  )

function* umap(vectors: Float32Array, dimensions: number): Steps<Float32Array> {
  const count = vectors.length / dimensions
  if (count < UmapPositions.fewest) return PrincipalAxes.positions(vectors, dimensions)
  if (count <= mostMoved) return yield* UmapPositions.positions(vectors, dimensions)
  /** Spread over all, of each `count / mostMoved` the first. */
  const isMoved = (row: number) =>
    row === 0 || Math.floor((row * mostMoved) / count) > Math.floor(((row - 1) * mostMoved) / count)
  const moved = rowsOf(vectors, dimensions, isMoved)
  const places = yield* within(0, 0.7, UmapPositions.positions(moved, dimensions))
  const rest = rowsOf(vectors, dimensions, (row) => !isMoved(row))
  const beside = yield* within(0.7, 1, Placement.beside(rest, moved, places, dimensions))
  const out = new Float32Array(2 * count)
  for (let row = 0, first = 0, second = 0; row < count; row++) {
    const [from, at] = isMoved(row) ? [places, first++] : [beside, second++]
    out.set(from.subarray(2 * at, 2 * at + 2), 2 * row)
  }
  return out
}

/** Stored vectors have length 1; one that something else has damaged gets the place of none. */
const sound = (vectors: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> => {
  for (const [i, value] of vectors.entries()) if (!(Math.abs(value) <= 2)) vectors[i] = 0
  return vectors
}

/** Answers what is asked of a task: takes the vectors, then works step by step. */
export const answering = ({ dimensions, task }: MapInput): ((question: Question) => Answer) => {
  const pages: Array<Page> = []
  let steps: Steps<Float32Array> | undefined

  function* begin(): Steps<Float32Array> {
    const given = (isKnown: boolean) => pages.filter(({ positions }) => (positions !== undefined) === isKnown)
    const vectorsOf = (some: ReadonlyArray<Page>) => joined(some.map(({ vectors }) => vectors))
    switch (task) {
      case "axes":
        return PrincipalAxes.positions(vectorsOf(pages), dimensions)
      case "umap":
        return yield* umap(vectorsOf(pages), dimensions)
      case "beside": {
        const places = joined(given(true).map(({ positions }) => positions ?? new Float32Array()))
        return yield* Placement.beside(vectorsOf(given(false)), vectorsOf(given(true)), places, dimensions)
      }
    }
  }

  return (question) => {
    if (question._tag === "Add") {
      pages.push({ vectors: sound(question.vectors), positions: question.positions })
      return { _tag: "Working", done: 0 }
    }
    steps ??= begin()
    const until = performance.now() + patience
    for (;;) {
      const next = steps.next()
      if (next.done === true) return { _tag: "Done", positions: Float32Array.from(next.value) }
      if (performance.now() >= until) return { _tag: "Working", done: next.value }
    }
  }
}
