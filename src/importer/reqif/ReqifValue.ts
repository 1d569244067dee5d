import { type Element, elements, type Replace, textOf } from "../text/XmlTree.ts"

/** The value of an attribute of an object. */
export interface Value {
  /** What people call the attribute, such as `ReqIF.Text` or `Status`. */
  readonly name: string
  readonly value: unknown
  /** It was written as XHTML. */
  readonly isRich: boolean
  /** Files and pictures that stand in it and are not read. */
  readonly attachments: ReadonlyArray<string>
}

/** The name of an attribute that is not defined: the words that DOORS puts behind its identifiers, such as `OBJECTTEXT`. */
const wordsOf = (id: string): string => /_([A-Za-z][A-Za-z -]+)$/u.exec(id)?.[1] ?? id

const richOf = (value: Element): Pick<Value, "value" | "isRich" | "attachments"> => {
  const attachments: Array<string> = []
  const keep = (name: string | undefined): void => {
    if (name !== undefined) attachments.push(/^data:/iu.test(name) ? "a picture in the text" : name)
  }
  const replace: Replace = ({ attributes, name }) => {
    if (name === "object") keep(attributes["data"])
    if (name === "img") {
      keep(attributes["src"])
      return attributes["alt"] ?? ""
    }
    return name === "style" || name === "script" ? "" : undefined
  }
  return { value: textOf(value, replace), isRich: true, attachments }
}

const scalarOf = (kind: string, text: string): unknown => {
  if (kind === "BOOLEAN") return /^(?:true|1)$/iu.test(text) ? true : /^(?:false|0)$/iu.test(text) ? false : text
  const number = kind === "INTEGER" || kind === "REAL" ? Number(text) : Number.NaN
  return text !== "" && String(number) === text ? number : text
}

const isBlank = ({ value }: Value): boolean => value === "" || (Array.isArray(value) && value.length === 0)

/** The values of an object or specification that say something; `names` has what identifiers stand for. */
export const valuesOf = (object: Element, names: ReadonlyMap<string, string>): ReadonlyArray<Value> =>
  elements(object, "VALUES")
    .flatMap((values) => values.children)
    .flatMap((child): ReadonlyArray<Value> => {
      const kind = typeof child === "string" ? undefined : /^ATTRIBUTE-VALUE-(\w+)$/u.exec(child.name)?.[1]
      if (typeof child === "string" || kind === undefined) return []
      const [definition] = elements(child, "DEFINITION")
      const id = (definition === undefined ? child.attributes["DEFINITION"] : textOf(definition))?.trim() ?? ""
      const name = names.get(id) ?? wordsOf(id)
      const [inner] = elements(child, "THE-VALUE")
      if (kind === "ENUMERATION") {
        const refs = elements(child, "VALUES").flatMap((values) =>
          elements(values, "ENUM-VALUE-REF").map((ref) => textOf(ref))
        )
        const written = child.attributes["THE-VALUE"]?.trim()
        const chosen = [...refs, ...(written === undefined ? [] : [written])].map((ref) => names.get(ref) ?? ref)
        return [{ name, value: chosen.length === 1 ? chosen[0] : chosen, isRich: false, attachments: [] }]
      }
      if (kind === "XHTML" && inner !== undefined) return [{ name, ...richOf(inner) }]
      const text = child.attributes["THE-VALUE"] ?? (inner === undefined ? "" : textOf(inner))
      return [{ name, value: scalarOf(kind, text.trim()), isRich: kind === "XHTML", attachments: [] }]
    })
    .filter((value) => !isBlank(value) || value.attachments.length > 0)
