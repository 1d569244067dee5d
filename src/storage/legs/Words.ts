import { stem } from "./Porter.ts"

const isAscii = /^\p{ASCII}*$/u

/** The text as the word index has it (`unicode61 remove_diacritics 2`), cut into words. */
export const wordsOf = (text: string): ReadonlyArray<string> =>
  (isAscii.test(text)
    ? text.toLowerCase().match(/[a-z0-9]+/gu)
    : text
        .normalize("NFD")
        .replaceAll(/(?<=\p{sc=Latin})\p{Mn}+/gu, "")
        .normalize("NFC")
        .toLowerCase()
        .match(/[\p{L}\p{N}\p{Co}]+/gu)) ?? []

/** The text of a phrase of FTS5. */
export const unquoted = (match: string): string => match.replace(/^"/u, "").replace(/"\*?$/u, "")

/** What a phrase of FTS5 looks for, one after the other. */
export const tokensOf = (match: string): ReadonlyArray<string> => wordsOf(unquoted(match)).map(stem)
