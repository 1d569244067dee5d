import { Effect } from "effect"
import { ReferenceSuggestions, Suggestion } from "../domain/Suggestion.ts"
import {
  type Circumstances,
  drawnShare,
  type Fitted,
  judge,
  noCounterpartOf,
  noneThreshold,
  settle
} from "./Calibration.ts"
import type { Found } from "./Candidates.ts"
import type { Content } from "./CatalogContent.ts"
import type * as NoCounterpart from "./NoCounterpart.ts"
import { identity, leastDecisions } from "./Recalibration.ts"
import { confidenceOf, type Learnt } from "./Learning.ts"

const round = (value: number) => Math.round(value * 1e4) / 1e4

/** What was found for each source as suggestions, with the confidences that decisions taught. */
export const suggestions = Effect.fnUntraced(function* (
  all: ReadonlyArray<Found>,
  { sources, targets }: { readonly sources: Content; readonly targets: Content },
  {
    circumstances,
    fitted,
    learnt
  }: {
    readonly circumstances: Circumstances
    readonly fitted: Fitted
    /** Nothing where no decisions can be known. */
    readonly learnt: Learnt | undefined
  },
  { limit, minConfidence }: { readonly limit: number; readonly minConfidence: number },
  { hasNone, isAllowed }: Effect.Success<ReturnType<typeof NoCounterpart.read>>
) {
  const judged: Array<ReferenceSuggestions> = []
  const recalibration = learnt?.recalibration ?? identity
  // The share of references without counterpart has a say only where it was learnt from as many as confidences are.
  const isLearnt = learnt !== undefined && learnt.none.references >= leastDecisions
  const known = isLearnt
    ? { ...circumstances, share: drawnShare(circumstances, learnt.noneShare, learnt.none.references) }
    : circumstances
  for (const found of all) {
    const source = sources.references[found.source]
    if (source === undefined) continue
    const settled = settle(judge(fitted, found, circumstances))
    const ranked = settled.ranked.filter(({ candidate }) =>
      isAllowed(source.uri, targets.references[candidate.target]?.uri ?? "")
    )
    const uncalibrated = ranked.map(({ confidence }) => round(confidence))
    const [first = 0] = uncalibrated.map((one) => confidenceOf(recalibration, one))
    // Either the first is right or there is none, or neither; never both.
    const none = hasNone(source.uri) ? 1 : isLearnt ? noCounterpartOf(fitted, found, known) : settled.noCounterpart
    const noCounterpart = round(Math.min(none, 1 - first))
    const suggestions = ranked.slice(0, limit).flatMap(({ candidate }, rank) => {
      const before = uncalibrated[rank] ?? 0
      const confidence = confidenceOf(recalibration, before)
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
      return new Suggestion({ target, confidence, uncalibrated: before, scores })
    })
    judged.push(
      new ReferenceSuggestions({
        source,
        noCounterpart,
        mayHaveNone: noCounterpart >= noneThreshold,
        suggestions
      })
    )
    if (judged.length % 200 === 0) yield* Effect.yieldNow
  }
  return judged
})
