/** The namespace of the properties that only this program knows. */
export const ns = "urn:crosswalk:oscal"

/**
 * A text as the value of a property of OSCAL, which has one line without blanks at its ends: itself where it is one, else as
 * a string of JSON.
 */
export const encode = (text: string): string =>
  /^\S(?:.*\S)?$/u.test(text) && !text.startsWith('"')
    ? text
    : JSON.stringify(text).replaceAll(/[\u2028\u2029]/gu, escaped)

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16)}`

/** The text of a value that {@link encode} wrote, or of any other. */
export const decode = (value: string): string => {
  if (!value.startsWith('"')) return value
  try {
    const text: unknown = JSON.parse(value)
    return typeof text === "string" ? text : value
  } catch {
    return value
  }
}
