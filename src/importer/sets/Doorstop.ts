import { Effect, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { checkCatalog } from "../Items.ts"
import { fileName, slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Node, sourceOf } from "../Nodes.ts"
import { hasKeys } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))

const Item = Schema.Struct({
  active: Schema.optional(Schema.NullOr(Schema.Boolean)),
  derived: Schema.optional(Schema.NullOr(Schema.Boolean)),
  normative: Schema.optional(Schema.NullOr(Schema.Boolean)),
  header: optional,
  text: optional,
  level: Schema.optional(Schema.NullOr(Schema.Union([Schema.String, Schema.Number]))),
  links: Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown)))
})

const decodeItem = Schema.decodeUnknownResult(Item)

/** Links as they are written: an identifier, or one with a fingerprint. */
const linksOf = (links: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  links.flatMap((link) =>
    typeof link === "object" && link !== null ? Object.keys(link) : typeof link === "string" ? [link] : []
  )

/** An item of Doorstop, one a file, whose name is its identifier. What is not normative is a heading or guidance. */
export const format: Format = {
  name: "doorstop",
  summary: "Doorstop item, YAML, one a file",
  detect: (head) =>
    hasKeys(head, "active", "normative", "level") ||
    (hasKeys(head, "settings") && fileName(head.name) === ".doorstop.yml"),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = yield* readDocument(input)
    if (hasKeys(input.head, "settings")) {
      const problem = "has the settings of a Doorstop document and no item. Import the items, the files beside it"
      return yield* new ImportError({ source, problem, reason: "unsupported" })
    }
    const item = yield* decodeAt(source, "$", decodeItem, root)
    const id = fileName(source).replace(/\.[^.]*$/u, "")
    if (id === "" || id === "-") {
      const problem = "is a Doorstop item, whose identifier is the name of its file; there is none here"
      return yield* new ImportError({ source, problem })
    }
    const header = item.header?.trim() || undefined
    const text = item.text?.trim() || undefined
    const level = item.level === null || item.level === undefined ? undefined : String(item.level)
    const isGroup = level?.endsWith(".0") === true
    const prefix = slugOf(/^\D*/u.exec(id)?.[0] ?? "") || slugOf(id)
    const catalog = input.options.catalog ?? (yield* checkCatalog(source, prefix))
    const node: Node = {
      at: "$",
      id,
      title: header,
      description: isGroup && item.normative === false && header === undefined ? undefined : text,
      entityType: "requirement",
      role: item.normative === false ? (isGroup ? "heading" : "guidance") : undefined,
      withdrawn: item.active === false ? "not active" : undefined,
      metadata: filled({
        position: level,
        links: linksOf(item.links ?? []),
        ...(item.derived === true && { derived: true })
      }),
      // An item links to those that it is made for.
      links: linksTo("links", linksOf(item.links ?? []), { type: "implements" })
    }
    const named = header === undefined && node.description === undefined ? { ...node, title: text } : node
    return sourceOf(source, catalog, [named])
  })
}
