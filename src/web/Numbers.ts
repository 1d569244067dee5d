const whole = new Intl.NumberFormat("en")
const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 })
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" })
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" })

/** A number as one reads it: `12,000`. */
export const count = (number: number): string => whole.format(number)

/** So many of something: `1 reference`, `12 references`. */
export const many = (number: number, noun: string, plural = `${noun}s`): string =>
  `${count(number)} ${number === 1 ? noun : plural}`

/** A part of 1 in per cent: `87%`. */
export const percent = (part: number): string => share.format(part)

/** A day, of an ISO 8601 text. */
export const date = (iso: string): string => day.format(new Date(iso))

/** A day and its time, of an ISO 8601 text. */
export const time = (iso: string): string => moment.format(new Date(iso))
