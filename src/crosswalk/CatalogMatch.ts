import { Effect, Stream } from "effect"
import type { ChangeBasis } from "../domain/Change.ts"
import type { RelationUse } from "../domain/DiffOptions.ts"
import type { Relation } from "../domain/Relation.ts"
import type { SuggestMethod } from "../domain/SuggestOptions.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { circumstancesOf, judge, noneThreshold, sampleOf, weightsOf } from "./Calibration.ts"
import { calibrationAsvs as calibration } from "./CalibrationAsvs.ts"
import * as Candidates from "./Candidates.ts"
import type { Content } from "./CatalogContent.ts"
import * as Similarity from "./Similarity.ts"
import { normal } from "./TextDiff.ts"

/** A reference of the earlier version and one of the later that continues it, by their places. */
export interface Pair {
  readonly before: number
  readonly after: number
  readonly basis: ChangeBasis
  readonly confidence: number
  /** How similar the two are; of several that lead to the same, the most similar is the main one. */
  readonly similarity: number
  /** A person said that the earlier one is a part of the later one. */
  readonly isPart: boolean
}

/** An identifier inside its catalog: `asvs:4.0.3/V1.2` of `asvs@4.0.3` is `V1.2`. */
export const localId = (uri: string, catalog: string): string => {
  const [name = "", version] = catalog.split("@")
  const prefixes = version === undefined ? [`${name}:`, `${name}/`] : [`${name}:${version}/`, `${name}@${version}/`]
  const prefix = prefixes.find((prefix) => uri.startsWith(prefix))
  return prefix === undefined ? uri : uri.slice(prefix.length)
}

/** From this confidence on a candidate with the same identifier is preferred to a more probable one. */
const sameIdConfidence = 0.15

/** From this confidence on a target that continues nothing else makes its nearest source a split one. */
const splitConfidence = 0.4

/** How many candidates of a source are looked at. */
const candidates = 5

const key = (content: Content, i: number): string => {
  const { description = "", title } = content.references[i] ?? { title: "" }
  return normal(description === "" ? title : description)
}

/** What people decided between the two catalogs, whichever way the relation points. */
const readDecisions = Effect.fnUntraced(function* (before: Content, after: Content, names: readonly [string, string]) {
  const relations = yield* RelationRepository
  const placeBefore = new Map(before.references.map(({ uri }, i) => [uri, i]))
  const placeAfter = new Map(after.references.map(({ uri }, i) => [uri, i]))
  const pairs: Array<Pair> = []
  const rejected = new Set<string>()
  const note = ({ confidence, source, status, target, type }: Relation, isForward: boolean) => {
    const from = placeBefore.get(isForward ? source : target)
    const to = placeAfter.get(isForward ? target : source)
    if (from === undefined || to === undefined) return
    if (status === "rejected") rejected.add(`${from} ${to}`)
    else {
      const isPart = type === (isForward ? "subset" : "superset")
      pairs.push({ before: from, after: to, basis: "relation", confidence, similarity: 0, isPart })
    }
  }
  const status = ["accepted", "rejected"] as const
  const [from, to] = names
  yield* Stream.runForEach(relations.findAll({ from, to, status }), (one) => Effect.sync(() => note(one, true)))
  yield* Stream.runForEach(relations.findAll({ from: to, to: from, status }), (one) =>
    Effect.sync(() => note(one, false))
  )
  return { pairs, rejected }
})

