import { Schema } from "effect"

/** What one way of searching says about a hit. */
export const Leg = Schema.Struct({
  /** Its own score: −BM25 by keyword, the cosine by meaning, 0–1 by identifier. */
  score: Schema.Finite,
  /** Its place among what this leg found, from 1; absent where only the other leg found it. */
  rank: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** The score on a scale that can be compared with the other leg's. */
  scaled: Schema.Finite,
  /** What it adds to the hit's score. */
  contribution: Schema.Finite
})
export type Leg = typeof Leg.Type

/**
 * How the score of a hit came about: `score` is the sum of the legs' contributions. A leg that was not searched, or found
 * nothing at all, is absent.
 *
 * `identifier` is there where the query calls the reference by its identifier or label: its score is 1, and it adds 1 more
 * than the best that the other legs give, so that the reference comes first. Where the query is only the beginning of
 * identifiers (`V6.2.`), it is alone, and its score falls with the place in their natural order.
 *
 * Searched by one leg alone, the contribution is the leg's score (a cosine is cut at 0).
 */
export class Explanation extends Schema.Class<Explanation>("crosswalk/Explanation")({
  keyword: Schema.optionalKey(Leg),
  semantic: Schema.optionalKey(Leg),
  identifier: Schema.optionalKey(Leg),
  /**
   * What was added to the query because texts of the store explain an abbreviation in it, or write one for words in it:
   * `multi-factor authentication` for `MFA`. Absent where nothing was.
   */
  added: Schema.optionalKey(Schema.Array(Schema.String))
}) {}
