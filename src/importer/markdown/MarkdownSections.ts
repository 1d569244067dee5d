import type { Columns } from "../Importer.ts"
import { familyOf, type Identified, identified, isConfirmed, isLikely, wholly } from "./MarkdownIdentifier.ts"
import { rowsOf, type TableRows } from "./MarkdownTable.ts"
import type { Block, Heading, ListItem, Table } from "./MarkdownText.ts"

/** Which blocks become references, beside the rows of tables. */
export type Mode = "identified" | "headings" | "items" | "tables"

/** A heading, or what stands before the first, and what is known of it. */
export interface Section {
  /** Absent for what stands before the first heading. */
  readonly heading: Heading | undefined
  readonly parent: Section | undefined
  readonly children: ReadonlyArray<Section>
  /** Without its identifier and `{#anchor}`. */
  readonly title: string
  /** With its identifier. */
  readonly words: string
  readonly id: string | undefined
  /** Its identifier stands apart, so that it is no word of a sentence. */
  readonly isFirm: boolean
  /** The anchor that it names. */
  readonly anchor: string | undefined
  /** An identifier that other headings have too, so that it is none. */
  readonly shared: string | undefined
  /** How many paragraphs and such stand directly below it. */
  readonly prose: number
  /** How many list items stand directly below it that are no references. */
  readonly items: number
  /** How many items and rows directly below it are references. */
  readonly references: number
  /** How many references there are anywhere below it, and how many of them are rows of tables. */
  readonly below: number
  readonly rows: number
  /** The depths of the requirements among its children. */
  readonly requirements: ReadonlySet<number>
  readonly isChosen: boolean
}

/** What a document consists of, and what of it becomes a reference. */
export interface Sections {
  readonly mode: Mode
  readonly title: Section | undefined
  /** What stands before the first heading. */
  readonly preamble: Section
  readonly byHeading: ReadonlyMap<Heading, Section>
  /** The items that begin with an identifier. */
  readonly identified: ReadonlyMap<ListItem, Identified>
  /** The items that are references. */
  readonly chosen: ReadonlySet<ListItem>
  readonly tables: ReadonlyMap<Table, TableRows>
  /** The paragraphs that begin with the identifier of the heading above. */
  readonly identifiers: ReadonlySet<Block>
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }
type Growing = Mutable<Omit<Section, "parent" | "children" | "requirements">> & {
  readonly parent: Growing | undefined
  readonly children: Array<Growing>
  readonly requirements: Set<number>
}

type Named = Pick<Growing, "title" | "words" | "id" | "isFirm" | "anchor">

const unnamed: Named = { title: "", words: "", id: undefined, isFirm: false, anchor: undefined }

const grow = (heading: Heading | undefined, parent: Growing | undefined, named: Named): Growing => {
  const section = { heading, parent, children: [], ...named, prose: 0, items: 0, references: 0, below: 0, rows: 0 }
  return { ...section, shared: undefined, requirements: new Set(), isChosen: false }
}

