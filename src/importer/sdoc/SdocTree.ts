/** Something in brackets with its fields: a document, a section, a requirement, a text. */
export interface SdocElement {
  /** Such as `DOCUMENT`, `SECTION`, `REQUIREMENT`, `TEXT` or a name that the document's grammar defines. */
  readonly tag: string
  /** The line on which it begins, from 1. */
  readonly line: number
  /** The values of its fields; a field such as `COMMENT` may come several times. */
  readonly fields: Map<string, Array<string>>
  readonly relations: Array<SdocRelation>
  readonly children: Array<SdocElement>
}

/** An entry of `RELATIONS`, or of `REFS` as it was called before: its `TYPE`, `VALUE`, `ROLE` and the like. */
export type SdocRelation = Map<string, string>

/** What is wrong at a line, from 1. */
export interface SdocFault {
  readonly line: number
  readonly problem: string
}

export interface SdocTree {
  /** What stands outside of everything is in it: documents, or parts of one. */
  readonly root: SdocElement
  readonly faults: ReadonlyArray<SdocFault>
}

const opening = /^\[([A-Z][A-Z0-9_]*)\]\s*$/u
const composite = /^\[\[([A-Z][A-Z0-9_]*)\]\]\s*$/u
const closing = /^\[\[?\/([A-Z][A-Z0-9_]*)\]\]?\s*$/u
const anyTag = /^\[\[?\/?[A-Z][A-Z0-9_]*\]\]?\s*$/u
const field = /^([A-Z][A-Za-z0-9_-]*):(?:\s+(.*))?$/u
const entryField = /^(?:- |\s+)([A-Z][A-Za-z0-9_-]*):\s*(.*)$/u

/** Elements that end with a tag of their own, also where they are in single brackets, as they were before. */
const containers = new Set(["SECTION", "COMPOSITE_REQUIREMENT"])

const deepest = 100

const element = (tag: string, line: number): SdocElement => ({
  tag,
  line,
  fields: new Map(),
  relations: [],
  children: []
})

const add = ({ fields }: SdocElement, name: string, value: string): void => {
  const values = fields.get(name)
  if (values === undefined) fields.set(name, [value])
  else values.push(value)
}

/** Reads the elements of a document, of the grammars before and since sections were in double brackets. */
export const parse = (text: string): SdocTree => {
  const lines = text.split(/\r\n|\n|\r/u)
  const root = element("", 1)
  const faults: Array<SdocFault> = []
  const open = [root]
  /** What fields belong to, and the block of entries that is open in it. */
  let current = root
  let block = ""
  let isLost = false
  const fault = (line: number, problem: string) => faults.push({ line, problem })
  const begin = (tag: string, line: number, isOpen: boolean): void => {
    current = element(tag, line)
    open.at(-1)?.children.push(current)
    if (isOpen && open.length > deepest) fault(line, `is nested in more than ${deepest} levels`)
    else if (isOpen) open.push(current)
  }
  /** The lines of a text from an index until one that ends it; the index behind it. */
  const textFrom = (start: number, end: RegExp, what: string): { readonly value: string; readonly next: number } => {
    let at = start
    while (at < lines.length && !end.test(lines[at] ?? "")) at++
    if (at < lines.length) return { value: lines.slice(start, at).join("\n"), next: at + 1 }
    fault(start, `begins a text that does not end: there is no line ${what}`)
    at = start
    while (at < lines.length && !anyTag.test(lines[at] ?? "")) at++
    return { value: lines.slice(start, at).join("\n"), next: at }
  }
  for (let index = 0; index < lines.length; ) {
    const line = (lines[index] ?? "").trimEnd()
    const number = ++index
    const single = opening.exec(line)?.[1]
    const double = composite.exec(line)?.[1]
    const closed = closing.exec(line)?.[1]
    if (line === "") continue
    if (single !== undefined || double !== undefined || closed !== undefined) {
      block = ""
      isLost = false
    }
    if (closed !== undefined) {
      const place = open.findLastIndex(({ tag }) => tag === closed)
      if (place < 1) fault(number, `ends a ${closed} that did not begin`)
      else {
        for (const { line, tag } of open.slice(place + 1)) fault(line, `begins a ${tag} that does not end`)
        open.length = place
      }
      current = element("", number)
      continue
    }
    if (double !== undefined) {
      begin(double, number, true)
      continue
    }
    if (single === "DOCUMENT") {
      open.length = 1
      begin(single, number, true)
      continue
    }
    if (single === "FREETEXT") {
      begin("TEXT", number, false)
      const found = textFrom(index, /^\[\/FREETEXT\]\s*$/u, "[/FREETEXT]")
      add(current, "STATEMENT", found.value)
      index = found.next
      continue
    }
    if (single === "GRAMMAR") {
      while (index < lines.length && !anyTag.test(lines[index] ?? "")) index++
      continue
    }
    if (single !== undefined) {
      begin(single, number, containers.has(single))
      continue
    }
    const [, name, value = ""] = field.exec(line) ?? []
    if (name !== undefined) {
      isLost = false
      block = value === "" ? name : ""
      if (/^>>>\s*$/u.test(value)) {
        const found = textFrom(index, /^<<<\s*$/u, "<<<")
        add(current, name, found.value)
        index = found.next
      } else if (value !== "") add(current, name, value)
      continue
    }
    if (block === "RELATIONS" || block === "REFS") {
      const [, key, value = ""] = entryField.exec(line) ?? []
      if (key !== undefined) {
        if (line.startsWith("- ")) current.relations.push(new Map())
        current.relations.at(-1)?.set(key, value.trim())
        continue
      }
    } else if (block !== "" && /^(?:\s|- )/u.test(line)) continue
    if (!isLost)
      fault(number, `is neither a field nor a text of the element above: ${JSON.stringify(line.slice(0, 60))}`)
    isLost = true
  }
  for (const { line, tag } of open.slice(1)) if (tag !== "DOCUMENT") fault(line, `begins a ${tag} that does not end`)
  return { root, faults }
}