/** Pairs of equal texts: those with the same identifier first, then in their order. */
const equalTexts = (
  before: Content,
  after: Content,
  names: readonly [string, string],
  isFree: (i: number) => boolean
) => {
  const byText = new Map<string, Array<number>>()
  after.references.forEach((_, i) => {
    const text = key(after, i)
    byText.set(text, [...(byText.get(text) ?? []), i])
  })
  const idsAfter = after.references.map(({ uri }) => localId(uri, names[1]))
  const taken = new Set<number>()
  const found = new Set<number>()
  const pairs: Array<Pair> = []
  const open = before.references.flatMap((_, i) => (isFree(i) ? [i] : []))
  const pairUp = (choose: (places: ReadonlyArray<number>, i: number) => number | undefined) => {
    for (const i of open) {
      if (found.has(i)) continue
      const places = (byText.get(key(before, i)) ?? []).filter((place) => !taken.has(place))
      const after = choose(places, i)
      if (after === undefined) continue
      taken.add(after)
      found.add(i)
      pairs.push({ before: i, after, basis: "text", confidence: 1, similarity: Infinity, isPart: false })
    }
  }
  pairUp((places, i) => {
    const id = localId(before.references[i]?.uri ?? "", names[0])
    return places.find((place) => idsAfter[place] === id)
  })
  pairUp(([first]) => first)
  return pairs
}

const suggested = (
  before: number,
  { candidate, confidence }: { readonly candidate: Candidates.Candidate; readonly confidence: number }
): Pair => ({
  before,
  after: candidate.target,
  basis: "suggestion",
  confidence,
  similarity: candidate.similarity,
  isPart: false
})

/**
 * Which references of the later version continue which of the earlier one. What a person decided counts first, then equal
 * texts, then likeness as in suggest.
 */
export const match = Effect.fn("CatalogMatch.match")(function* (
  before: Content,
  after: Content,
  options: {
    readonly names: readonly [string, string]
    readonly method: SuggestMethod
    readonly relations: RelationUse
  }
) {
  const { method, names, relations } = options
  const decided =
    relations === "ignore" ? { pairs: [], rejected: new Set<string>() } : yield* readDecisions(before, after, names)
  const similarity = yield* Similarity.make(before, after, weightsOf[method])
  const pairs: Array<Pair> = decided.pairs.map((pair) => ({
    ...pair,
    similarity: similarity.row(pair.before).total[pair.after] ?? 0
  }))
  const paired = new Set(pairs.map(({ before }) => before))
  for (const pair of equalTexts(before, after, names, (i) => !paired.has(i))) {
    pairs.push(pair)
    paired.add(pair.before)
  }

  if (relations === "only") return pairs

  const found = yield* Candidates.find(similarity, {
    from: before.references.length,
    to: after.references.length,
    limit: candidates
  })
  const fitted = calibration.methods[method]
  const circumstances = circumstancesOf(
    fitted,
    sampleOf(found.length).flatMap((place) => found[place] ?? []),
    // Versions of one catalogue share their wording as those of the set do, however few the references are.
    fitted.scale
  )
  const likely = found.map((one) => {
    const { noCounterpart, ranked } = judge(fitted, one, circumstances)
    return {
      before: one.source,
      noCounterpart,
      ranked: ranked.filter(({ candidate }) => !decided.rejected.has(`${one.source} ${candidate.target}`))
    }
  })
  const idsAfter = after.references.map(({ uri }) => localId(uri, names[1]))
  for (const { before: i, noCounterpart, ranked } of likely) {
    if (paired.has(i)) continue
    const id = localId(before.references[i]?.uri ?? "", names[0])
    const sameId = ranked.find(
      ({ candidate, confidence }) => idsAfter[candidate.target] === id && confidence >= sameIdConfidence
    )
    const best = sameId ?? (noCounterpart < noneThreshold ? ranked[0] : undefined)
    if (best === undefined) continue
    pairs.push(suggested(i, best))
  }

  // What nothing leads to yet may be a second successor, of what has a first.
  const reached = new Set(pairs.map(({ after }) => after))
  const continued = new Set(pairs.map(({ before }) => before))
  const hasDecided = new Set(decided.pairs.map(({ before }) => before))
  for (const { before: i, ranked } of likely) {
    if (hasDecided.has(i) || !continued.has(i)) continue
    for (const { candidate, confidence } of ranked) {
      if (reached.has(candidate.target) || confidence < splitConfidence || candidate.competition < 0) continue
      pairs.push(suggested(i, { candidate, confidence }))
      reached.add(candidate.target)
    }
  }
  return pairs
})
