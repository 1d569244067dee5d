/** The beginning of a text that is longer than `length`; never half a character. */
export const beginning = (text: string, length: number): string =>
  text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, "")}…`

/** A value as a message shows it: short, and never the inside of an object. */
export const quote = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return beginning(JSON.stringify(beginning(value, 80)), 80)
    case "bigint":
      return beginning(`${value}n`, 80)
    case "function":
      return "a function"
    case "object":
      return value === null ? "null" : isArray(value) ? "an array" : "an object"
    default:
      return beginning(String(value), 80)
  }
}

/** `Array.isArray` throws for a proxy that was revoked. */
const isArray = (value: object): boolean => {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}
