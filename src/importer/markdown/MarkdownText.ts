import { Effect } from "effect"
import type { Env, MarkdownIt as Parser, Token } from "markdown-it"

/** Levels of lists and quotes; what is nested deeper is not parsed. */
const maxNesting = 100

/** CommonMark with tables. Words are parsed when they are asked for: most of the time goes there. */
const parser: Effect.Effect<Parser> = Effect.gen(function* () {
  const { default: MarkdownIt } = yield* Effect.promise(() => import("markdown-it"))
  const md = new MarkdownIt("default", { html: true, maxNesting })
  md.core.ruler.disable(["inline", "text_join"], true)
  return md
})

/** A link in a text. */
export interface Link {
  readonly label: string
  readonly url: string
}

/** Words without marks: emphasis, code and links are their text, entities their characters; HTML is left out. */
export interface Words {
  readonly text: string
  readonly links: ReadonlyArray<Link>
  /** The code that the first line consists of, as in `` `req~lamp-lit~1` ``. */
  readonly code: string | undefined
  /** What is bold at the beginning, as in `**REQ-1** title`. */
  readonly bold: string | undefined
  /** The text is struck out from its beginning to its end. */
  readonly isStruck: boolean
}

/** Something that is made when it is first asked for. */
export type Lazy<A> = () => A

const lazy = <A>(make: () => A): Lazy<A> => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

const wordsOf = (md: Parser, env: Env, content: string): Words => {
  const tokens: Array<Token> = []
  md.inline.parse(content, md, env, tokens)
  let text = ""
  let struck = 0
  let bare = ""
  const links: Array<Link> = []
  const open: Array<{ readonly url: string; readonly from: number }> = []
  const say = (words: string) => {
    text += words
    if (struck === 0) bare += words
  }
  for (const { attrs, children, content, type } of tokens) {
    if (type === "softbreak" || type === "hardbreak" || (type === "html_inline" && /^<br\b/iu.test(content))) say("\n")
    else if (type === "image") say(children?.map((child) => child.content).join("") ?? "")
    else if (type === "link_open") open.push({ url: String(attrs?.[0]?.[1] ?? ""), from: text.length })
    else if (type === "link_close") {
      const link = open.pop()
      if (link !== undefined && /^https?:/iu.test(link.url)) {
        links.push({ label: text.slice(link.from).trim(), url: link.url })
      }
    } else if (type === "s_open") struck++
    else if (type === "s_close") struck--
    else if (type !== "html_inline") say(content)
  }
  const [head, after] = tokens.filter(({ content, type }) => type !== "text" || content !== "")
  const isCode = head?.type === "code_inline" && (after === undefined || after.type.endsWith("break"))
  return {
    text: text
      .replace(/\[\^[^\]\s]{1,40}\]:?/gu, "")
      .replaceAll("\u00A0", " ")
      .trim(),
    links,
    code: isCode ? head.content : undefined,
    bold:
      head?.type === "strong_open"
        ? tokens.find(({ level, type }) => level === 1 && type === "text")?.content
        : undefined,
    isStruck: bare.trim() === "" && text.trim() !== ""
  }
}

interface Place {
  /** The line it begins on, from 1. */
  readonly line: number
  /** For a heading 1 to 6; else how many lists it stands in. */
  readonly depth: number
}

/** A heading. */
export interface Heading extends Place {
  readonly kind: "heading"
  readonly words: Lazy<Words>
}

/** A list item with its first paragraph; what else it has follows it, deeper. */
export interface ListItem extends Place {
  readonly kind: "item"
  /** What stands before it: `-`, or its number. */
  readonly mark: string
  /** It has a box to tick. */
  readonly isTask: boolean
  readonly words: Lazy<Words>
}

/** A paragraph or code. */
export interface Text extends Place {
  readonly kind: "text"
  readonly words: Lazy<Words>
}

/** HTML that stands on lines of its own. */
export interface Html extends Place {
  readonly kind: "html"
  readonly html: string
  /** What is said between its tags. */
  readonly words: Lazy<Words>
}

/** A row of a table: its line, and its cells. */
export interface TableRow {
  readonly line: number
  readonly cells: ReadonlyArray<Lazy<Words>>
  /** How many cells it has beyond those of the header, which are not in `cells`. */
  readonly excess: number
}

/** A table. */
export interface Table extends Place {
  readonly kind: "table"
  readonly header: ReadonlyArray<Lazy<Words>>
  readonly rows: ReadonlyArray<TableRow>
}

export type Block = Heading | ListItem | Text | Html | Table

/** A Markdown text in parts. */
export interface Outline {
  /** The YAML between the first two lines `---`; absent where there is none. */
  readonly frontMatter: string | undefined
  /** In the order of the text. */
  readonly blocks: ReadonlyArray<Block>
  /** The lines of lists and quotes whose contents are nested too deep to be read. */
  readonly tooDeep: ReadonlyArray<number>
}

/** The front matter and on which line, from 0, the text after it begins. */
const frontMatterOf = (lines: ReadonlyArray<string>): readonly [string | undefined, number] => {
  if (lines[0]?.trimEnd() !== "---") return [undefined, 0]
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/u.test(line))
  return end === -1 ? [undefined, 0] : [lines.slice(1, end).join("\n"), end + 1]
}

