import { confidenceText } from "./ConfidenceText.ts"
import type { Relation } from "../domain/Relation.ts"
import * as Graphs from "../crosswalk/Graph.ts"
import { colours } from "./GraphColours.ts"

/** A quoted string of DOT; `\` would begin an escape such as `\N`. */
const quote = (text: string): string =>
  `"${text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')}"`

/** Two lines in one string: line ends are the only escape that is used. */
const label = (first: string, second: string): string => `${quote(first).slice(0, -1)}\\n${quote(second).slice(1)}`

const shorten = (text: string, length: number): string => {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`
}

/** A pair as an edge; sets over a point that all of their members meet in; the relation to nothing as an edge to its catalog. */
const edgesOf = (relation: Relation, point: string, nodeOf: (uri: string) => string): ReadonlyArray<string> => {
  const { sources, status, targets, to, type } = relation
  const style = status === "suggested" ? "dashed" : status === "rejected" ? "dotted" : "solid"
  const look = `style=${style}, color=${quote(colours[type])}, tooltip=${quote(`${status}, ${confidenceText(relation)}`)}`
  if (sources.length === 1 && targets.length === 1) {
    return [`  ${nodeOf(sources[0])} -> ${nodeOf(targets[0] ?? "")} [label=${quote(type)}, ${look}];`]
  }
  return [
    targets.length === 0
      ? `  ${point} [shape=plaintext, style="", label=${quote(`nothing in ${to}`)}];`
      : `  ${point} [shape=point, xlabel=${quote(type)}];`,
    ...sources.map((uri) => `  ${nodeOf(uri)} -> ${point} [arrowhead=none, ${look}];`),
    ...targets.map((uri) => `  ${point} -> ${nodeOf(uri)} [${look}];`)
  ]
}

/** Relations in the language of Graphviz: a cluster for each catalog; what is only suggested is dashed. */
export const render = ({ references, relations }: Graphs.Graph): string => {
  const nodes = new Map(references.map(({ uri }, i) => [uri, `n${i}`]))
  const catalogs = [...Map.groupBy(references, ({ catalog }) => catalog ?? "")]
  return [
    "digraph crosswalk {",
    "  rankdir=LR;",
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=10];',
    '  edge [fontname="sans-serif", fontsize=8];',
    ...catalogs.flatMap(([catalog, members], i) => [
      `  subgraph cluster_${i} {`,
      `    label=${quote(catalog === "" ? "(no catalog)" : catalog)};`,
      ...members.map(
        (reference) =>
          `    ${nodes.get(reference.uri)} [label=${label(Graphs.localId(reference), shorten(reference.title, 40))}, tooltip=${quote(reference.uri)}];`
      ),
      "  }"
    ]),
    ...relations.flatMap((relation, i) => edgesOf(relation, `s${i}`, (uri) => nodes.get(uri) ?? "")),
    "}",
    ""
  ].join("\n")
}
