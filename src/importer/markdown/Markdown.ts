import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { readText } from "../source/Bytes.ts"
import type { Format, Head, Input, Item } from "../Importer.ts"
import { entry, uriOf } from "../Items.ts"
import { isObject } from "../text/JsonText.ts"
import { type Block, outline } from "./MarkdownText.ts"
import { extensionOf, isUntold, slugOf } from "../Names.ts"
import * as Rows from "../Rows.ts"
import { parseYaml } from "../text/YamlText.ts"

/** Text without the marks of emphasis, code and links. */
const plain = (text: string): string =>
  text
    .replace(/!?\[([^[\]]*)\]\([^()\s]*\)/gu, "$1")
    .replace(/(\*\*|__|`)/gu, "")
    .replace(/^([*_])(.*)\1$/u, "$2")
    .trim()

const id =
  "(?:\\p{L}[\\p{L}\\p{N}]*(?:[-._/]?\\p{N}[\\p{L}\\p{N}]*)(?:[-._/][\\p{L}\\p{N}]+)*|\\p{L}+(?:-\\p{L}+)*-\\p{N}[\\p{L}\\p{N}.-]*|\\p{N}+(?:\\.\\p{N}+)+)"
const idFirst = new RegExp(`^(?:\\[(${id})\\]:?|(${id})(?=:|\\s))(?::|\\s+[-–—:](?=\\s))?`, "u")

/** How far into a text an identifier may reach. */
const maxId = 100

/** The identifier that a heading or item begins with, such as `REQ-1: title`, `[REQ-1] title`, `V1.2.3 title`. */
const identified = (text: string): { readonly id: string; readonly rest: string } | undefined => {
  const words = plain(text)
  const match = idFirst.exec(words.slice(0, maxId))
  const id = match?.[1] ?? match?.[2]
  return id === undefined ? undefined : { id, rest: words.slice(match?.[0].length).trim() }
}

/** A block and the headings it stands under, outermost first. */
interface Placed {
  readonly block: Block
  readonly headings: ReadonlyArray<Block>
  /** Its text with the items below it that are no references themselves. */
  readonly text: string
}

/** Which blocks become references. */
type Kind = "identified" | "headings" | "items"

const titleOf = (blocks: ReadonlyArray<Block>): Block | undefined => {
  const tops = blocks.filter(({ depth, kind }) => kind === "heading" && depth === 1)
  return tops.length === 1 && blocks[0] === tops[0] ? tops[0] : undefined
}

/** Those that have an identifier; else headings with text below them; else list items. */
const kindOf = (blocks: ReadonlyArray<Block>, wanted: string | undefined): Kind => {
  if (wanted === "headings" || wanted === "items") return wanted
  if (blocks.some(({ text }) => identified(text) !== undefined)) return "identified"
  const title = titleOf(blocks)
  return blocks.some((block) => block.kind === "heading" && block !== title && block.body !== "") ? "headings" : "items"
}

const isChosen = (kind: Kind, blocks: ReadonlyArray<Block>) => {
  const title = titleOf(blocks)
  return (block: Block, index: number): boolean => {
    switch (kind) {
      case "identified":
        return identified(block.text) !== undefined
      case "items":
        return block.kind === "item" && block.depth === 1
      case "headings":
        return (
          block.kind === "heading" &&
          block !== title &&
          (block.body !== "" || blocks[index + 1]?.kind === "item" || identified(block.text) !== undefined)
        )
    }
  }
}

const place = (blocks: ReadonlyArray<Block>, kind: Kind): ReadonlyArray<Placed> => {
  const chosen = isChosen(kind, blocks)
  const found: Array<{ block: Block; headings: ReadonlyArray<Block>; lines: Array<string> }> = []
  let headings: ReadonlyArray<Block> = []
  let last: (typeof found)[number] | undefined
  for (const [index, block] of blocks.entries()) {
    if (block.kind === "heading") headings = headings.filter(({ depth }) => depth < block.depth)
    if (chosen(block, index)) {
      last = { block, headings, lines: block.body === "" ? [] : [block.body] }
      found.push(last)
    } else if (block.kind === "item" && last !== undefined) {
      last.lines.push([`- ${block.text}`, block.body].filter((text) => text !== "").join("\n"))
    } else if (block.kind === "text" && last?.block.kind === "heading") last.lines.push("", block.body)
    else last = undefined
    if (block.kind === "heading") headings = [...headings, block]
  }
  return found.map(({ block, headings, lines }) => ({ block, headings, text: lines.join("\n") }))
}

const maxTitle = 120
const maxLength = 8 * 1024 * 1024

/** Cuts a long text at a word. */
const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit).replace(/\s+\S*$/u, "")}…`

/** What a block says as title and text: `**Title**: text`, `Title: text`, or a text alone. */
const worded = (words: string, below: string, section: string | undefined, isItem: boolean) => {
  const text = (...parts: ReadonlyArray<string>) => {
    const joined = parts.filter((part) => part !== "").join("\n")
    return joined === "" ? undefined : joined
  }
  if (!isItem) return { title: words, description: text(below) }
  const [, title, rest] = /^(?=.{3,80}?:\s)([^:]{3,80}):\s+(\S.*)$/su.exec(words) ?? []
  if (title !== undefined && rest !== undefined) return { title: title.trim(), description: text(rest, below) }
  if (below !== "" && words.length <= maxTitle) return { title: words, description: text(below) }
  const name = section ?? shorten(words, maxTitle)
  return { title: name, description: name === words ? text(below) : text(words, below) }
}

interface Reading {
  readonly source: string
  readonly catalog: string
  readonly entityType: unknown
  readonly tags: unknown
  readonly metadata: Readonly<Record<string, unknown>>
  readonly title: Block | undefined
}

const toItem = (reading: Reading, placed: Placed, slugs: Map<string, number>): Item => {
  const { block, headings } = placed
  const known = identified(block.text)
  const under = headings.filter((heading) => heading !== reading.title).map(({ text }) => plain(text))
  const words = known === undefined ? plain(block.text) : known.rest
  const section = under.at(-1)
  const { description, title } = worded(words || (known?.id ?? ""), placed.text, section, block.kind === "item")
  const slug = slugOf(shorten(words, 60).replace(/…$/u, "")) || `line-${block.line}`
  const times = (slugs.get(slug) ?? 0) + 1
  if (known === undefined) slugs.set(slug, times)
  const metadata = {
    ...reading.metadata,
    ...(under[0] !== undefined && { chapter: { id: slugOf(under[0]), name: under[0] } }),
    ...(under.length > 1 && section !== undefined && { section: { id: slugOf(section), name: section } })
  }
  return entry(reading.source, `line ${block.line}`, {
    uri: uriOf(reading.catalog, known?.id ?? (times === 1 ? slug : `${slug}-${times}`)),
    title,
    entityType: reading.entityType,
    description,
    tags: reading.tags,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    catalog: reading.catalog
  })
}

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const { options } = input
  if (options.path !== undefined && options.path !== "headings" && options.path !== "items") {
    return yield* new ImportError({
      source,
      reason: "option",
      problem: `has no ${options.path}; the path is headings or items`
    })
  }
  const text = yield* readText(input)
  if (text.length > maxLength) {
    return yield* new ImportError({ source, reason: "unsupported", problem: "is Markdown larger than 8 MB. Split it" })
  }
  const { blocks, frontMatter = "" } = outline(text)
  const front = frontMatter.trim() === "" ? {} : yield* parseYaml(source, frontMatter, 2)
  if (!isObject(front))
    return yield* new ImportError({ source, at: "line 2", problem: "the front matter is no mapping" })
  const { catalog: said, entityType, metadata: explicit, tags, ...rest } = front
  const catalog = yield* Rows.catalogOf(input, said, undefined)
  const found = place(blocks, kindOf(blocks, options.path))
  if (found.length === 0) {
    return yield* new ImportError({ source, problem: "has neither headings with text below them nor list items" })
  }
  const reading: Reading = {
    source,
    catalog,
    entityType: entityType ?? options.entityType ?? "reference",
    tags: typeof tags === "string" ? tags.split(/\s*[,;]\s*/u).filter((tag) => tag !== "") : tags,
    metadata: isObject(explicit) ? explicit : rest,
    title: titleOf(blocks)
  }
  const items = Stream.suspend(() => {
    const slugs = new Map<string, number>()
    return Stream.fromIterable(found, { chunkSize: 512 }).pipe(Stream.map((placed) => toItem(reading, placed, slugs)))
  })
  return { catalog, items }
})

/** A heading with a blank line below it; in YAML a line like that is a comment, and what follows stands right below. */
const looksLikeMarkdown = (head: Head): boolean =>
  /^(?:---[ \t]*\r?\n(?:.*\r?\n)*?---[ \t]*\r?\n)?\s*#{1,6}[ \t]+\S.*\r?\n[ \t]*(?:\r?\n|$)/u.test(head.text)

/** Markdown: headings or list items become references, front matter their catalog and metadata. */
export const format: Format = {
  name: "markdown",
  summary: "Markdown: headings or list items",
  detect: (head) =>
    ["md", "markdown"].includes(extensionOf(head.name)) || (isUntold(head.name) && looksLikeMarkdown(head)),
  read
}
