/** How much of a text is one passage: some 200 tokens of English. */
const mostWords = 150

/** How many words and characters a token of English is, on the safe side. */
const wordsPerToken = 0.6
const charactersPerToken = 5

/** What is behind so many passages is not found by meaning. */
const mostPassages = 200

/** Texts of any language are cut into sentences by the rules for English ones, which are the general ones. */
const segmenter = new Intl.Segmenter("en", { granularity: "sentence" })

const countWords = (text: string): number => text.match(/\S+/gu)?.length ?? 0

interface Size {
  readonly words: number
  readonly characters: number
}

/** A piece that alone is too long, in parts: between words, and between characters where one word is too long. */
const partsOf = function* (piece: string, { characters, words }: Size): Generator<string> {
  let part = ""
  let count = 0
  const most = Math.max(1, Math.floor(characters))
  for (const [word] of piece.matchAll(new RegExp(String.raw`\s*\S{1,${most}}|\s+$`, "gu"))) {
    if (part !== "" && (count === words || part.length + word.length > characters)) {
      yield part
      part = ""
      count = 0
    }
    part += word
    count++
  }
  if (part !== "") yield part
}

const grouped = (text: string, size: Size, most: number): ReadonlyArray<string> => {
  const passages: Array<string> = []
  let passage = ""
  let count = 0
  const add = (piece: string, words: number) => {
    if (passage !== "" && (count + words > size.words || passage.length + piece.length > size.characters)) {
      passages.push(passage)
      passage = ""
      count = 0
    }
    passage += piece
    count += words
  }
  for (const { segment } of segmenter.segment(text)) {
    const words = countWords(segment)
    if (words <= size.words && segment.length <= size.characters) add(segment, words)
    else for (const part of partsOf(segment, size)) add(part, countWords(part))
    if (passages.length >= most) break
  }
  return [...passages, passage]
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .slice(0, most)
}

/**
 * A text in passages that a model reads whole, which reads so many tokens: sentences in groups of up to 150 words. A longer
 * sentence is cut between words. At most 200 passages.
 */
export const passagesOf = (text: string, tokens: number): ReadonlyArray<string> => {
  const words = Math.max(1, Math.min(mostWords, Math.floor(tokens * wordsPerToken)))
  return grouped(text, { words, characters: words * (charactersPerToken / wordsPerToken) }, mostPassages)
}

/** A passage that is longer than the model reads, in two or more; alone where it cannot be cut. */
export const halvesOf = (passage: string): ReadonlyArray<string> =>
  passage.length < 16
    ? [passage]
    : grouped(passage, { words: Number.POSITIVE_INFINITY, characters: Math.ceil(passage.length / 2) }, mostPassages)