const attributes = /\s*\{:?\s*(?:[#.][^\s{}]+\s*)+\}$/u

/** The words of a heading in one line, and the anchor in the braces behind them. */
const anchored = (text: string): { readonly text: string; readonly anchor: string | undefined } => {
  const line = text.replace(/\s+/gu, " ")
  const found = line.endsWith("}") ? attributes.exec(line.slice(-200)) : null
  if (found === null) return { text: line, anchor: undefined }
  return { text: line.slice(0, -found[0].length).trim(), anchor: /#([^\s{}]+)/u.exec(found[0])?.[1] }
}

/** Parts in which a control is described, and which are no controls themselves. */
const parts = new RegExp(
  `^(?:${[
    "control(?: (?:statement|objective|guidance|text)s?)?|statement|requirements?|description|objectives?|rationale",
    "discussion|guidance|purpose|implementation|verification|assessment|audit|remediation|impact|examples?|notes?",
    "mappings?|references?|see also|introduction|overview|anforderung|beschreibung|ziel|begründung|umsetzung",
    "umsetzungshinweise|prüfung|hinweise?|beispiele?|quellen|verweise|literatur|einleitung"
  ].join("|")}):?$`,
  "iu"
)

/** The closest section above that is a reference. */
const chosenAbove = ({ parent }: Section): Section | undefined =>
  parent === undefined || parent.isChosen ? parent : chosenAbove(parent)

/**
 * The reference that a section belongs to: itself, or the one above that it is a part of. Nothing where it stands beside
 * requirements and so looks like one.
 */
export const referenceOf = (section: Section): Section | undefined => {
  const { below, heading, parent, title } = section
  if (section.isChosen) return section
  if (parent === undefined || heading === undefined) return undefined
  const looksLikeOne = below === 0 && parent.requirements.has(heading.depth) && !parts.test(title)
  return looksLikeOne ? undefined : referenceOf(parent)
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

/** The only heading of the first level, where it comes first and has anything below it but text. */
const titleOf = (sections: ReadonlyArray<Growing>): Growing | undefined => {
  const [first] = sections
  if (first?.heading?.depth !== 1 || sections.filter(({ heading }) => heading?.depth === 1).length > 1) return undefined
  return sections.length > 1 || first.items + first.references > 0 ? first : undefined
}

/** Whether a section has a text and no identifier, and none above or right below says that it is a part of something. */
const isBare = (section: Growing, title: Growing | undefined): boolean => {
  if (section === title || section.id !== undefined || section.references > 0) return false
  if (section.children.length > 0 && section.prose + section.items === 0) return false
  if (section.children.some(({ id }) => id !== undefined)) return false
  for (let above = section.parent; above !== undefined; above = above.parent) {
    if (above.id !== undefined && (above !== title || above.isFirm || parts.test(section.title))) return false
  }
  return true
}

/** Identifiers decide, unless sections without outnumber them: two list items that have some do not swallow the sections. */
const modeOf = (preamble: Growing, sections: ReadonlyArray<Growing>, items: number): Mode => {
  const title = titleOf(sections)
  const all = [preamble, ...sections]
  const headings = sections.filter(({ id }) => id !== undefined).length
  const bare = sections.filter((section) => isBare(section, title)).length
  if (headings + sum(all.map(({ rows }) => rows)) + items / 2 > bare) return "identified"
  const hasProse = sections.some((section) => section !== title && section.prose > 0)
  return hasProse || all.every((section) => section.items + section.references === 0) ? "headings" : "items"
}

/** Items below an identifier with a text of its own are references only where their identifiers begin alike. */
const isReference = (mode: Mode, item: ListItem, found: Identified | undefined, section: Growing): boolean => {
  if (mode === "items") return item.depth === 1 || found !== undefined
  if (mode !== "identified" || found === undefined) return false
  const above = section.id === undefined ? chosenAbove(section) : section
  return (
    above?.id === undefined ||
    above.prose + section.prose === 0 ||
    ["", familyOf(above.id)].includes(familyOf(found.id))
  )
}

/** The identifiers that headings and items begin with; a weak one counts where others begin alike. */
const identifiersOf = (blocks: ReadonlyArray<Block>) => {
  const families = new Map<string, number>()
  const found = new Map<Block, Identified>()
  for (const block of blocks) {
    if (block.kind !== "heading" && block.kind !== "item") continue
    const known = identified(block.words().text)
    if (known === undefined) continue
    found.set(block, known)
    families.set(familyOf(known.id), (families.get(familyOf(known.id)) ?? 0) + 1)
  }
  return new Map(Array.from(found).filter(([, known]) => isConfirmed(known, families)))
}

/** Among headings without identifiers, `PBKDF2` is a word, and so is what comes twice. */
const dropUnlikely = (sections: ReadonlyArray<Growing>): void => {
  const times = new Map<string, number>()
  for (const { id } of sections) if (id !== undefined) times.set(id, (times.get(id) ?? 0) + 1)
  for (const section of sections) {
    if (section.id === undefined || (isLikely(section.id) && times.get(section.id) === 1)) continue
    if (isLikely(section.id)) section.shared = section.id
    section.id = undefined
    section.title = section.words
  }
}

/** Finds out which headings, items and rows of a document are references. */
export const sectionsOf = (blocks: ReadonlyArray<Block>, wanted: Mode | undefined, columns: Columns): Sections => {
  const known = identifiersOf(blocks)
  const preamble = grow(undefined, undefined, unnamed)
  const sections: Array<Growing> = []
  const items: Array<{ readonly item: ListItem; readonly section: Growing }> = []
  const tables = new Map<Table, TableRows>()
  const identifiers = new Set<Block>()
  let current = preamble
  for (const [index, block] of blocks.entries()) {
    if (block.kind === "heading") {
      const found = known.get(block)
      const { anchor, text } = anchored(found?.rest ?? block.words().text)
      const next = blocks[index + 1]
      const below = next?.kind === "text" ? wholly(next.words().code ?? "") : undefined
      if (found === undefined && below !== undefined && next !== undefined) identifiers.add(next)
      const id = found?.id ?? below ?? wholly(anchor ?? "")
      let parent = current.heading === undefined ? undefined : current
      while (parent?.heading !== undefined && parent.heading.depth >= block.depth) parent = parent.parent
      const words = anchored(block.words().text).text
      current = grow(block, parent, { title: text, words, id, isFirm: found?.firm ?? true, anchor })
      parent?.children.push(current)
      sections.push(current)
    } else if (block.kind === "item") {
      items.push({ item: block, section: current })
      if (known.has(block)) current.references++
      else current.items++
    } else if (block.kind === "table") {
      const found = rowsOf(block, columns)
      if (found !== undefined && found.rows.length > 0) tables.set(block, found)
      else current.prose++
      current.references += found?.rows.length ?? 0
      current.rows += found?.rows.length ?? 0
    } else {
      const { code, text } = block.words()
      if (text !== "" && !(identifiers.has(block) && text === code)) current.prose++
    }
  }

  const mode = wanted ?? modeOf(preamble, sections, items.filter(({ item }) => known.has(item)).length)
  const title = titleOf(sections)
  if (mode === "identified") for (const section of sections) section.isChosen = section.id !== undefined
  const identifiedItems = new Map<ListItem, Identified>()
  const chosen = new Set<ListItem>()
  for (const { item, section } of items) {
    const found = known.get(item)
    if (found !== undefined) identifiedItems.set(item, found)
    const isChosen = isReference(mode, item, found, section)
    if (isChosen) chosen.add(item)
    const change = Number(isChosen) - Number(found !== undefined)
    section.references += change
    section.items -= change
  }
  if (mode === "headings") {
    dropUnlikely(sections)
    const hasText = (section: Growing) => section !== title && section.prose + section.items > 0
    const isLast = (section: Growing) => section.children.length === 0 && section.references === 0
    const hasTexts = sections.some(hasText)
    for (const section of sections) {
      section.isChosen =
        section !== title && (hasText(section) || section.id !== undefined || (!hasTexts && isLast(section)))
    }
  }
  for (const section of sections.toReversed()) {
    const { children } = section
    section.below = section.references + sum(children.map((child) => child.below + Number(child.isChosen)))
    section.rows += sum(children.map((child) => child.rows))
    for (const { below, heading, isChosen } of children) {
      if (isChosen && below === 0 && heading !== undefined) section.requirements.add(heading.depth)
    }
  }
  const byHeading = new Map(
    sections.flatMap((section) => (section.heading ? [[section.heading, section] as const] : []))
  )
  return { mode, title, preamble, byHeading, identified: identifiedItems, chosen, tables, identifiers }
}
