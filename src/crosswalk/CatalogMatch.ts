import { Effect, Stream } from "effect"
import type { ChangeBasis } from "../domain/Change.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { RelationUse } from "../domain/DiffOptions.ts"
import type { Relation } from "../domain/Relation.ts"
import type { SuggestMethod } from "../domain/SuggestOptions.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as Uuid from "../domain/Uuid.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { circumstancesOf, judge, sampleOf, weightsOf } from "./Calibration.ts"
import { calibrationAsvs as calibration } from "./CalibrationAsvs.ts"
import * as Candidates from "./Candidates.ts"
import type { Content } from "./CatalogContent.ts"
import * as Containment from "./Containment.ts"
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

/**
 * First proposals below are left open. Of a successor's, one in ten is right below, and every reference should have one; of
 * a predecessor's it takes more, as what is new has none, but less where it says much of what its predecessor says: what
 * was split has parts.
 */
const leastConfidence = { successor: 0.2, predecessor: 0.4, part: 0.25 }

/** What has this share of its words from its predecessor may be a part of it. */
const leastShared = 0.3

/** From this probability of no counterpart on nothing is proposed. */
const mostNone = 0.7

/** From this probability of no counterpart on a reference that nothing is proposed for is deleted, or new. */
const leastNone = { deleted: 0.55, new: 0.5 }

/** So many references are named that may continue another. */
const namedCandidates = 3

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
  const ended = new Set<number>()
  const fresh = new Set<number>()
  const note = ({ confidence, sources, status, targets, to, type }: Relation, isForward: boolean) => {
    const [earlier, later] = isForward ? [sources, targets] : [targets, sources]
    if (to !== undefined && status === "accepted") {
      for (const uri of earlier) ended.add(placeBefore.get(uri) ?? -1)
      for (const uri of later) fresh.add(placeAfter.get(uri) ?? -1)
    }
    const isPart = type === (isForward ? "subset" : "superset") || earlier.length > 1
    for (const from of earlier.flatMap((uri) => placeBefore.get(uri) ?? [])) {
      for (const to of later.flatMap((uri) => placeAfter.get(uri) ?? [])) {
        if (type === "no-relationship" || (status === "rejected" && earlier.length + later.length === 2)) {
          if ((type === "no-relationship") === (status === "accepted")) rejected.add(`${from} ${to}`)
        } else if (status === "accepted") {
          pairs.push({ before: from, after: to, basis: "relation", confidence, similarity: 0, isPart })
        }
      }
    }
  }
  const status = ["accepted", "rejected"] as const
  const [from, to] = names
  yield* Stream.runForEach(relations.findAll({ from, to, status }), (one) => Effect.sync(() => note(one, true)))
  yield* Stream.runForEach(relations.findAll({ from: to, to: from, status }), (one) =>
    Effect.sync(() => note(one, false))
  )
  /** Nobody said that the two have nothing to do with each other, nor that either has no counterpart. */
  const isAllowed = (before: number, after: number) =>
    !rejected.has(`${before} ${after}`) && !ended.has(before) && !fresh.has(after)
  return { pairs, isAllowed }
})

/** Pairs of the UUIDs that one reference of each version has. */
const sameUuids = (before: Content, after: Content, isFree: (pair: Pick<Pair, "before" | "after">) => boolean) => {
  const places = ({ references }: Content) =>
    Map.groupBy(references.keys(), (i) => references[i] && Uuid.of(references[i]))
  const later = places(after)
  return [...places(before)].flatMap(([uuid, [earlier, ...others]]): ReadonlyArray<Pair> => {
    const [own, ...more] = later.get(uuid) ?? []
    if (uuid === undefined || earlier === undefined || own === undefined || others.length + more.length > 0) return []
    const pair = { before: earlier, after: own }
    return isFree(pair) ? [{ ...pair, basis: "uuid", confidence: 1, similarity: Infinity, isPart: false }] : []
  })
}

