import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { Contents } from "../Importer.ts"
import { maxWhole } from "../source/Bytes.ts"
import { events, type XmlEvent } from "./Xml.ts"

/** An element with what is inside, in the order of the document. */
export interface Element {
  /** Its name without a prefix. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<Element | string>
  /** The line on which it begins, from 1. */
  readonly line: number
}

/** Reads a whole document as a tree; returns its root. Its texts and elements may have 64 MB. */
export const readTree = Effect.fnUntraced(function* (input: Contents) {
  const source = input.head.name
  const top: Element = { name: "", attributes: {}, children: [], line: 1 }
  const open = [top]
  let size = 0
  const take = (event: XmlEvent): void => {
    if (event._tag === "Close") open.pop()
    else if (event._tag === "Text") {
      size += event.text.length
      open.at(-1)?.children.push(event.text)
    } else {
      size += Object.values(event.attributes).reduce((sum, value) => sum + value.length, 50)
      const element = { name: event.name, attributes: event.attributes, children: [], line: event.line }
      open.at(-1)?.children.push(element)
      open.push(element)
    }
  }
  yield* Stream.runForEach(events(input), (event) =>
    Effect.suspend(() => {
      take(event)
      return size <= maxWhole ? Effect.void : Effect.fail(new ImportError({ source, problem: "is larger than 64 MB" }))
    })
  )
  return top.children.find((child) => typeof child !== "string") ?? top
})

/** The elements of those names right inside another. */
export const elements = (element: Element, ...names: ReadonlyArray<string>): ReadonlyArray<Element> =>
  element.children.filter((child): child is Element => typeof child !== "string" && names.includes(child.name))

/** Elements that begin on a line of their own. */
const blocks = new Set([
  "p",
  "div",
  "li",
  "ul",
  "ol",
  "pre",
  "table",
  "tr",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "blockquote",
  "br",
  "dt",
  "dd",
  "caption"
])

/** What stands for an element in a text; `undefined` for what is in it. */
export type Replace = (element: Element) => string | undefined

const raw = (element: Element, replace: Replace, marker: string): string => {
  const replaced = replace(element)
  if (replaced !== undefined) return replaced
  const { children, name } = element
  let number = 0
  const inner = children
    .map((child) =>
      typeof child === "string"
        ? child.replace(/\s+/gu, " ")
        : raw(child, replace, name === "ol" && child.name === "li" ? `${++number}. ` : "- ")
    )
    .join("")
  if (name === "td" || name === "th") return `${inner.trim().replace(/\s*\n\s*/gu, " ")} | `
  if (name === "tr") return `\n${inner.trim().replace(/ \|$/u, "")}\n`
  return blocks.has(name) ? `\n${name === "li" ? marker : ""}${inner.trim()}\n` : inner
}

const asItIs: Replace = () => undefined

/** The text of an element with HTML in it: a line a paragraph, `- ` or a number before items, ` | ` between cells, and no blank lines. */
export const textOf = (element: Element, replace = asItIs): string =>
  raw(element, replace, "- ")
    .split("\n")
    .map((line) => line.replace(/[ \t]+/gu, " ").trim())
    .filter((line) => line !== "")
    .join("\n")
