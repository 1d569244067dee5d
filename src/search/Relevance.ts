/** What is known of a hit on scales that mean the same for every query. */
export interface Evidence {
  /** −1 to 1; absent where there is no vector or no model. */
  readonly cosine?: number | undefined
  /** BM25 as a part of what the query could reach, 0 and more; absent where words were not looked at. */
  readonly keyword?: number | undefined
  /** The query calls it by its identifier. */
  readonly isNamed?: boolean | undefined
}

interface Weights {
  readonly bias: number
  readonly cosine: number
  readonly keyword: number
}

/** Fitted by logistic regression; docs/search.md tells on what, and how well it holds elsewhere. */
const both: Weights = { bias: -9, cosine: 25, keyword: 5 }
const meaning: Weights = { bias: -9, cosine: 27, keyword: 0 }
const words: Weights = { bias: -3.8, cosine: 0, keyword: 12.5 }

/** From which relevance on a hit can be an answer. */
const threshold = 0.5

/** How far the log odds of a hit may be below the best one's: a twentieth of its odds. `bench/relevance.ts` compares others. */
export const fall = 3

/** How likely a hit answers the query, 0–1; 1 for what it names. */
export const relevance = ({ cosine, isNamed, keyword }: Evidence): number => {
  if (isNamed === true) return 1
  const weights = cosine === undefined ? words : keyword === undefined ? meaning : both
  const sum = weights.bias + weights.cosine * (cosine ?? 0) + weights.keyword * Math.min(1, keyword ?? 0)
  return 1 / (1 + Math.exp(-sum))
}

/** The cosine that says of a reference as much as its words do: what is expected of one that has no vector. */
export const cosineOf = (keyword: number): number =>
  (words.bias + words.keyword * Math.min(1, keyword) - meaning.bias) / meaning.cosine

/**
 * From which relevance on the hits of a query count as answers: where relevance falls behind the best of them, and never below
 * one half. What a query names (a relevance of 1) is an answer whatever the others are, and says nothing of them.
 */
export const leastOf = (relevances: ReadonlyArray<number>, most = fall): number => {
  const best = relevances.reduce((most, relevance) => (relevance < 1 ? Math.max(most, relevance) : most), 0)
  return best === 0 ? threshold : Math.max(threshold, best / (best + (1 - best) * Math.exp(most)))
}
