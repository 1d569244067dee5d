import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { readText } from "../source/Bytes.ts"
import type { Format, Item } from "../Importer.ts"
import { beginningOf, catalogFromName, checkCatalog, warning } from "../Items.ts"
import { catalogNamed, extensionOf, slugOf } from "../Names.ts"
import { type LinkInput, linksTo } from "../Links.ts"
import { filled, type Node, sourceOf } from "../Nodes.ts"
import { parse, type SdocElement, type SdocRelation } from "./SdocTree.ts"

const one = ({ fields }: SdocElement, ...names: ReadonlyArray<string>): string | undefined =>
  names.map((name) => fields.get(name)?.[0]?.trim()).find((value) => value !== undefined && value !== "")

/** Without anchors, and with the identifiers of links only. */
const plain = (text: string | undefined): string | undefined =>
  text
    ?.replace(/^\[ANCHOR: [^\]\n]*\][ \t]*\n?/gmu, "")
    .replace(/\[LINK: ([^\]\n]*)\]/gu, "$1")
    .trim() || undefined

/** Fields with a place of their own; all others are metadata under their names. */
const own = new Set([
  "UID",
  "MID",
  "LEVEL",
  "STATUS",
  "TAGS",
  "TITLE",
  "STATEMENT",
  "RATIONALE",
  "COMMENT",
  "PREFIX",
  "REQ_PREFIX"
])

/** Fields that hold the text where there is no statement. */
const texts = ["STATEMENT", "DESCRIPTION", "CONTENT"]

const relatedOf = (relations: ReadonlyArray<SdocRelation>) =>
  relations.flatMap((relation) => {
    const id = relation.get("VALUE") ?? ""
    const nature = relation.get("TYPE") ?? ""
    return id === "" || nature === "File" ? [] : [filled({ nature, id, role: relation.get("ROLE") })]
  })

/** What the texts of an element link to. */
const linkedIn = (element: SdocElement): ReadonlyArray<string> =>
  [...element.fields.values()]
    .flat()
    .flatMap((text) => Array.from(text.matchAll(/\[LINK: ([^\]\n]*)\]/gu), ([, id = ""]) => id))

/** A child is made for its parent, whatever its role is called. */
const linksOf = (relations: ReadonlyArray<SdocRelation>): ReadonlyArray<LinkInput> =>
  relations.flatMap((relation) => {
    const type = relation.get("TYPE")
    const nature = [type, relation.get("ROLE")].filter((text) => text !== undefined).join(" ")
    const direction = type === "Child" ? "incoming" : "outgoing"
    const other = relation.get("VALUE") ?? ""
    return type === "Parent" || type === "Child" ? [{ nature, other, type: "implements", direction }] : []
  })

const filesOf = (relations: ReadonlyArray<SdocRelation>): ReadonlyArray<string> =>
  relations.flatMap((relation) =>
    relation.get("TYPE") === "File" ? [relation.get("PATH") ?? relation.get("VALUE") ?? ""].filter(Boolean) : []
  )

const metadataOf = (element: SdocElement): Record<string, unknown> => {
  const said = (name: string): unknown => {
    const values = (element.fields.get(name) ?? []).map((value) => plain(value) ?? "")
    return values.length > 1 ? values : values[0]
  }
  const textField = texts.find((name) => element.fields.has(name))
  const others = [...element.fields.keys()].filter((name) => !own.has(name) && name !== textField)
  return filled({
    position: one(element, "LEVEL"),
    status: one(element, "STATUS"),
    rationale: said("RATIONALE"),
    comment: said("COMMENT"),
    ...Object.fromEntries(others.map((name) => [name, said(name)])),
    related: relatedOf(element.relations),
    files: filesOf(element.relations),
    mid: one(element, "UID") === undefined ? undefined : one(element, "MID")
  })
}

const isFragment = (tag: string): boolean => /^(?:DOCUMENT|FRAGMENT)_FROM_FILE$/u.test(tag)

