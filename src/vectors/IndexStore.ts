import { rmSync } from "node:fs"
import * as FileProblem from "../domain/FileProblem.ts"
import { FlatIndex } from "./FlatIndex.ts"
import { GraphIndex } from "./GraphIndex.ts"
import type { Description } from "./IndexFile.ts"
import * as PartialFile from "../storage/PartialFile.ts"
import * as PassageKey from "../storage/PassageKey.ts"
import * as IndexFile from "./IndexFile.ts"
import { RecallProbe, type Tuning } from "./RecallProbe.ts"
import { digest } from "./VectorFile.ts"
import type { Answer, Changes, Cosines, IndexInput, Question, Size, StoreKind } from "./IndexProtocol.ts"

/** How many more than wanted are taken from a graph, whose order is not exact, to be compared by the database. */
const more = 32

/** How many candidates are followed in a graph that was not measured. */
const defaultExpansion = 320

/** How many vectors are read from a file at once. */
const pieceSize = 4096

/**
 * An index as its thread has it: a flat one, or a graph. A graph that was opened to be read stays as it is: what came or
 * changed since is in the flat index, what went or changed is hidden.
 */
export class IndexStore {
  private readonly input: IndexInput
  private flat = new FlatIndex(1, true)
  private graph: GraphIndex | undefined
  private isGraphOpen = false
  private readonly hidden = new Set<number>()
  private probe: RecallProbe | undefined
  private tuning: Tuning | undefined

  constructor(input: IndexInput) {
    this.input = input
  }

  answer(question: Question): Answer {
    switch (question._tag) {
      case "Open":
        return this.open(question.path, question.mode, question)
      case "Reset":
        this.reset(question.kind, question.dimensions, question.expected, question.path)
        return { _tag: "Done", size: this.size }
      case "Apply":
        this.apply(question)
        return { _tag: "Done", size: this.size }
      case "Sample":
        return { _tag: "Found", ids: this.sample(question.count), size: this.size }
      case "Probe":
        this.probe = new RecallProbe(this.flat.dimensions, question.vectors)
        return { _tag: "Done", size: this.size }
      case "See":
        this.probe?.see(question.ids, question.vectors)
        return { _tag: "Done", size: this.size }
      case "Tune":
        return { _tag: "Tuned", tuning: this.tune(question.recall), size: this.size }
      case "Search": {
        const { limit, query, withCosines } = question
        const found = this.references(query, limit)
        const cosines = withCosines ? this.cosines(query, found.ids) : undefined
        return { _tag: "Nearest", ...found, cosines, size: this.size }
      }
      case "Cosines":
        return { _tag: "Compared", cosines: this.cosines(question.query, question.ids), size: this.size }
      case "Save":
        this.save(question.path, question)
        return { _tag: "Done", size: this.size }
      case "Compare":
        return { _tag: "Different", ids: this.different(question.ids, question.vectors), size: this.size }
    }
  }

  private get size(): Size {
    const { flat, graph, hidden, isGraphOpen } = this
    if (graph === undefined) return { count: flat.size, pending: 0, bytes: flat.bytes }
    return {
      count: graph.size - hidden.size + flat.size,
      pending: isGraphOpen ? 0 : hidden.size + flat.size,
      bytes: flat.bytes
    }
  }

  private reset(kind: StoreKind, dimensions: number, expected: number, path?: string): void {
    this.flat = new FlatIndex(dimensions, kind !== "codes", kind === "graph" ? 0 : expected)
    this.graph?.close()
    this.graph = kind === "graph" ? GraphIndex.make(dimensions, path) : undefined
    this.isGraphOpen = kind === "graph"
    this.hidden.clear()
    this.probe = undefined
    this.tuning = undefined
  }

  private open(
    path: string,
    mode: "view" | "load",
    wanted: { readonly fingerprint: string; readonly dimensions: number }
  ): Answer {
    const refuse = (problem: string): Answer => ({ _tag: "Opened", description: undefined, problem, size: this.size })
    try {
      // The cheap questions first.
      const { dimensions, fingerprint } = IndexFile.peek(path)
      if (fingerprint !== wanted.fingerprint || dimensions !== wanted.dimensions)
        return refuse("it is of another model")
      const description = IndexFile.verify(path)
      this.take(path, description, mode)
      return { _tag: "Opened", description, problem: "", size: this.size }
    } catch (error) {
      this.reset("flat", wanted.dimensions, 0)
      if (error instanceof IndexFile.Damaged) return refuse(error.message)
      if (FileProblem.codeOf(error) === "ENOENT") return refuse(IndexFile.absent)
      return refuse(error instanceof Error ? error.message : String(error))
    }
  }

  private take(path: string, description: Description, mode: "view" | "load"): void {
    const { count, dimensions, kind } = description
    this.reset("flat", dimensions, kind === "flat" ? count : 0)
    if (kind === "graph") {
      this.graph = GraphIndex.open(path, description, mode)
      this.isGraphOpen = mode === "load"
      this.tuning = description.tuning
      return
    }
    // In pieces, so that the vectors are not in memory twice.
    for (let from = 0; from < count; from += pieceSize) {
      const ids = new Float64Array(Math.min(pieceSize, count - from))
      const vectors = new Float32Array(ids.length * dimensions)
      IndexFile.readPart(path, description, 0, ids, from * 8)
      IndexFile.readPart(path, description, 1, vectors, from * dimensions * 4)
      this.flat.set(ids, vectors)
    }
  }

  private apply({ ids, removed, vectors }: Changes): void {
    const { flat, graph, hidden } = this
    if (graph !== undefined && this.isGraphOpen) {
      graph.remove(removed)
      graph.set(ids, vectors, this.input.buildThreads)
      return
    }
    if (graph !== undefined) {
      for (const changed of [ids, removed]) {
        for (const id of changed) if (graph.has(id)) hidden.add(id)
      }
    }
    for (const id of removed) flat.remove(id)
    flat.set(ids, vectors)
  }

