/** A heading, a list item, or what follows a list, with the lines that belong to it. */
export interface Block {
  readonly kind: "heading" | "item" | "text"
  /** The line it begins on, from 1. */
  readonly line: number
  /** For a heading 1 to 6, for an item how deep its list is, from 1; else 0. */
  readonly depth: number
  /** The words of a heading, or the first paragraph of an item. */
  readonly text: string
  /** The lines below, up to the next heading or item, without blank ones at both ends. */
  readonly body: string
}

/** A Markdown text in parts. */
export interface Outline {
  /** The YAML between the first two lines `---`; absent where there is none. */
  readonly frontMatter: string | undefined
  readonly blocks: ReadonlyArray<Block>
}

const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/u
const item = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(\S.*)$/u
const fence = /^ {0,3}(`{3,}|~{3,})/u
const rule = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u

const widthOf = (space: string): number => space.replaceAll("\t", "    ").length

const trimLines = (lines: ReadonlyArray<string>): string => {
  const from = lines.findIndex((line) => line.trim() !== "")
  return from === -1 ? "" : lines.slice(from, lines.findLastIndex((line) => line.trim() !== "") + 1).join("\n")
}

/** The front matter and on which line, from 0, the text after it begins. */
const frontMatterOf = (lines: ReadonlyArray<string>): readonly [string | undefined, number] => {
  if (lines[0]?.trimEnd() !== "---") return [undefined, 0]
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/u.test(line))
  return end === -1 ? [undefined, 0] : [lines.slice(1, end).join("\n"), end + 1]
}

/** The words of a heading without the `#` that may close it. */
const wordsOf = (text: string): string => {
  let end = text.length
  while (text[end - 1] === "#") end--
  return end === 0 || /[ \t]/u.test(text[end - 1] ?? "") ? text.slice(0, end).trim() : text.trim()
}

interface Growing {
  readonly block: Omit<Block, "body" | "text">
  /** What its first paragraph is made of. */
  readonly words: Array<string>
  /** Columns that the lines of an item are indented by. */
  readonly indent: number
  readonly lines: Array<string>
}

/**
 * Reads the outline of a Markdown text line by line: ATX and setext headings, and list items with what is indented below
 * them. Code between fences and HTML comments hold neither. In time proportional to the text.
 */
export const outline = (text: string): Outline => {
  const lines = text.split(/\r\n|\n|\r/u)
  const [frontMatter, first] = frontMatterOf(lines)
  const grown: Array<Growing> = []
  let current: Growing | undefined
  let indents: Array<number> = []
  let fenced: string | undefined
  let inComment = false
  const begin = (kind: Block["kind"], line: number, depth: number, words: string, indent = 0) => {
    current = { block: { kind, line, depth }, words: [words], indent, lines: [] }
    grown.push(current)
  }
  for (let index = first; index < lines.length; index++) {
    const line = lines[index] ?? ""
    const mark = inComment ? undefined : fence.exec(line.trimStart())?.[1]
    if (fenced !== undefined) {
      if (mark !== undefined && mark.startsWith(fenced)) fenced = undefined
      current?.lines.push(line.slice(Math.min(current.indent, line.length - line.trimStart().length)))
      continue
    }
    if (inComment || line.trimStart().startsWith("<!--")) {
      inComment = !line.includes("-->")
      continue
    }
    if (mark !== undefined) fenced = mark
    const title = fenced === undefined ? heading.exec(line.trimEnd()) : null
    if (title !== null) {
      indents = []
      begin("heading", index + 1, title[1]?.length ?? 1, wordsOf(title[2] ?? ""))
      continue
    }
    const under = /^ {0,3}(=+|-+)[ \t]*$/u.exec(line)?.[1]
    const above = current?.lines.at(-1) ?? lines[index - 1] ?? ""
    if (
      under !== undefined &&
      index > first &&
      indents.length === 0 &&
      above.trim() !== "" &&
      above === lines[index - 1]
    ) {
      if (current !== undefined && current.lines.at(-1) === above) current.lines.pop()
      begin("heading", index, under.startsWith("=") ? 1 : 2, above.trim())
      continue
    }
    const entry = fenced === undefined && !rule.test(line) ? item.exec(line) : null
    if (entry !== null) {
      const width = widthOf(entry[1] ?? "")
      indents = [...indents.filter((indent) => indent < width), width]
      const content = line.length - (entry[2] ?? "").length
      begin("item", index + 1, indents.length, (entry[2] ?? "").trim(), content)
      continue
    }
    const space = line.length - line.trimStart().length
    if (line.trim() !== "" && space === 0 && current?.block.kind === "item" && current.lines.at(-1)?.trim() === "") {
      // A line at the margin after a blank one ends the list.
      indents = []
      begin("text", index + 1, 0, "")
    }
    if (current?.block.kind === "item" && current.lines.length === 0 && mark === undefined && line.trim() !== "") {
      current.words.push(line.trim())
      continue
    }
    current?.lines.push(line.slice(Math.min(current.indent, space)))
  }
  return {
    frontMatter,
    blocks: grown.map(({ block, lines, words }) => ({ ...block, text: words.join(" "), body: trimLines(lines) }))
  }
}