/** Reads elements as nodes. What has no identifier gets one of its words, which `part` keeps apart among several files. */
const reader = (part: string | undefined) => {
  const taken = new Map<string, number>()
  const called = (words: string | undefined): string => {
    const slug = slugOf(words?.split(/\s+/u).slice(0, 8).join(" ") ?? "") || "untitled"
    const name = part === undefined ? slug : `${part}/${slug}`
    const times = (taken.get(name) ?? 0) + 1
    taken.set(name, times)
    return times === 1 ? name : `${name}-${times}`
  }
  const nodesOf = (elements: ReadonlyArray<SdocElement>): ReadonlyArray<Node> =>
    elements.filter(({ tag }) => !isFragment(tag)).map(nodeOf)
  const nodeOf = (element: SdocElement): Node => {
    const isGroup = element.tag === "SECTION" || element.tag === "DOCUMENT"
    const written = plain(one(element, "TITLE"))
    const description = plain(one(element, ...texts))
    // Lines are broken for editors, not for readers.
    const title = written ?? (description && beginningOf(description.replace(/\n(?!\n)[ \t]*/gu, " ")))
    const status = one(element, "STATUS")
    return {
      at: `line ${element.line}`,
      id: one(element, "UID", "MID") ?? called(title),
      title,
      description,
      entityType: slugOf(element.tag),
      tags: (one(element, "TAGS") ?? "")
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
      role: isGroup ? "heading" : element.tag === "TEXT" ? "guidance" : undefined,
      withdrawn: /^(?:deleted|withdrawn|removed)$/iu.test(status ?? "") ? status?.toLowerCase() : undefined,
      metadata: isGroup
        ? filled({ position: one(element, "LEVEL"), mid: metadataOf(element)["mid"] })
        : metadataOf(element),
      links: [...linksOf(element.relations), ...linksTo("link", linkedIn(element))],
      children: nodesOf(element.children)
    }
  }
  return { nodeOf, nodesOf }
}

const included = (element: SdocElement): ReadonlyArray<Item> => [
  ...(isFragment(element.tag)
    ? [
        warning(
          `line ${element.line}`,
          `the file ${one(element, "FILE") ?? ""} is a source of its own. Import it together with this one`
        )
      ]
    : []),
  ...element.children.flatMap(included)
]

/** The version of a document, where it is written and no placeholder that an export fills in. */
const versionOf = (document: SdocElement | undefined): string | undefined => {
  const version = document === undefined ? undefined : one(document, "VERSION")
  return version?.includes("@GIT") === true ? undefined : version
}

/** A document of StrictDoc: sections are headings, texts guidance, all else requirements. */
export const format: Format = {
  name: "strictdoc",
  summary: "StrictDoc document (.sdoc)",
  detect: (head) =>
    /^\s*\[(?:DOCUMENT|FRAGMENT)\][ \t]*\r?(?:\n|$)/u.test(head.text) ||
    (extensionOf(head.name) === "sdoc" && /^\s*\[\[?[A-Z]/u.test(head.text)),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { faults, root } = parse(yield* readText(input))
    const [document] = root.children.filter(({ tag }) => tag === "DOCUMENT")
    const title = document === undefined ? undefined : one(document, "TITLE")
    const named = title === undefined ? "" : catalogNamed(title, versionOf(document))
    const catalog =
      input.options.catalog ??
      (named === "" || named.startsWith("@")
        ? yield* catalogFromName(source)
        : yield* checkCatalog(source, named, `line ${document?.line ?? 1}`))
    const { nodeOf, nodesOf } = reader(input.part)
    /** A document is a heading above what is in it where it is one of several; alone only where it has an identifier. */
    const nodes = root.children.flatMap((element) => {
      if (element.tag !== "DOCUMENT" && element.tag !== "FRAGMENT") return nodesOf([element])
      if (element.tag === "DOCUMENT" && input.part !== undefined) return [nodeOf(element)]
      const own = one(element, "UID") === undefined ? [] : [nodeOf({ ...element, children: [] })]
      return [...own, ...nodesOf(element.children)]
    })
    const failures = faults.map(({ line, problem }) => new ImportError({ source, at: `line ${line}`, problem }))
    const { items } = sourceOf(source, catalog, nodes)
    const remarks = [...included(root), ...failures.map((fault): Item => Result.fail(fault))]
    return { catalog, items: Stream.concat(items, Stream.fromIterable(remarks)) }
  })
}
