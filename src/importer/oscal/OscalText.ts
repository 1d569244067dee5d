import type { Param, Part, Prop } from "./OscalModel.ts"

/** Parameters by their identifiers, from wherever in the catalog they are declared. */
export type Params = ReadonlyMap<string, Param>

const insertion = /\{\{\s*(?:insert:\s*param\s*,\s*)?([^\s{}]+)\s*\}\}/gu

/** The parameters that a text inserts and that do not exist. */
export const unknownParams = (text: string, params: Params): ReadonlyArray<string> =>
  Array.from(text.matchAll(insertion), (match) => match[1] ?? "").filter((id) => !params.has(id))

/** Puts what a parameter says in the place of its insertion: its values, its choices, or its label in brackets. */
export const fill = (text: string, params: Params, depth = 0): string =>
  text.replace(insertion, (_, id: string) => {
    const param = params.get(id)
    if (param === undefined || depth > 8) return `[${id}]`
    if (param.values !== undefined && param.values.length > 0) return param.values.join(", ")
    const { choice, "how-many": howMany } = param.select ?? {}
    if (choice !== undefined && choice.length > 0) {
      const choices = choice.map((option) => fill(option, params, depth + 1)).join("; ")
      return howMany === "one-or-more" ? `[one or more: ${choices}]` : `[${choices}]`
    }
    return `[${param.label === undefined ? id : fill(param.label, params, depth + 1)}]`
  })

/** The value of the property that labels a control or part: the one without a class before others. */
export const labelOf = (props: ReadonlyArray<Prop> | undefined): string | undefined => {
  const labels = (props ?? []).filter(({ name }) => name === "label")
  return (labels.find((label) => label.class === undefined) ?? labels[0])?.value
}

/** A part and those inside as lines, each item behind its label. */
export const linesOf = (part: Part, params: Params): ReadonlyArray<string> => {
  const prose = fill(part.prose ?? "", params)
    .replace(/[ \t]+([;,.])/gu, "$1")
    .trim()
  const label = part.name === "item" ? labelOf(part.props) : undefined
  const line = [label, part.title?.trim(), prose].filter((text) => text !== undefined && text !== "").join(" ")
  return [...(line === "" ? [] : [line]), ...(part.parts ?? []).flatMap((inner) => linesOf(inner, params))]
}

/** The text of several parts; `undefined` where there is none. */
export const textOf = (parts: ReadonlyArray<Part>, params: Params): string | undefined => {
  const text = parts.flatMap((part) => linesOf(part, params)).join("\n")
  return text === "" ? undefined : text
}
