import { Effect, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format, Input } from "../Importer.ts"
import { catalogFromName, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Found, type Node, sourceOf } from "../Nodes.ts"
import { type Element, elements, readTree } from "../text/XmlTree.ts"
import { each } from "./Fields.ts"

const Texts = Schema.optional(Schema.Array(Schema.String))

const Document = Schema.Struct({ items: Schema.optional(Schema.Array(Schema.Unknown)) })

const SpecItem = Schema.Struct({
  id: NonBlankText,
  title: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  rationale: Schema.optional(Schema.String),
  comment: Schema.optional(Schema.String),
  status: Schema.optional(Schema.String),
  tags: Texts,
  needs: Texts,
  covers: Texts,
  depends: Texts,
  source: Schema.optional(Schema.Struct({ file: Schema.String }))
})
type SpecItem = typeof SpecItem.Type

const decodeDocument = Schema.decodeUnknownResult(Document)
const decodeItem = Schema.decodeUnknownResult(SpecItem)

/** A specification item, called by its type, name and revision: `req~log-in~1`. Marks in code have no words of their own. */
const nodeOf = (item: SpecItem, at: string): Node => {
  const isMark = !item.title?.trim() && !item.description?.trim()
  const status = item.status?.trim().toLowerCase()
  return {
    at,
    id: item.id,
    title: item.title,
    description: item.description,
    entityType: slugOf(item.id.split("~")[0] ?? "") || "specification-item",
    tags: item.tags,
    role: isMark ? "guidance" : undefined,
    withdrawn: status === "rejected" ? status : undefined,
    metadata: filled({
      status: item.status,
      rationale: item.rationale,
      comment: item.comment,
      needs: item.needs,
      covers: item.covers,
      depends: item.depends,
      file: item.source?.file
    }),
    links: [...linksTo("covers", item.covers), ...linksTo("depends on", item.depends)]
  }
}

const sourceFrom = Effect.fnUntraced(function* (input: Input, nodes: ReadonlyArray<Found>) {
  const source = input.head.name
  return sourceOf(source, input.options.catalog ?? (yield* catalogFromName(source)), nodes)
})

/** What OpenFastTrace writes as exchange (OFTX) or report (OFTR) document. */
export const json: Format = {
  name: "openfasttrace",
  summary: "OpenFastTrace items, JSON",
  detect: (head) => /^\s*\{/u.test(head.text) && /"header"\s*:/u.test(head.text) && /"oftVersion"\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { items } = yield* decodeAt(source, "$", decodeDocument, yield* readDocument(input))
    return yield* sourceFrom(input, each(source, within("$", "items"), items, decodeItem, nodeOf))
  })
}

/** The text of the first element of that name, with its lines. */
const textIn = (element: Element | undefined, name: string): string | undefined => {
  const [found] = element === undefined ? [] : elements(element, name)
  return (
    found?.children
      .filter((child) => typeof child === "string")
      .join("")
      .trim() || undefined
  )
}

const textsIn = (element: Element, holder: string, name: string): ReadonlyArray<string> =>
  elements(element, holder).flatMap((list) =>
    elements(list, name).flatMap(
      ({ children }) =>
        children
          .filter((child) => typeof child === "string")
          .join("")
          .trim() || []
    )
  )

const idOf = (type: string | undefined, name: string | undefined, revision: string | undefined): string =>
  name === undefined || name.includes("~") ? (name ?? "") : [type ?? "", name, revision ?? "0"].join("~")

/** What an item covers: as the exchange has it, or as the report. */
const coversOf = (element: Element): ReadonlyArray<string> => [
  ...elements(element, "providescoverage")
    .flatMap((list) => elements(list, "provcov"))
    .map((one) => {
      const [type, ...name] = (textIn(one, "linksto") ?? "").split(":")
      return name.length === 0 ? (type ?? "") : idOf(type, name.join(":"), textIn(one, "dstversion"))
    }),
  ...elements(element, "covering")
    .flatMap((list) => elements(list, "coveredType"))
    .map((one) => idOf(textIn(one, "doctype"), textIn(one, "id"), textIn(one, "version")))
]

const itemOf = (element: Element, type: string): SpecItem => ({
  id: idOf(type, textIn(element, "id"), textIn(element, "version")),
  title: textIn(element, "shortdesc"),
  description: textIn(element, "description"),
  rationale: textIn(element, "rationale"),
  comment: textIn(element, "comment"),
  status: textIn(element, "status"),
  tags: textsIn(element, "tags", "tag"),
  needs: textsIn(element, "needscoverage", "needsobj"),
  covers: coversOf(element),
  depends: textsIn(element, "dependencies", "dependson"),
  ...(textIn(element, "sourcefile") !== undefined && { source: { file: textIn(element, "sourcefile") ?? "" } })
})

/** The items in the XML of ReqM2, which OpenFastTrace exports, and its report in XML (aspec). */
export const xml: Format = {
  name: "specobject",
  summary: "OpenFastTrace and ReqM2 items, XML",
  detect: (head) => /^\s*</u.test(head.text) && /<(?:[\w.-]+:)?specdocument[\s>/]/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = yield* readTree(input)
    if (root.name !== "specdocument") {
      return yield* new ImportError({
        source,
        problem: `is no list of items: its root is ${JSON.stringify(root.name)}`
      })
    }
    const nodes = elements(root, "specobjects").flatMap((list) =>
      elements(list, "specobject").map((element): Found => {
        const item = itemOf(element, list.attributes["doctype"]?.trim() ?? "")
        const at = `line ${element.line}`
        return item.id === "" ? new ImportError({ source, at, problem: "has no identifier" }) : nodeOf(item, at)
      })
    )
    return yield* sourceFrom(input, nodes)
  })
}
