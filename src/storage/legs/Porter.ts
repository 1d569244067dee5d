/** The shape of a stem, in the terms of Porter's paper: `C` and `V` are runs of consonants and vowels. */
const consonants = "[^aeiou][^aeiouy]*"
const vowels = "[aeiouy][aeiou]*"
/** A word to its first vowels: a y that begins it is a consonant. */
const begin = `^(?:${consonants}[aeiouy]|[aeiou])[aeiou]*`
const hasMeasure = new RegExp(`${begin}${consonants}`, "u")
const isMeasure1 = new RegExp(`${begin}${consonants}(${vowels})?$`, "u")
const isMeasure2 = new RegExp(`${begin}${consonants}${vowels}${consonants}`, "u")
const hasVowel = new RegExp(begin, "u")
/** Ends with consonant, vowel and a consonant other than w, x and y. */
const isShort = new RegExp(`^${consonants}[aeiouy][^aeiouwxy]$`, "u")
const isDouble = /([^aeioulsz])\1$/u

type Endings = ReadonlyArray<readonly [ending: string, replacement: string]>

const step2: Endings = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["logi", "log"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"]
]

const step3: Endings = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""]
]

const step4 = /(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$/u

const replace = (word: string, endings: Endings): string => {
  const found = endings.find(([ending]) => word.endsWith(ending))
  if (found === undefined) return word
  const stem = word.slice(0, -found[0].length)
  return hasMeasure.test(stem) ? stem + found[1] : word
}

/** Plurals. */
const step1a = (word: string): string =>
  word.endsWith("sses") || (word.endsWith("ies") && word.length > 3)
    ? word.slice(0, -2)
    : word.endsWith("s") && !word.endsWith("ss")
      ? word.slice(0, -1)
      : word

/** Past and present participles. */
const step1b = (word: string): string => {
  if (word.endsWith("eed")) return hasMeasure.test(word.slice(0, -3)) ? word.slice(0, -1) : word
  const stem = word.replace(/(?:ed|ing)$/u, "")
  if (stem === word || !hasVowel.test(stem)) return word
  if (/(?:at|bl|iz)$/u.test(stem)) return `${stem}e`
  if (isDouble.test(stem)) return stem.slice(0, -1)
  return isShort.test(stem) ? `${stem}e` : stem
}

const step5 = (word: string): string => {
  const stem = word.slice(0, -1)
  const isEnd = word.endsWith("e") && (isMeasure2.test(stem) || (isMeasure1.test(stem) && !isShort.test(stem)))
  const rest = isEnd ? stem : word
  return rest.endsWith("ll") && isMeasure2.test(rest.slice(0, -1)) ? rest.slice(0, -1) : rest
}

/** The stem of a word in lower case, as FTS5's tokenizer `porter` makes it. */
export const stem = (word: string): string => {
  if (word.length < 3 || word.length > 64) return word
  const singular = step1b(step1a(word))
  const plain = singular.endsWith("y") && hasVowel.test(singular.slice(0, -1)) ? `${singular.slice(0, -1)}i` : singular
  const shorter = replace(replace(plain, step2), step3)
  const base = shorter.replace(step4, "")
  return step5(isMeasure2.test(base) ? base : shorter)
}
