import { Effect, Stream } from "effect"
import { clean } from "../../domain/Identifier.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { Format, Head, Input, Item } from "../Importer.ts"
import { beginningOf, deletion, entry, unsure, uriOf, warning, withdrawn } from "../Items.ts"
import { extensionOf, isUntold, slugOf } from "../Names.ts"
import * as Rows from "../Rows.ts"
import { readText } from "../source/Bytes.ts"
import { isObject } from "../text/JsonText.ts"
import { parseYaml } from "../text/YamlText.ts"
import { type Piece, place, type Placed, type PlacedRow } from "./MarkdownPlaces.ts"
import { type Mode, type Section, type Sections, sectionsOf } from "./MarkdownSections.ts"
import { outline } from "./MarkdownText.ts"

const maxTitle = 120
const maxLength = 8 * 1024 * 1024

/** Cuts a long text at a word. */
const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit).replace(/\s+\S*$/u, "")}…`

/** What an item says as title and text: `Title: text`, a short text, or the section as the title of a long one. */
const worded = (words: string, below: string, section: string | undefined, isIdentified: boolean) => {
  const text = (...parts: ReadonlyArray<string>) => parts.filter((part) => part !== "").join("\n") || undefined
  const [, title, rest] = /^(?=.{3,80}?:\s)([^:]{3,80}):\s+(\S.*)$/su.exec(words) ?? []
  if (title !== undefined && rest !== undefined) return { title: title.trim(), description: text(rest, below) }
  if ((below !== "" || isIdentified) && words.length <= maxTitle) return { title: words, description: text(below) }
  const name = section ?? shorten(words, maxTitle)
  return { title: name, description: name === words ? text(below) : text(words, below) }
}

const written = (pieces: ReadonlyArray<Piece>): string => {
  let text = ""
  for (const { indent, kind, text: words } of pieces) {
    if (words === "") continue
    const space = "  ".repeat(indent)
    const separator = text === "" ? "" : kind === "item" ? "\n" : "\n\n"
    text += separator + words.replace(/^(?=.)/gmu, space)
  }
  return text
}

interface Reading {
  readonly source: string
  readonly catalog: string
  readonly entityType: unknown
  readonly tags: unknown
  readonly metadata: Readonly<Record<string, unknown>>
  /** The title, which is no chapter of a document that stands alone. */
  readonly title: Section | undefined
  /** What goes before names made from words. */
  readonly prefix: string
}

const splitTags = (tags: unknown): unknown =>
  typeof tags === "string" ? tags.split(/\s*[,;]\s*/u).filter((tag) => tag !== "") : tags

/** The headings above, outermost first; the title of the document only where it has an identifier. */
const above = ({ title }: Reading, section: Section | undefined): ReadonlyArray<Section> => {
  const found: Array<Section> = []
  for (let next = section; next?.heading !== undefined; next = next.parent) {
    if (next !== title || next.id !== undefined) found.unshift(next)
  }
  return found
}

const nameOf = ({ id, title }: Section) => ({ id: id ?? slugOf(title), name: title || (id ?? "") })

const metadataOf = (reading: Reading, under: ReadonlyArray<Section>, own: Readonly<Record<string, unknown>>) => {
  const [chapter] = under
  const section = under.length > 1 ? under.at(-1) : undefined
  const metadata = {
    ...reading.metadata,
    ...(chapter !== undefined && { chapter: nameOf(chapter) }),
    ...(section !== undefined && { section: nameOf(section) }),
    ...own
  }
  return Object.keys(metadata).length === 0 ? undefined : metadata
}

const linksOf = (links: Piece["links"]) => links.length > 0 && { links: links.map((link) => ({ ...link })) }

const toItem = (reading: Reading, sections: Sections, placed: Placed, slugs: Map<string, number>): Item => {
  const { item, line, parent, section } = placed
  const at = `line ${line}`
  const known = item === undefined ? section.id : sections.identified.get(item)?.id
  const under = above(reading, item === undefined ? section.parent : section)
  const found = item === undefined ? undefined : (sections.identified.get(item)?.rest ?? item.words().text)
  const words = found ?? section.title
  if ((item ?? section.heading)?.words().isStruck) return withdrawn(known ?? words, "is struck out", at)
  const pieces = placed.pieces.map((make) => make())
  const text = written(pieces)
  const first = pieces.find(({ kind, text }) => kind !== "heading" && text !== "")?.text ?? ""
  const { description, title } =
    found === undefined
      ? { title: words, description: text || undefined }
      : worded(found.replaceAll("\n", " "), text, under.at(-1)?.title, known !== undefined)
  const slug = (item === undefined && section.anchor) || slugOf(shorten(words, 60).replace(/…$/u, "")) || `line-${line}`
  const times = (slugs.get(slug) ?? 0) + 1
  if (known === undefined) slugs.set(slug, times)
  // A heading that has an identifier but no text of its own groups what stands below it, as one above tables does.
  const isGroup =
    item === undefined && known !== undefined && (section.rows > 0 || (section.below > 0 && section.prose === 0))
  const links = [...((item ?? section.heading)?.words().links ?? []), ...pieces.flatMap(({ links }) => links)]
  return entry(
    reading.source,
    at,
    {
      uri: uriOf(reading.catalog, known ?? reading.prefix + (times === 1 ? slug : `${slug}-${times}`)),
      title: title || beginningOf(first) || known || slug,
      entityType: reading.entityType,
      description,
      tags: reading.tags,
      metadata: metadataOf(reading, under, { ...(parent !== undefined && { parent }), ...linksOf(links) }),
      catalog: reading.catalog
    },
    { ...(known !== undefined && { identifier: known }), ...(isGroup && { role: "heading" }) }
  )
}

const shown = 3

/** What has no identifier where others have one: it is called by its words, and may have had one before. */
const unnamedIn = (found: ReadonlyArray<Placed>, { identified }: Sections): ReadonlyArray<Item> => {
  const idOf = ({ item, section }: Placed) => (item === undefined ? section.id : identified.get(item)?.id)
  const unnamed = found.filter((placed) => idOf(placed) === undefined)
  const shared = unnamed.filter(({ item, section }) => item === undefined && section.shared !== undefined)
  const [first] = unnamed
  if (first === undefined || unnamed.length - shared.length === found.length) return []
  const words = ({ item, section }: Placed) => shorten(item?.words().text ?? section.words, 60)
  const names = unnamed.slice(0, shown).map((placed) => JSON.stringify(words(placed)))
  const which = names.join(", ") + (unnamed.length > shown ? ", …" : "")
  const problem =
    `${unnamed.length} of ${found.length} have no identifier of their own and are called by their words (${which}), so ` +
    "what they were called before is not known. Give each one, or say what is read with the path headings or items"
  return [unsure(`line ${first.line}`, problem)]
}

const rowItem = (reading: Reading, { row, section }: PlacedRow): Item => {
  const at = `line ${row.line}`
  const text = row.description ?? row.title ?? ""
  const deleted = deletion(text)
  if (deleted !== undefined || row.isStruck) return withdrawn(row.id, deleted ?? "is struck out", at)
  const under = above(reading, section)
  return entry(
    reading.source,
    at,
    {
      uri: row.uri ?? uriOf(reading.catalog, row.id),
      title: (row.title ?? under.at(-1)?.title) || beginningOf(text),
      entityType: row.entityType ?? reading.entityType,
      description: row.description,
      tags: row.tags === undefined ? reading.tags : splitTags(row.tags),
      metadata: metadataOf(reading, under, { ...row.metadata, ...linksOf(row.links) }),
      catalog: reading.catalog
    },
    { identifier: clean(row.id) }
  )
}

const modes: Readonly<Record<string, Mode>> = { headings: "headings", items: "items", tables: "tables" }

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const { options } = input
  const wanted = options.path === undefined ? undefined : modes[options.path]
  if (options.path !== undefined && wanted === undefined) {
    return yield* new ImportError({
      source,
      reason: "option",
      remedy: setOption("path", "headings"),
      problem: `has no ${options.path}; the path is headings, items or tables`
    })
  }
  const text = yield* readText(input)
  if (text.length > maxLength) {
    return yield* new ImportError({ source, reason: "unsupported", problem: "is Markdown larger than 8 MB. Split it" })
  }
  const { blocks, frontMatter = "", tooDeep } = yield* outline(text)
  const front = frontMatter.trim() === "" ? {} : yield* parseYaml(source, frontMatter, 2)
  if (!isObject(front))
    return yield* new ImportError({ source, at: "line 2", problem: "the front matter is no mapping" })
  const { catalog: said, entityType, metadata: explicit, tags, ...rest } = front
  const catalog = yield* Rows.catalogOf(input, said, undefined)
  const sections = sectionsOf(blocks, wanted, options.columns ?? {})
  const found = place(blocks, sections)
  if (!found.some(({ _tag }) => _tag !== "Remark")) {
    const problem =
      "has neither headings with text below them, list items nor tables that name an identifier and a text"
    return yield* new ImportError({ source, problem })
  }
  const reading: Reading = {
    source,
    catalog,
    entityType: entityType ?? options.entityType ?? "reference",
    tags: splitTags(tags),
    metadata: isObject(explicit) ? explicit : rest,
    title: input.part === undefined ? sections.title : undefined,
    prefix: input.part === undefined ? "" : `${input.part}/`
  }
  const unnamed =
    wanted === undefined && sections.mode !== "identified"
      ? unnamedIn(
          found.filter((one) => one._tag === "Placed"),
          sections
        )
      : []
  const deep = tooDeep
    .slice(0, 1)
    .map((line) => warning(`line ${line}`, "what is nested in more than 50 lists is left out"))
  const items = Stream.suspend(() => {
    const slugs = new Map<string, number>()
    return Stream.fromIterable(found, { chunkSize: 64 }).pipe(
      Stream.map((placed) =>
        placed._tag === "Remark"
          ? placed.item
          : placed._tag === "Placed"
            ? toItem(reading, sections, placed, slugs)
            : rowItem(reading, placed)
      ),
      Stream.concat(Stream.fromIterable([...unnamed, ...deep]))
    )
  })
  return { catalog, items }
})

/** A heading with a blank line below it; in YAML a line like that is a comment, and what follows stands right below. */
const looksLikeMarkdown = (head: Head): boolean =>
  /^(?:---[ \t]*\r?\n(?:.*\r?\n)*?---[ \t]*\r?\n)?\s*#{1,6}[ \t]+\S.*\r?\n[ \t]*(?:\r?\n|$)/u.test(head.text)

/** Markdown: headings, list items and rows of tables become references, front matter their catalog and metadata. */
export const format: Format = {
  name: "markdown",
  summary: "Markdown: headings, list items or tables",
  detect: (head) =>
    ["md", "markdown"].includes(extensionOf(head.name)) || (isUntold(head.name) && looksLikeMarkdown(head)),
  read
}
