import type { CoverageLink, CoveredBy } from "../domain/Coverage.ts"
import type { RelationType } from "../domain/Relation.ts"

/** One step of a way: from a reference to another of a lower layer, by a relation that has both among its ends. */
export interface Edge {
  readonly link: CoverageLink
  /** The reference that the step is from, which is to be covered. */
  readonly upper: string
  readonly upperLayer: number
  /** The reference that the step leads to, which covers. */
  readonly lower: string
  /** The place of its catalog on the way, from 0. */
  readonly lowerLayer: number
  /** How far the side of the lower one covers the upper one. */
  readonly extent: CoveredBy["extent"]
  /** The references that cover together; each of them has to be covered wholly, or of layer 0. */
  readonly members: ReadonlyArray<string>
}

/** The most ways that are told of one reference. */
const told = 20

/** What the coverers ask for holds all that the covered ones ask for, when they are the sources of such a relation. */
const wholly: ReadonlySet<RelationType> = new Set(["implements", "equal", "superset", "supersedes"])

/** The same, when they are the targets. */
const whollyReversed: ReadonlySet<RelationType> = new Set(["equal", "subset"])

/**
 * How far one side of a relation covers a member of the other side, by its type, whether the covering side is that of the
 * sources, and how many members the covering side has. How many the covered side has makes no difference: what holds all of
 * them holds each.
 */
export const extentOf = (type: RelationType, isSource: boolean, coverers = 1): CoveredBy["extent"] => {
  if (!(isSource ? wholly : whollyReversed).has(type)) return "partly"
  return coverers > 1 ? "together" : "covered"
}

/** The steps that a relation offers, given the layer of each reference. */
export const edgesOf = (link: CoverageLink, layerOf: (uri: string) => number | undefined): ReadonlyArray<Edge> => {
  if (link.type === "no-relationship") return []
  return [true, false].flatMap((isSource) => {
    const [coverers, covered] = isSource ? [link.sources, link.targets] : [link.targets, link.sources]
    return covered.flatMap((upper) => {
      const upperLayer = layerOf(upper)
      if (upperLayer === undefined) return []
      const steps = coverers.flatMap((lower) => {
        const lowerLayer = layerOf(lower)
        return lowerLayer === undefined || lowerLayer >= upperLayer ? [] : [{ lower, lowerLayer }]
      })
      // Where one of the set is out of reach, the others cover in part.
      const isWhole = steps.length === coverers.length
      const extent = isWhole ? extentOf(link.type, isSource, coverers.length) : "partly"
      return steps.map((step): Edge => ({ ...step, link, upper, upperLayer, extent, members: coverers }))
    })
  })
}

/** A way from a reference to one that covers it. */
interface Way {
  readonly uri: string
  /** How many of its relations cover in part only. */
  readonly partial: 0 | 1
  /** Others are needed beside it to cover wholly. */
  readonly isTogether: boolean
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
  Number(a.isTogether) - Number(b.isTogether) ||
  Number(a.needsReview) - Number(b.needsReview) ||
  a.length - b.length ||
  b.confidence - a.confidence ||
  (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : 0)

/** The way over `edge` and then `rest`; none where two of its relations cover in part, which need not meet. */
const over = (edge: Edge, extent: CoveredBy["extent"], rest: Way | undefined): Way | undefined => {
  const partial = (extent === "partly" ? 1 : 0) + (rest?.partial ?? 0)
  if (partial > 1) return undefined
  return {
    uri: rest?.uri ?? edge.lower,
    partial: partial === 0 ? 0 : 1,
    isTogether: extent === "together" || rest?.isTogether === true,
    length: 1 + (rest?.length ?? 0),
    confidence: Math.min(edge.link.confidence, rest?.confidence ?? 1),
    needsReview: edge.link.needsReview || rest?.needsReview === true,
    edge,
    rest
  }
}

const pathOf = (way: Way): CoveredBy["path"] => {
  const path: Array<CoverageLink> = []
  for (let at: Way | undefined = way; at !== undefined; at = at.rest) path.push(at.edge.link)
  return path
}

/** A way as it is told. */
export const toCoveredBy = (way: Way): CoveredBy => ({
  uri: way.uri,
  extent: way.partial === 1 ? "partly" : way.isTogether ? "together" : "covered",
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
  const ground = new Set<string>()
  for (const edge of edges) {
    const known = down[edge.upperLayer]?.get(edge.upper)
    if (known === undefined) down[edge.upperLayer]?.set(edge.upper, [edge])
    else known.push(edge)
    if (edge.lowerLayer === 0) ground.add(edge.lower)
  }

  const reached = new Map<string, Reached>()
  /** References of lower layers come first, so what covers together is known when it is asked for. */
  const isWhole = (uri: string) => ground.has(uri) || reached.get(uri)?.ways[0]?.partial === 0
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
        const extent = edge.extent === "together" && !edge.members.every(isWhole) ? "partly" : edge.extent
        if (edge.lowerLayer === 0) {
          offer(over(edge, extent, undefined))
          continue
        }
        const beyond = reached.get(edge.lower)
        if (beyond?.more === true) more = true
        for (const way of beyond?.ways ?? []) offer(over(edge, extent, way))
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
        if (edge.lowerLayer === 0) linked.add(edge.lower)
        else met.add(edge.lower)
      }
    }
  }
  return linked
}
