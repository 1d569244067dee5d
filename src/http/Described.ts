import { Equal } from "effect"

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A list of at least one is described as such, not as a first one and others of the same kind. */
const simpler = ({ prefixItems, ...schema }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Array.isArray(prefixItems) && prefixItems.length === 1 && Equal.equals(prefixItems[0], schema["items"])
    ? schema
    : { ...(prefixItems !== undefined && { prefixItems }), ...schema }

/** A report or file that is JSON is an object to whoever reads it, whatever wrote it. */
const contentOf = (types: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(types).map(([type, content]) => [
      type,
      /[/+]json$/u.test(type) && isText(content) ? anObject : content
    ])
  )

const anObject = { schema: { type: "object" } }
const isText = (content: unknown) =>
  isRecord(content) && isRecord(content["schema"]) && content["schema"]["type"] === "string"

/** The OpenAPI document as what reads such documents takes it best; it says the same. */
export const described = (document: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const walk = (value: unknown, of = ""): unknown => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner))
    if (!isRecord(value)) return value
    const walked = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, key)]))
    const { content } = walked
    // A file of JSON that is sent may be a list too.
    const isAnswer = isRecord(content) && of !== "requestBody"
    return simpler(isAnswer ? { ...walked, content: contentOf(content) } : walked)
  }
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, walk(value)]))
}
