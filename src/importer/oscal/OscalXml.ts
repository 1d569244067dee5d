import { Effect } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { Contents, Head } from "../Importer.ts"
import { type Element, elements, readTree, type Replace, textOf as plain } from "../text/XmlTree.ts"

type Json = Readonly<Record<string, unknown>>

/** Whether a source is OSCAL's XML with that root. */
export const hasXmlRoot = (head: Head, root: string): boolean =>
  /^\s*</u.test(head.text) &&
  new RegExp(
    `<(?:[\\w.-]+:)?${root}\\b[^>]*\\bxmlns(?::[\\w.-]+)?\\s*=\\s*["']http://csrc\\.nist\\.gov/ns/oscal/`,
    "u"
  ).test(head.text)

/** OSCAL's insertions as its JSON has them. */
const insertions: Replace = ({ attributes, name }) =>
  name === "insert" ? `{{ insert: ${attributes["type"] ?? "param"}, ${attributes["id-ref"] ?? ""} }}` : undefined

const textOf = (element: Element | undefined): string | undefined =>
  element === undefined ? undefined : plain(element, insertions)

const first = (element: Element, name: string): string | undefined => textOf(elements(element, name)[0])

const list = <A>(found: ReadonlyArray<Element>, read: (element: Element) => A): ReadonlyArray<A> | undefined =>
  found.length === 0 ? undefined : found.map(read)

const texts = (element: Element, name: string) => list(elements(element, name), (found) => textOf(found) ?? "")

const attributesOf = ({ attributes }: Element): Json => attributes

/** What is prose in a part: everything that is no element of the model. */
const proseOf = (part: Element): string | undefined => {
  const children = part.children.filter(
    (child) => typeof child === "string" || !["title", "prop", "link", "part"].includes(child.name)
  )
  return textOf({ ...part, name: "prose", children }) || undefined
}

const paramOf = (param: Element): Json => {
  const [select] = elements(param, "select")
  return {
    ...param.attributes,
    label: first(param, "label"),
    values: texts(param, "value"),
    select: select && { "how-many": select.attributes["how-many"], choice: texts(select, "choice") },
    props: list(elements(param, "prop"), attributesOf)
  }
}

/** What controls, groups, parts and additions have in common. */
const contentOf = (element: Element): Json => ({
  ...element.attributes,
  title: first(element, "title"),
  params: list(elements(element, "param"), paramOf),
  props: list(elements(element, "prop"), attributesOf),
  links: list(elements(element, "link"), attributesOf),
  parts: list(elements(element, "part"), (part) => ({ ...contentOf(part), prose: proseOf(part) }))
})

const controlOf = (control: Element): Json => ({
  ...contentOf(control),
  controls: list(elements(control, "control"), controlOf)
})

const groupOf = (group: Element): Json => ({
  ...contentOf(group),
  groups: list(elements(group, "group"), groupOf),
  controls: list(elements(group, "control"), controlOf)
})

const metadataOf = (root: Element): Json => {
  const [metadata] = elements(root, "metadata")
  return metadata === undefined ? {} : { title: first(metadata, "title"), version: first(metadata, "version") }
}

const selectOf = (select: Element): Json => ({
  ...select.attributes,
  "with-ids": texts(select, "with-id"),
  matching: list(elements(select, "matching"), attributesOf)
})

const importOf = (element: Element): Json => ({
  ...element.attributes,
  "include-all": elements(element, "include-all").length > 0 ? {} : undefined,
  "include-controls": list(elements(element, "include-controls"), selectOf),
  "exclude-controls": list(elements(element, "exclude-controls"), selectOf)
})

const alterOf = (alter: Element): Json => ({
  ...alter.attributes,
  removes: list(elements(alter, "remove"), attributesOf),
  adds: list(elements(alter, "add"), contentOf)
})

const profileOf = (root: Element): Json => {
  const [merge] = elements(root, "merge")
  const [modify] = elements(root, "modify")
  const [back] = elements(root, "back-matter")
  const combine = merge && elements(merge, "combine")[0]
  return {
    metadata: metadataOf(root),
    imports: elements(root, "import").map(importOf),
    merge: merge && { combine: combine?.attributes },
    modify: modify && {
      "set-parameters": list(elements(modify, "set-parameter"), paramOf),
      alters: list(elements(modify, "alter"), alterOf)
    },
    "back-matter": back && {
      resources: list(elements(back, "resource"), (resource) => ({
        ...resource.attributes,
        title: first(resource, "title"),
        description: first(resource, "description"),
        rlinks: list(elements(resource, "rlink"), attributesOf)
      }))
    }
  }
}

/** Without keys that have no value, as the schemas expect. */
const compact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(compact)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, compact(inner)]]))
  )
}

/** Reads a catalog or profile in OSCAL's XML as the object that its JSON would be. */
export const readXml = Effect.fnUntraced(function* (input: Contents) {
  const source = input.head.name
  const root = yield* readTree(input)
  if (root.name === "catalog") return compact({ catalog: { ...groupOf(root), metadata: metadataOf(root) } })
  if (root.name === "profile") return compact({ profile: profileOf(root) })
  const problem = `is no OSCAL catalog or profile: its root is ${JSON.stringify(root.name)}`
  return yield* new ImportError({ source, problem })
})
