import { Effect } from "effect"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Graph } from "../crosswalk/Graph.ts"
import { endingOf } from "./Ending.ts"
import * as GraphDot from "./GraphDot.ts"
import * as GraphSvg from "./GraphSvg.ts"

/** What a graph can be drawn as: in the language of Graphviz, or as a picture of two catalogs. */
export const formats = ["dot", "svg"] as const
export type GraphFormat = (typeof formats)[number]

/** How the files of each format end. */
export const endings: Readonly<Record<GraphFormat, ReadonlyArray<string>>> = { dot: ["dot", "gv"], svg: ["svg"] }

/** The format of a file, told by its ending: DOT unless it is `.svg`. */
export const formatOf = (path: string): GraphFormat => (endingOf(path) === "svg" ? "svg" : "dot")

/**
 * A graph as a document. Fails where a picture is wanted of anything but two catalogs.
 *
 * @example
 * import { Effect } from "effect"
 * import { Graph, GraphDocument } from "crosswalk"
 *
 * const picture = Effect.gen(function*() {
 *   const graph = yield* Graph.read({ from: "company@2026.1", to: "asvs@5.0.0" })
 *   return yield* GraphDocument.render(graph, "svg")
 * })
 */
export const render = (graph: Graph, format: GraphFormat): Effect.Effect<string, ValidationError> => {
  const document = format === "svg" ? GraphSvg.render(graph) : GraphDot.render(graph)
  return typeof document === "string" ? Effect.succeed(document) : Effect.fail(document)
}