  /**
   * The references of the nearest vectors, at least `limit` of them where there are as many: several vectors can be of one. Many
   * that are equal can be linked to each other only, so that a search in a graph never comes to them.
   */
  private references(query: Float32Array, limit: number) {
    for (let wanted = limit; ; wanted *= 2) {
      const near = this.nearest(query, wanted)
      const found = new Set(near.map(PassageKey.referenceOf))
      if (found.size >= limit || wanted >= this.size.count) {
        return { ids: Float64Array.from(found), isCutOff: found.size < limit && near.length < this.size.count }
      }
    }
  }

  private nearest(query: Float32Array, limit: number): Array<number> {
    const { flat, graph, hidden } = this
    const expansion = this.input.expansion ?? this.tuning?.expansion ?? defaultExpansion
    const found = flat.nearest(query, limit)
    return graph === undefined
      ? found
      : found.concat(graph.nearest(query, limit + more, expansion, (id) => hidden.has(id)))
  }

  private cosines(query: Float32Array, ids: Float64Array): Cosines {
    const { flat, graph, hidden } = this
    if (!flat.keepVectors) return undefined
    const isInGraph = (key: number) => graph?.has(key) === true && !hidden.has(key)
    const keys: Array<number> = []
    for (const id of ids) {
      keys.push(id)
      // Passages of a long text, of which there may be some without a vector of the whole.
      for (let key = id + PassageKey.first; flat.has(key) || isInGraph(key); key += PassageKey.first) keys.push(key)
    }
    const ofGraph = keys.filter(isInGraph)
    const found = new Map<number, number>()
    if (ofGraph.length > 0) {
      const cosines = graph === undefined ? undefined : exactly(graph, query, ofGraph)
      if (cosines === undefined) return undefined
      for (const [i, key] of ofGraph.entries()) found.set(key, cosines[i] ?? Number.NaN)
    }
    const best = new Map<number, number>()
    for (const key of keys) {
      const cosine = flat.cosineOf(query, key) ?? found.get(key)
      const id = PassageKey.referenceOf(key)
      if (cosine !== undefined && cosine > (best.get(id) ?? -Infinity)) best.set(id, cosine)
    }
    return ids.map((id) => best.get(id) ?? Number.NaN)
  }

  private save(
    path: string,
    { fingerprint, nonce, seq }: { readonly fingerprint: string; readonly seq: number; readonly nonce: number }
  ): void {
    removeAbandoned(path)
    const { flat, graph } = this
    const position = { fingerprint, seq, nonce, dimensions: flat.dimensions }
    if (graph !== undefined) {
      if (!this.isGraphOpen) throw new Error("a graph that was opened to be read cannot be saved")
      if (this.tuning === undefined) throw new Error("a graph is tuned before it is saved")
      graph.save(path, { ...position, tuning: this.tuning })
    } else {
      if (!flat.keepVectors) throw new Error("codes without their vectors cannot be saved")
      const { ids, vectors } = flat.contents()
      IndexFile.write(path, { ...position, kind: "flat", count: ids.length }, [ids, vectors])
    }
  }

  private sample(count: number): Float64Array<ArrayBuffer> {
    const { graph, tuning } = this
    const isMeasured = tuning !== undefined && Math.abs(tuning.vectors - this.size.count) <= tuning.vectors / 4
    return graph === undefined || isMeasured ? new Float64Array() : graph.sample(count)
  }

  private tune(recall: number): Tuning {
    const { graph, probe } = this
    if (graph === undefined || probe === undefined) throw new Error("there is no graph to be tuned")
    this.probe = undefined
    const tuned = probe.tune(
      (query, limit, expansion) => graph.nearest(query, limit + more, expansion, () => false),
      recall,
      this.input.expansion
    )
    this.tuning = { ...tuned, vectors: graph.size }
    return this.tuning
  }

  private different(ids: Float64Array, vectors: Float32Array): Float64Array<ArrayBuffer> {
    const { flat, graph, hidden } = this
    const { dimensions } = flat
    return Float64Array.from(
      ids.filter((id, i) => {
        const expected = digest(vectors.subarray(i * dimensions, (i + 1) * dimensions))
        const own = flat.get(id)
        if (own !== undefined) return digest(own) !== expected
        return hidden.has(id) || graph?.isSo(id, expected) !== true
      })
    )
  }
}

/** The cosines of some of a graph; undefined where it has no vectors, or they cannot be believed. */
const exactly = (graph: GraphIndex, query: Float32Array, ids: ReadonlyArray<number>) => {
  try {
    return graph.cosines(query, ids)
  } catch (error) {
    if (error instanceof IndexFile.Damaged) return undefined
    throw error
  }
}

/** Answers every question, also where the store throws. */
export const answering = (store: IndexStore): ((question: Question) => Answer) => {
  /** After a change that failed half way nothing there can be believed. */
  let broken: string | undefined
  return (question) => {
    if (question._tag === "Open" || question._tag === "Reset") broken = undefined
    if (broken !== undefined) return { _tag: "Failed", reason: broken }
    try {
      return store.answer(question)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (question._tag === "Apply" || question._tag === "Reset") broken = reason
      return { _tag: "Failed", reason, code: FileProblem.codeOf(error) }
    }
  }
}

/** Removes what a process left that was killed while it saved. */
const removeAbandoned = (path: string): void => {
  for (const temporary of IndexFile.temporaries(path)) {
    if (!PartialFile.isAlive(temporary.pid)) rmSync(temporary.path, { force: true })
  }
}
