import type { CoverageLink, CoveredBy } from "../domain/Coverage.ts"
import type { RelationType } from "../domain/Relation.ts"

/** A relation between references of two catalogs; `from` and `to` are the places of the catalogs on the way, from 0. */
export interface Edge extends CoverageLink {
  readonly sourceLayer: number
  readonly targetLayer: number
}

/** The most ways that are told of one reference. */
const told = 20

/** What the coverer asks for holds all that the covered one asks for, when it is the source of such a relation. */
const wholly: ReadonlySet<RelationType> = new Set(["implements", "equal", "superset", "supersedes"])

/** The same, when it is the target. */
const whollyReversed: ReadonlySet<RelationType> = new Set(["equal", "subset"])

/** How far one reference covers another by a relation of this type, of which it is the source, or else the target. */
export const extentOf = (type: RelationType, isSource: boolean): CoveredBy["extent"] =>
  (isSource ? wholly : whollyReversed).has(type) ? "covered" : "partly"

/** A way from a reference to one that covers it. */
interface Way {
  readonly uri: string
  /** How many of its relations cover in part only. */
  readonly partial: 0 | 1
  readonly length: number
  readonly confidence: number
  readonly needsReview: boolean
  readonly edge: Edge
  readonly rest: Way | undefined
}

/** What is known of a reference: the best way to each of at most 20 that cover it. */
interface Reached {
  readonly ways: ReadonlyArray<Way>
  readonly more: boolean
}

const compare = (a: Way, b: Way): number =>
  a.partial - b.partial ||
  Number(a.needsReview) - Number(b.needsReview) ||
  a.length - b.length ||
  b.confidence - a.confidence ||
  (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : 0)

/** The way over `edge` and then `rest`; none where two of its relations cover in part, which need not meet. */
const over = (edge: Edge, uri: string, isSource: boolean, rest: Way | undefined): Way | undefined => {
  const partial = (extentOf(edge.type, isSource) === "partly" ? 1 : 0) + (rest?.partial ?? 0)
  if (partial > 1) return undefined
  return {
    uri,
    partial: partial === 0 ? 0 : 1,
    length: 1 + (rest?.length ?? 0),
    confidence: Math.min(edge.confidence, rest?.confidence ?? 1),
    needsReview: edge.needsReview || rest?.needsReview === true,
    edge,
    rest
  }
}

const pathOf = (way: Way): CoveredBy["path"] => {
  const path: Array<CoverageLink> = []
  for (let at: Way | undefined = way; at !== undefined; at = at.rest) {
    const { confidence, needsReview, source, status, target, type } = at.edge
    path.push({ source, target, type, status, confidence, needsReview })
  }
  return path
}

/** A way as it is told. */
export const toCoveredBy = (way: Way): CoveredBy => ({
  uri: way.uri,
  extent: way.partial === 0 ? "covered" : "partly",
  path: pathOf(way)
})

/**
 * The ways from the references of the last layer to those of layer 0, over layers that descend all the way, so that a
 * cycle of relations cannot be walked. Takes time in proportion to the relations, because at most 20 ways of a reference
 * are followed, the best ones.
 *
 * `linked` are the references of layer 0 from which a way leads to the last layer.
 */
export const find = (edges: ReadonlyArray<Edge>, layers: number) => {
  /** The edges of each reference to lower layers, by the reference, by its layer. */
  const down = Array.from({ length: layers }, () => new Map<string, Array<Edge>>())
  for (const edge of edges) {
    const isSourceHigher = edge.sourceLayer > edge.targetLayer
    const upper = down[isSourceHigher ? edge.sourceLayer : edge.targetLayer]
    const uri = isSourceHigher ? edge.source : edge.target
    const known = upper?.get(uri)
    if (known === undefined) upper?.set(uri, [edge])
    else known.push(edge)
  }

  const reached = new Map<string, Reached>()
  for (const layer of down) {
    for (const [uri, edges] of layer) {
      const best = new Map<string, Way>()
      let more = false
      const offer = (way: Way | undefined) => {
        if (way === undefined) return
        const known = best.get(way.uri)
        if (known === undefined || compare(way, known) < 0) best.set(way.uri, way)
      }
      for (const edge of edges) {
        const isTarget = edge.target === uri
        const next = isTarget ? edge.source : edge.target
        if ((isTarget ? edge.sourceLayer : edge.targetLayer) === 0) {
          offer(over(edge, next, isTarget, undefined))
          continue
        }
        const beyond = reached.get(next)
        if (beyond?.more === true) more = true
        for (const way of beyond?.ways ?? []) offer(over(edge, way.uri, isTarget, way))
      }
      if (best.size === 0) continue
      const ways = [...best.values()].sort(compare)
      reached.set(uri, { ways: ways.slice(0, told), more: more || ways.length > told })
    }
  }

  return { reached, linked: linkedFrom(down) }
}

/** The references of layer 0 that are met when one goes down from the last layer. */
const linkedFrom = (down: ReadonlyArray<ReadonlyMap<string, ReadonlyArray<Edge>>>): ReadonlySet<string> => {
  const last = down.length - 1
  const met = new Set(down[last]?.keys())
  const linked = new Set<string>()
  for (const [layer, byUri] of [...down.entries()].reverse()) {
    for (const [uri, edges] of byUri) {
      if (layer !== last && !met.has(uri)) continue
      for (const edge of edges) {
        const isTarget = edge.target === uri
        const next = isTarget ? edge.source : edge.target
        if ((isTarget ? edge.sourceLayer : edge.targetLayer) === 0) linked.add(next)
        else met.add(next)
      }
    }
  }
  return linked
}