/** Pairs of equal texts: those with the same identifier first, then in their order. */
const equalTexts = (
  before: Content,
  after: Content,
  names: readonly [string, string],
  isAllowed: (i: number, place: number) => boolean
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
  const pairUp = (choose: (places: ReadonlyArray<number>, i: number) => number | undefined) => {
    for (const i of before.references.keys()) {
      if (found.has(i)) continue
      const places = (byText.get(key(before, i)) ?? []).filter((place) => !taken.has(place) && isAllowed(i, place))
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
  after: number,
  { candidate, confidence }: { readonly candidate: Candidates.Rated; readonly confidence: number }
): Pair => ({
  before,
  after,
  basis: "suggestion",
  confidence,
  similarity: candidate.similarity,
  isPart: false
})

/** A reference of the other version that may be the counterpart of one, by its place. */
export interface Possible {
  readonly place: number
  readonly confidence: number
}

interface Judged {
  readonly own: number
  readonly noCounterpart: number
  readonly ranked: ReadonlyArray<{ readonly candidate: Candidates.Rated; readonly confidence: number }>
}

/** The first proposal, where it is likely enough to say so. */
const likeliest = ({ noCounterpart, ranked: [first] }: Judged, least: number) =>
  first === undefined || noCounterpart >= mostNone || first.confidence < least ? undefined : first

/** What continues what. */
export interface Matched {
  readonly pairs: ReadonlyArray<Pair>
  /** Of references of the earlier version that nothing is known to continue and that may have been kept: what may be. */
  readonly unclearBefore: ReadonlyMap<number, ReadonlyArray<Possible>>
  /** Of references of the later version that are not known to continue anything and may not be new: what they may. */
  readonly unclearAfter: ReadonlyMap<number, ReadonlyArray<Possible>>
}

/**
 * Which references of the later version continue which of the earlier one. What a person decided counts first, then UUIDs, then equal
 * texts, then likeness as in suggest, asked from both sides: the likeliest successor of each of the earlier version, and
 * the likeliest predecessor of each of the later one, which finds what was split or merged.
 */
export const match = Effect.fn("CatalogMatch.match")(function* (
  before: Content,
  after: Content,
  options: {
    readonly names: readonly [string, string]
    readonly method: SuggestMethod
    readonly relations: RelationUse
  }
): Effect.fn.Return<Matched, DatabaseError | ValidationError, RelationRepository> {
  const { method, names, relations } = options
  const decided =
    relations === "ignore" ? { pairs: [], isAllowed: () => true } : yield* readDecisions(before, after, names)
  const similarity = yield* Similarity.make(before, after, weightsOf[method])
  const pairs: Array<Pair> = decided.pairs.map((pair) => ({
    ...pair,
    similarity: similarity.row(pair.before).total[pair.after] ?? 0
  }))
  const isDecided = { before: new Set(pairs.map((one) => one.before)), after: new Set(pairs.map((one) => one.after)) }
  pairs.push(
    ...sameUuids(before, after, (one) => !isDecided.before.has(one.before) && decided.isAllowed(one.before, one.after))
  )
  const known = {
    before: new Set(pairs.map((one) => one.before)),
    after: new Set(pairs.flatMap((one) => (one.basis === "uuid" ? one.after : [])))
  }
  pairs.push(
    ...equalTexts(
      before,
      after,
      names,
      (i, place) => !known.before.has(i) && !known.after.has(place) && decided.isAllowed(i, place)
    )
  )
  if (relations === "only") return { pairs, unclearBefore: new Map(), unclearAfter: new Map() }

  const { back, found } = yield* Candidates.findBoth(similarity, {
    from: before.references.length,
    to: after.references.length,
    limit: candidates
  })
  const fitted = calibration.methods[method]
  const likely = <C extends Candidates.Rated>(
    all: ReadonlyArray<Candidates.Found<C>>,
    isAllowed: (own: number, other: number) => boolean
  ) => {
    // Versions of one catalogue share their wording as those of the set do, however few the references are.
    const circumstances = circumstancesOf(
      fitted,
      sampleOf(all.length).flatMap((place) => all[place] ?? []),
      fitted.scale
    )
    return all.map((one) => {
      const { noCounterpart, ranked } = judge(fitted, one, circumstances)
      const allowed = ranked.filter(({ candidate }) => isAllowed(one.source, candidate.target))
      return { own: one.source, noCounterpart, ranked: allowed }
    })
  }
  const forward = likely(found, decided.isAllowed)
  const backward = likely(back, (i, other) => decided.isAllowed(other, i))

  const paired = new Set(pairs.map((one) => one.before))
  const taken = new Set(pairs.map((one) => one.after))
  const idsAfter = after.references.map(({ uri }) => localId(uri, names[1]))
  const added = new Set<string>()
  const add = (pair: Pair) => {
    const key = `${pair.before} ${pair.after}`
    if (!added.has(key)) pairs.push(pair)
    added.add(key)
  }
  for (const one of forward) {
    const { own, ranked } = one
    if (paired.has(own)) continue
    const id = localId(before.references[own]?.uri ?? "", names[0])
    const sameId = ranked.find(
      ({ candidate, confidence }) => idsAfter[candidate.target] === id && confidence >= sameIdConfidence
    )
    const best = sameId ?? likeliest(one, leastConfidence.successor)
    if (best === undefined) continue
    add(suggested(own, best.candidate.target, best))
  }
  const shared = yield* Containment.make(before.texts, after.texts)
  for (const one of backward) {
    const best = likeliest(one, leastConfidence.part)
    if (best === undefined || taken.has(one.own) || isDecided.before.has(best.candidate.target)) continue
    const isLikely = best.confidence >= leastConfidence.predecessor
    if (!isLikely && shared(best.candidate.target, one.own) < leastShared) continue
    add(suggested(best.candidate.target, one.own, best))
  }

  const unclear = (all: ReadonlyArray<Judged>, reached: ReadonlySet<number>, none: number) =>
    new Map(
      all.flatMap(({ noCounterpart, own, ranked }) =>
        reached.has(own) || noCounterpart >= none || ranked.length === 0
          ? []
          : [
              [
                own,
                ranked
                  .slice(0, namedCandidates)
                  .map(({ candidate, confidence }): Possible => ({ place: candidate.target, confidence }))
              ] as const
            ]
      )
    )
  return {
    pairs,
    unclearBefore: unclear(forward, new Set(pairs.map((one) => one.before)), leastNone.deleted),
    unclearAfter: unclear(backward, new Set(pairs.map((one) => one.after)), leastNone.new)
  }
})
