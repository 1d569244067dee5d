import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { type CweEntry, tidy, toItems } from "./Cwe.ts"
import type { Format, Input, Item } from "../Importer.ts"
import { checkCatalog } from "../Items.ts"
import { events, type XmlEvent } from "../text/Xml.ts"

/** Elements that begin a new paragraph of the text around them. */
const breaks = new Set(["p", "li", "br", "div", "ul", "ol"])

/** Where a text is kept, by the path of elements inside a weakness or category. */
const texts = new Map<string, "description" | "extended" | "likelihood" | "term">([
  ["Description", "description"],
  ["Summary", "description"],
  ["Extended_Description", "extended"],
  ["Likelihood_Of_Exploit", "likelihood"],
  ["Alternate_Terms/Alternate_Term/Term", "term"]
])

/** The longest text of one entry, in characters. */
const maxText = 1024 * 1024

interface Open {
  readonly kind: CweEntry["kind"]
  readonly attributes: Readonly<Record<string, string>>
  readonly line: number
  readonly kept: Record<"description" | "extended" | "likelihood" | "term", string>
  readonly terms: Array<string>
  readonly related: Array<{ nature: string; id: string }>
}

const sizeOf = ({ kept, related, terms }: Open): number =>
  Object.values(kept).reduce((size, text) => size + text.length, 0) + 50 * (related.length + terms.length)

interface State {
  open: Open | undefined
  /** The elements inside of it that are open. */
  path: Array<string>
  /** What the text that comes belongs to, and how deep in the path that element is. */
  field: { readonly name: keyof Open["kept"]; readonly depth: number } | undefined
}

const start = (): State => ({ open: undefined, path: [], field: undefined })

const finish = ({ attributes, kept, kind, related, terms }: Open): CweEntry => ({
  kind,
  id: (attributes["ID"] ?? "").trim(),
  name: attributes["Name"] ?? "",
  status: attributes["Status"] ?? "",
  abstraction: attributes["Abstraction"] ?? "",
  likelihood: tidy(kept.likelihood),
  description: kept.description,
  extended: kept.extended,
  terms,
  related
})

const opened = (state: State, { attributes, line, name }: XmlEvent & { _tag: "Open" }): void => {
  const { field, open } = state
  if (open === undefined) {
    if (name !== "Weakness" && name !== "Category") return
    state.open = {
      kind: name === "Weakness" ? "weakness" : "category",
      attributes,
      line,
      kept: { description: "", extended: "", likelihood: "", term: "" },
      terms: [],
      related: []
    }
    state.path = []
    return
  }
  state.path.push(name)
  const id = attributes["CWE_ID"]
  if (id !== undefined && (name === "Related_Weakness" || name === "Has_Member")) {
    open.related.push({ nature: attributes["Nature"] ?? "HasMember", id })
  }
  if (field !== undefined) {
    if (breaks.has(name)) open.kept[field.name] += "\n\n"
    return
  }
  const kept = texts.get(state.path.join("/"))
  if (kept !== undefined) state.field = { name: kept, depth: state.path.length }
}

/** The entry that ends here, where one does. */
const closed = (state: State): Open | undefined => {
  const { field, open, path } = state
  if (open === undefined) return undefined
  if (path.length === 0) {
    state.open = undefined
    return open
  }
  if (field?.depth === path.length) {
    if (field.name === "term") {
      open.terms.push(tidy(open.kept.term))
      open.kept.term = ""
    }
    state.field = undefined
  } else if (field !== undefined && breaks.has(path.at(-1) ?? "")) open.kept[field.name] += "\n\n"
  path.pop()
  return undefined
}

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const version = /<Weakness_Catalog\b[^>]*\sVersion\s*=\s*["']([^"']*)["']/u.exec(input.head.text)?.[1]?.trim() ?? ""
  const named = version === "" ? "cwe" : `cwe@${version}`
  const catalog = input.options.catalog ?? (yield* checkCatalog(source, named, "line 1"))
  const take = (state: State, event: XmlEvent): ReadonlyArray<Item> => {
    if (event._tag === "Open") opened(state, event)
    else if (event._tag === "Text") {
      if (state.open !== undefined && state.field !== undefined) state.open.kept[state.field.name] += event.text
    } else {
      const entry = closed(state)
      if (entry !== undefined) return toItems(source, catalog, `line ${entry.line}`, finish(entry))
    }
    return []
  }
  const items = events(input).pipe(
    Stream.mapAccumArrayEffect(start, (state, found) =>
      Effect.gen(function* () {
        const items: Array<Item> = []
        for (const event of found) items.push(...take(state, event))
        const { open } = state
        if (open !== undefined && sizeOf(open) > maxText) {
          const problem = `is a ${open.kind} with more than 1 MB of text`
          return yield* new ImportError({ source, at: `line ${open.line}`, problem })
        }
        return [state, items] as const
      })
    )
  )
  return { catalog, items }
})

/** CWE's weaknesses and categories as its XML; streamed. Views are left out. */
export const format: Format = {
  name: "cwe-xml",
  summary: "CWE, XML",
  detect: (head) => /^\s*</u.test(head.text) && /<(?:\w+:)?Weakness_Catalog\b/u.test(head.text),
  read
}
