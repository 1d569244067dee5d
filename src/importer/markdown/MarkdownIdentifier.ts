import { clean } from "../../domain/Identifier.ts"

/** An identifier at the beginning of a heading, list item or table cell. */
export interface Identified {
  readonly id: string
  /** The words after it. */
  readonly rest: string
  /** It stands alone, in brackets or before a colon or dash, so that it is no word of a sentence. */
  readonly firm: boolean
  /** It counts only beside another that begins alike: `Req1` beside `Req2`, but not `OAuth2` alone. */
  readonly weak: boolean
}

/** How far into a text an identifier may reach. */
const maxId = 100

const word = "[\\p{L}\\p{N}]+"
/** Words joined by `-`, `.`, `_`, `~` and `/`, a colon before a number, and numbers in parentheses: `AC-2(5)(a)`. */
const token = `${word}(?:(?:[-._~/]{1,2}|:(?=\\p{N}))${word})*(?:\\([\\p{L}\\p{N}]{1,4}\\))*`
/** In brackets, or ended by a space, punctuation or the end; with the colon or dash before a title. */
const first = new RegExp(
  `^(?:[[(]\\s*(${token})\\s*[\\])]|(${token})(?=[\\s:.)]|$))(\\s*[:|]|[.)]?\\s+[-–—](?=\\s)|[.)](?=\\s|$))?`,
  "u"
)

const numbered = /^\p{N}+(?:\.(?:\p{N}+|\p{L}))+(?:\([^()]*\))*$/u
const joined = /[-._~/:(]/u
const short = /^\p{Lu}{1,2}\p{N}+$/u
const plain = /^\p{L}+\p{N}+\p{L}?$/u
const capitals = /^\p{Lu}+(?:[-_.~]\p{Lu}+)+$/u

const strengthOf = (id: string, firm: boolean): "strong" | "weak" | undefined => {
  if (/^\p{N}/u.test(id)) return numbered.test(id) ? "strong" : undefined
  if (!/\p{N}/u.test(id)) {
    if (!capitals.test(id)) return undefined
    return firm || id.includes("_") ? "strong" : "weak"
  }
  if (joined.test(id) || short.test(id)) return "strong"
  if (!plain.test(id)) return undefined
  return firm ? "strong" : "weak"
}

/**
 * The identifier that words begin with: `REQ-1: title`, `[REQ-1] title`, `V1.2.3 title`, `REQ_GATE_SHUT: title`,
 * `req~lamp-lit~1`, `AC-2(5)`, `1.2.3. title`.
 */
export const identified = (words: string): Identified | undefined => {
  const match = first.exec(clean(words.slice(0, maxId)))
  if (match === null) return undefined
  const id = match[1] ?? match[2] ?? ""
  const text = words.startsWith(match[0]) ? words : clean(words)
  const rest = text.slice(match[0].length).trim()
  const firm = match[1] !== undefined || rest === "" || /[:|–—-]$/u.test(match[3] ?? "")
  const strength = strengthOf(id, firm)
  return strength === undefined ? undefined : { id, rest, firm, weak: strength === "weak" }
}

/** The identifier that a whole cell or anchor is. */
export const wholly = (text: string): string | undefined => {
  const found = identified(text)
  return found !== undefined && found.rest === "" && !found.weak ? found.id : undefined
}

/** Whether an identifier is no word either: `R-1`, `1.1` and `V6`, but not `PBKDF2` and `p1`. */
export const isLikely = (id: string): boolean => joined.test(id) || short.test(id)

/** The letters that an identifier begins with, which those of one family share: `V` of `V6.2.1`; blank for `6.2.1`. */
export const familyOf = (id: string): string => /^\p{L}*/u.exec(id)?.[0] ?? ""

/** Whether others that begin alike make a weak identifier count. */
export const isConfirmed = ({ id, weak }: Identified, families: ReadonlyMap<string, number>): boolean =>
  !weak || (families.get(familyOf(id)) ?? 0) > 1
