import type { LintFinding } from "../../domain/Lint.ts"
import { setText } from "../../domain/RelationEnds.ts"
import { keyOf } from "./Pairs.ts"
import { finding, type Statement } from "./Statement.ts"

interface Edge {
  readonly to: number
  /** Says that the first is less than the second; else they are equal. */
  readonly strict: boolean
  readonly statement: Statement
}

/** The graph of what is a part of what. Sets are nodes of their own. */
const graphOf = (statements: ReadonlyArray<Statement>) => {
  const ids = new Map<string, number>()
  const names: Array<string> = []
  const edges: Array<Array<Edge>> = []
  const idOf = (uris: ReadonlyArray<string>) => {
    const key = keyOf(uris)
    const known = ids.get(key)
    if (known !== undefined) return known
    ids.set(key, names.length)
    names.push(setText(uris))
    edges.push([])
    return names.length - 1
  }
  for (const statement of statements) {
    const { sources, targets, type } = statement
    if (targets.length === 0 || (type !== "subset" && type !== "superset" && type !== "equal")) continue
    const [a, b] = [idOf(sources), idOf(targets)]
    if (type !== "superset") edges[a]?.push({ to: b, strict: type === "subset", statement })
    if (type !== "subset") edges[b]?.push({ to: a, strict: type === "superset", statement })
  }
  return { names, edges }
}

/** The strongly connected component of each node (Tarjan 1972), without recursion. */
const componentsOf = (edges: ReadonlyArray<ReadonlyArray<Edge>>): ReadonlyArray<number> => {
  const index = edges.map(() => -1)
  const low = edges.map(() => 0)
  const component = edges.map(() => -1)
  const open: Array<number> = []
  let next = 0
  let components = 0
  for (const [start] of edges.entries()) {
    if (index[start] !== -1) continue
    const walk = [{ node: start, edge: 0 }]
    while (walk.length > 0) {
      const step = walk.at(-1)
      if (step === undefined) break
      const { node } = step
      if (step.edge === 0) {
        index[node] = low[node] = next++
        open.push(node)
      }
      const edge = edges[node]?.[step.edge++]
      if (edge !== undefined) {
        if (index[edge.to] === -1) walk.push({ node: edge.to, edge: 0 })
        else if (component[edge.to] === -1) low[node] = Math.min(low[node] ?? 0, index[edge.to] ?? 0)
        continue
      }
      walk.pop()
      const parent = walk.at(-1)?.node
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0)
      if (low[node] !== index[node]) continue
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = components
        if (member === node) break
      }
      components++
    }
  }
  return component
}

/** The shortest way from a node to another inside of a component, as its edges. */
const wayOf = (
  edges: ReadonlyArray<ReadonlyArray<Edge>>,
  component: ReadonlyArray<number>,
  from: number,
  onto: number
): ReadonlyArray<Edge> => {
  const reached = new Map<number, { readonly before: number; readonly edge: Edge }>()
  const queue = [from]
  for (const node of queue) {
    if (node === onto) break
    for (const edge of edges[node] ?? []) {
      if (component[edge.to] !== component[from] || edge.to === from || reached.has(edge.to)) continue
      reached.set(edge.to, { before: node, edge })
      queue.push(edge.to)
    }
  }
  const way: Array<Edge> = []
  for (let step = reached.get(onto); step !== undefined; step = reached.get(step.before)) way.unshift(step.edge)
  return way
}

/** How many relations of a cycle are told. */
const shown = 12

/**
 * Cycles of relations that say, one after the other, that a reference asks for less than itself; one for all that hang together.
 * Two references of which each is a part of the other are a contradiction of their own.
 */
export const check = (statements: ReadonlyArray<Statement>): ReadonlyArray<LintFinding> => {
  const { edges, names } = graphOf(statements)
  const component = componentsOf(edges)
  const told = new Set<number>()
  return edges.flatMap((all, node) =>
    all.flatMap((edge) => {
      const mine = component[node] ?? -1
      if (!edge.strict || component[edge.to] !== mine || told.has(mine)) return []
      const way = wayOf(edges, component, edge.to, node)
      if (way.length < 2) return []
      told.add(mine)
      const steps = [edge, ...way]
      const text = steps.slice(0, shown).map((step) => `${step.strict ? "⊂" : "="} ${names[step.to]}`)
      const rest = steps.length > shown ? ` … (${steps.length} relations)` : ""
      const places = steps.flatMap(({ statement: { at } }) => at ?? []).slice(0, shown)
      const where = places.length === 0 ? "" : ` (${places.join("; ")})`
      return [
        finding(
          "subset-cycle",
          edge.statement,
          `${names[node]} ${text.join(" ")}${rest}${where}: these cannot all be right, as it would be less than itself.`
        )
      ]
    })
  )
}
