import type { Position } from "../ChangeLog.ts"
import type * as TextChanges from "./TextChanges.ts"
import * as WordIndex from "./WordIndex.ts"
import * as WordIndexBuilder from "./WordIndexBuilder.ts"
import * as WordPart from "./WordPart.ts"

/** The words of texts as they were at a moment. It does not change. */
export interface WordMoment {
  readonly index: WordIndex.WordIndex
  /** The last of the changes that it shows. */
  readonly position: Position
  /** The state of the tables that it shows; undefined where it may show some later changes too, which are to be read again. */
  readonly state: string | undefined
  /** How many more texts and words FTS5's index has, as it cuts some texts into other words: the same as long as no change is missed. */
  readonly more: { readonly texts: number; readonly words: number } | undefined
}

/** As many texts are made one part within a search at most: some 2 ms. */
export const smallPart = 512

/** So many parts are more than there are where each is some times as large as the next. */
const maximumParts = 16

/** Parts are made one with what has an eighth of their texts: each text a few times, and there are few parts. */
const proportion = 8

const isMostlyGone = ({ data, gone }: WordPart.WordPart) => 2 * gone.texts > data.ids.length

/** Whether parts should be made one in the background. */
export const isScattered = ({ index: { parts } }: WordMoment): boolean =>
  parts.length > maximumParts || parts.some(isMostlyGone)

/** Which parts are made one with so many other texts, of `most` texts. */
export const joinedWith = (
  parts: ReadonlyArray<WordPart.WordPart>,
  others: number,
  most: number
): ReadonlySet<WordPart.WordPart> => {
  let texts = others
  return new Set(
    parts
      .toSorted((one, other) => one.total - other.total)
      .filter((part) => {
        const isJoined = texts + part.total <= most && (part.total <= proportion * texts || isMostlyGone(part))
        if (isJoined) texts += part.total
        return isJoined
      })
  )
}

/** The index of texts of which some changed. */
const changed = (index: WordIndex.WordIndex, changes: ReadonlyArray<TextChanges.Change>): WordIndex.WordIndex => {
  const parts = index.parts.map(({ without }) => without(changes.map(({ id }) => id)))
  const entries = changes.flatMap(({ description, id, title, uri }) =>
    uri === null || title === null ? [] : [{ id, uri, title, description }]
  )
  if (entries.length === 0) return WordIndex.make(parts)
  const joined = joinedWith(parts, entries.length, smallPart)
  const builder = WordIndexBuilder.make()
  for (const { data, gone } of joined) builder.addAll(data, gone.hidden)
  for (const entry of entries) builder.add(entry)
  return WordIndex.make([...parts.filter((part) => !joined.has(part)), WordPart.make(builder.build())])
}

/** A later moment, by all that changed until then; undefined where that is not all, so that the texts are to be read again. */
export const followed = (
  before: WordMoment,
  { changes, moment }: { readonly moment: TextChanges.Moment; readonly changes: ReadonlyArray<TextChanges.Change> }
): WordMoment | undefined => {
  // FTS5's index is another one, and nobody wrote down why.
  if (changes.length === 0 && before.state !== undefined && before.state !== moment.state) return undefined
  const index = changes.length === 0 ? before.index : changed(before.index, changes)
  const more = { texts: moment.texts - index.total, words: moment.words - index.words }
  if (before.more !== undefined && (before.more.texts !== more.texts || before.more.words !== more.words))
    return undefined
  return { index, position: moment.position, state: moment.state, more }
}