/** The cells of a row as they stand between its bars; `inCode` says whether a bar in code parts them, as in GFM. */
const splitRow = (line: string, inCode: boolean): ReadonlyArray<string> => {
  const text = line.replace(/^[\s>]*/u, "").trim()
  const cells: Array<string> = []
  let from = text.startsWith("|") ? 1 : 0
  let ticks = ""
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++
    else if (text[index] === "`" && !inCode) {
      let end = index
      while (text[end] === "`") end++
      const run = text.slice(index, end)
      if (ticks === "") ticks = text.includes(run, end) ? run : ""
      else if (ticks === run) ticks = ""
      index = end - 1
    } else if (text[index] === "|" && ticks === "") {
      cells.push(text.slice(from, index))
      from = index + 1
    }
  }
  if (from < text.length) cells.push(text.slice(from))
  return cells.map((cell) => cell.replaceAll("\\|", "|").trim())
}

/** HTML without comments, scripts and tags. */
const said = (html: string): string =>
  html
    .replace(/<!--.*?(?:-->|$)/gsu, "")
    .replace(/<(script|style)\b.*?(?:<\/\1\s*>|$)/gisu, "")
    .replace(/<(?:br|\/(?:p|div|tr|li|h[1-6]|summary))\b[^<>]*>\n?/giu, "\n")
    .replace(/<[/a-z!?][^<>]*>/giu, " ")
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim()

const containers: ReadonlySet<string> = new Set(["bullet_list_open", "ordered_list_open", "blockquote_open"])
const task = /^\[[ xX]\](?:\s+|$)/u

/** Reads the outline of a Markdown text, CommonMark with tables, in time proportional to it. */
export const outline = Effect.fnUntraced(function* (text: string) {
  const lines = text.split(/\r\n|\n|\r/u)
  const [frontMatter, from] = frontMatterOf(lines)
  const md = yield* parser
  const env: Env = {}
  const tokens = md.parse(lines.slice(from).join("\n"), env)
  const blocks: Array<Block> = []
  const tooDeep: Array<number> = []
  const lists: Array<{ next: number | undefined }> = []
  const words = (content: string): Lazy<Words> => lazy(() => wordsOf(md, env, content))
  const literal =
    (text: string): Lazy<Words> =>
    () => ({ text, links: [], code: undefined, bold: undefined, isStruck: false })
  /** An item that waits for its first paragraph. */
  let item: Omit<ListItem, "words" | "isTask"> | undefined
  let table: { header: Array<string>; rows: Array<{ line: number; cells: Array<string> }> } | undefined
  let inBody = false
  const settle = () => {
    if (item !== undefined) blocks.push({ ...item, isTask: false, words: literal("") })
    item = undefined
  }
  for (const [index, { content, info, level, map, markup, type }] of tokens.entries()) {
    const line = from + (map?.[0] ?? 0) + 1
    const depth = lists.length
    if (containers.has(type) && level >= maxNesting - 2) tooDeep.push(line)
    if (type === "bullet_list_open" || type === "ordered_list_open") {
      settle()
      const start = tokens[index]?.attrGet("start") ?? 1
      lists.push({ next: type === "ordered_list_open" ? Number(start) : undefined })
    } else if (type === "bullet_list_close" || type === "ordered_list_close") lists.pop()
    else if (type === "list_item_open") {
      settle()
      const list = lists.at(-1)
      const mark = list?.next === undefined ? "-" : `${list.next++}.`
      item = { kind: "item", line, depth, mark }
    } else if (type === "list_item_close") settle()
    else if (type === "heading_open") {
      settle()
      blocks.push({
        kind: "heading",
        line,
        depth: Number(tokens[index]?.tag.slice(1)),
        words: words(tokens[index + 1]?.content ?? "")
      })
    } else if (type === "inline" && tokens[index - 1]?.type === "paragraph_open") {
      if (item === undefined) blocks.push({ kind: "text", line, depth, words: words(content) })
      else {
        const isTask = task.test(content)
        blocks.push({ ...item, isTask, words: words(content.replace(task, "")) })
        item = undefined
      }
    } else if (type === "fence" || type === "code_block") {
      settle()
      const code = type === "fence" ? `${markup}${info}\n${content}${markup}` : content.trimEnd()
      blocks.push({ kind: "text", line, depth, words: literal(code) })
    } else if (type === "html_block") {
      settle()
      blocks.push({ kind: "html", line, depth, html: content, words: words(said(content)) })
    } else if (type === "table_open") {
      settle()
      table = { header: [], rows: [] }
    } else if (type === "tbody_open") inBody = true
    else if (type === "tbody_close") inBody = false
    else if (type === "tr_open" && inBody) table?.rows.push({ line, cells: [] })
    else if (type === "inline" && table !== undefined) (inBody ? table.rows.at(-1)?.cells : table.header)?.push(content)
    else if (type === "table_close" && table !== undefined) {
      const { header, rows } = table
      table = undefined
      blocks.push({
        kind: "table",
        line: (rows[0]?.line ?? line) - 2,
        depth,
        header: header.map(words),
        rows: rows.map((row) => {
          const text = lines[row.line - 1] ?? ""
          const excess = Math.max(0, splitRow(text, true).length - header.length)
          const meant = excess > 0 ? splitRow(text, false) : []
          const isMeant = meant.length === header.length
          return { line: row.line, cells: (isMeant ? meant : row.cells).map(words), excess: isMeant ? 0 : excess }
        })
      })
    }
  }
  return { frontMatter, blocks, tooDeep } satisfies Outline
})
