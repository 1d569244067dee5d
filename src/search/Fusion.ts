import type { Leg } from "../domain/Explanation.ts"

/** How two rankings become one: by their scores, or by their ranks alone. */
export type Method = "convex" | "rrf"

/** What one leg found. */
export interface Ranking {
  /** The URIs it found, best first. */
  readonly ranked: ReadonlyArray<string>
  /** Its score of every candidate, whichever leg found it. */
  readonly scoreOf: (uri: string) => number
  /** Whether it could look at a candidate; else its score is only what the other leg lets expect. Default: at all. */
  readonly isKnown?: (uri: string) => boolean
}

/** A reference with its score and what it is made of. */
export interface Fused {
  readonly uri: string
  readonly score: number
  readonly explanation: {
    readonly keyword?: Leg
    readonly semantic?: Leg
    readonly identifier?: Leg
  }
}

/** Reciprocal rank fusion: rank 1 gets 1/61. */
const rrfConstant = 60

/** The scores of the candidates on 0–1: the least is 0, the greatest 1; where all are equal, 1. */
const minMax = (candidates: ReadonlyArray<string>, { scoreOf }: Ranking): ((uri: string) => number) => {
  let least = Infinity
  let greatest = -Infinity
  for (const uri of candidates) {
    const score = scoreOf(uri)
    if (score < least) least = score
    if (score > greatest) greatest = score
  }
  return greatest > least ? (uri) => (scoreOf(uri) - least) / (greatest - least) : () => 1
}

/**
 * Joins two rankings into one, best first, then by uri. Candidates are what either leg found. `convex` scales each leg's
 * scores of the candidates to 0–1 and adds them with their weights; `rrf` adds 1 / (60 + rank). A leg that found nothing
 * leaves all the weight to the other. So does one that could not look at a candidate: what is expected of it there stands in the
 * contribution of the other.
 */
export const fuse = (
  legs: { readonly keyword: Ranking; readonly semantic: Ranking },
  options: { readonly method: Method; readonly semanticWeight: number }
): ReadonlyArray<Fused> => {
  const candidates = [...new Set([...legs.semantic.ranked, ...legs.keyword.ranked])]
  const weightOf = (own: number, other: Ranking) => (other.ranked.length === 0 ? 1 : own)
  const explain = (leg: Ranking, weight: number): ((uri: string) => Leg) | undefined => {
    if (leg.ranked.length === 0) return undefined
    const ranks = new Map(leg.ranked.map((uri, i) => [uri, i + 1]))
    const scale =
      options.method === "convex"
        ? minMax(candidates, leg)
        : (uri: string) => {
            const rank = ranks.get(uri)
            return rank === undefined ? 0 : 1 / (rrfConstant + rank)
          }
    return (uri) => {
      const scaled = scale(uri)
      const rank = ranks.get(uri)
      return {
        score: leg.scoreOf(uri),
        ...(rank === undefined ? {} : { rank }),
        scaled,
        contribution: options.method === "convex" ? weight * scaled : scaled
      }
    }
  }
  /** A leg that stands for the other too, which could not look. */
  const standIn = (leg: Leg | undefined, other: Leg | undefined): Leg | undefined =>
    leg === undefined || other === undefined
      ? leg
      : { ...leg, contribution: leg.contribution + (options.method === "convex" ? other : leg).contribution }
  const keyword = explain(legs.keyword, weightOf(1 - options.semanticWeight, legs.semantic))
  const semantic = explain(legs.semantic, weightOf(options.semanticWeight, legs.keyword))
  return candidates
    .map((uri): Fused => {
      const byMeaning = legs.semantic.isKnown?.(uri) === false ? undefined : semantic?.(uri)
      const byKeyword = byMeaning === undefined ? standIn(keyword?.(uri), semantic?.(uri)) : keyword?.(uri)
      return {
        uri,
        score: (byKeyword?.contribution ?? 0) + (byMeaning?.contribution ?? 0),
        explanation: {
          ...(byKeyword === undefined ? {} : { keyword: byKeyword }),
          ...(byMeaning === undefined ? {} : { semantic: byMeaning })
        }
      }
    })
    .sort(byScore)
}

const byScore = (a: Fused, b: Fused) => b.score - a.score || (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : 0)

/**
 * Puts what a query calls by name before a ranking, in the order of `uris` where the ranking does not say more. What it
 * begins the name of (`isPrefix`) is put there by that alone.
 */
export const putFirst = (
  ranking: ReadonlyArray<Fused>,
  { isPrefix, uris }: { readonly uris: ReadonlyArray<string>; readonly isPrefix: boolean }
): ReadonlyArray<Fused> => {
  const named = new Set(uris)
  const others = new Map(ranking.map((fused) => [fused.uri, fused]))
  const least = 1 + (ranking[0]?.score ?? 0)
  const first = uris.map((uri, i): Fused => {
    const scaled = isPrefix ? 1 / (i + 1) : 1
    const other = isPrefix ? undefined : others.get(uri)
    const identifier: Leg = { score: scaled, rank: i + 1, scaled, contribution: isPrefix ? least + scaled : least }
    return {
      uri,
      score: identifier.contribution + (other?.score ?? 0),
      explanation: { ...other?.explanation, identifier }
    }
  })
  return [...first.toSorted((a, b) => b.score - a.score), ...ranking.filter(({ uri }) => !named.has(uri))]
}

/** One leg alone, as a ranking with explanations. The contribution is the leg's score, not below 0. */
export const single = (name: "keyword" | "semantic", leg: Ranking): ReadonlyArray<Fused> => {
  const scale = minMax(leg.ranked, leg)
  return leg.ranked.map((uri, i) => {
    const score = leg.scoreOf(uri)
    const contribution = Math.max(0, name === "semantic" ? Math.min(1, score) : score)
    return {
      uri,
      score: contribution,
      explanation: { [name]: { score, rank: i + 1, scaled: scale(uri), contribution } }
    }
  })
}
