import { Effect } from "effect"
import { ReferenceSuggestions, Suggestion } from "../domain/Suggestion.ts"
import { type Circumstances, type Fitted, judge, noneThreshold } from "./Calibration.ts"
import type { Found } from "./Candidates.ts"
import type { Content } from "./CatalogContent.ts"

const round = (value: number) => Math.round(value * 1e4) / 1e4

/** What was found for each source as suggestions with calibrated probabilities. */
export const suggestions = Effect.fnUntraced(function* (
  all: ReadonlyArray<Found>,
  { sources, targets }: { readonly sources: Content; readonly targets: Content },
  { circumstances, fitted }: { readonly circumstances: Circumstances; readonly fitted: Fitted },
  { limit, minConfidence }: { readonly limit: number; readonly minConfidence: number }
) {
  const judged: Array<ReferenceSuggestions> = []
  for (const found of all) {
    const source = sources.references[found.source]
    if (source === undefined) continue
    const { noCounterpart, ranked } = judge(fitted, found, circumstances)
    const suggestions = ranked.slice(0, limit).flatMap(({ candidate, confidence }) => {
      const target = targets.references[candidate.target]
      if (target === undefined || confidence < minConfidence) return []
      const { competition, margin, meaning, similarity, trigrams, words } = candidate
      const scores = {
        similarity: round(similarity),
        meaning: round(meaning),
        words: round(words),
        trigrams: round(trigrams),
        margin: round(margin),
        competition: round(competition)
      }
      return new Suggestion({ target, confidence: round(confidence), scores })
    })
    judged.push(
      new ReferenceSuggestions({
        source,
        noCounterpart: round(noCounterpart),
        hasCounterpart: noCounterpart < noneThreshold,
        suggestions
      })
    )
    if (judged.length % 200 === 0) yield* Effect.yieldNow
  }
  return judged
})
