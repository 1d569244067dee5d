import type { Row } from "../Rows.ts"

const months = "Jan|Feb|Mar|Mär|Mrz|Apr|May|Mai|Jun|Jul|Aug|Sep|Sept|Oct|Okt|Nov|Dec|Dez"

/** A day or month as spreadsheets write what they took for one: `1-Oct`, `Oct-01`, `01. Okt`, `2024-10-01`, `10/1/2024`. */
const date = new RegExp(
  `^(?:\\d{1,2}(?:-|\\. ?| )(?:${months})(?:[- ]\\d{2,4})?|(?:${months})[- ]\\d{2,4}|` +
    String.raw`\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00)?)?|\d{1,2}\/\d{1,2}\/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4})$`,
  "u"
)

/** Whether a text looks like a day or a month. */
export const isDate = (value: unknown): boolean => typeof value === "string" && date.test(value.trim())

/** Whether a column is one of dates, as its first rows tell. */
export const areDates = (column: string, sample: ReadonlyArray<Row>): boolean => {
  const values = sample.map(({ values }) => values.get(column)).filter((value) => value !== "")
  return values.length > 1 && values.filter(isDate).length === values.length
}
