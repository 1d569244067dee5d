import type { CarryReason } from "../domain/Carry.ts"
import type { Possibility } from "../domain/Change.ts"
import type { Relation, RelationStep, RelationType } from "../domain/Relation.ts"
import { keyText, type RelationKey } from "../domain/RelationKey.ts"
import { canonical, type RelationEnds } from "../domain/RelationEnds.ts"
import * as Composition from "./Composition.ts"
import type { Editions, Fate, Step } from "./Editions.ts"

/** A relation that follows from an accepted one. */
export interface Proposal {
  readonly ends: RelationEnds
  readonly type: RelationType
  readonly confidence: number
  readonly path: ReadonlyArray<RelationStep>
  readonly reasons: ReadonlyArray<CarryReason>
}

/** What becomes of one accepted relation. */
export interface Plan {
  readonly relation: RelationKey & { readonly confidence: number }
  readonly proposals: ReadonlyArray<Proposal>
  readonly missing: ReadonlyArray<string>
  readonly unclear: ReadonlyArray<{ readonly uri: string; readonly possible: ReadonlyArray<Possibility> }>
  readonly reused: ReadonlyArray<string>
}

/** A whole side of a relation in the later edition, and how the earlier side may stand to it. */
interface Side {
  readonly uris: ReadonlyArray<string>
  readonly possible: ReadonlyArray<Composition.Standing>
  readonly steps: ReadonlyArray<Step>
  readonly reasons: ReadonlyArray<CarryReason>
}

/** What follows where nothing does may hold or not. */
const nothingKnown = 0.5

const distinct = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(all)]

const sideOf = (step: Step): Side => ({
  uris: step.after,
  possible: step.possible,
  steps: [step],
  reasons: step.reasons
})

/** A set in the later edition: all that continues its members. Of what has no successor it is not whole. */
const unionOf = (
  uris: ReadonlyArray<string>,
  fates: ReadonlyMap<string, Fate>,
  isOld: (uri: string) => boolean
): ReadonlyArray<Side> => {
  // Of several members one step is one.
  const steps = [
    ...new Map(uris.flatMap((uri) => fates.get(uri)?.steps ?? []).map((step) => [step.said, step])).values()
  ]
  const isKept = uris.filter((uri) => !isOld(uri))
  const isWhole = uris.every((uri) => !isOld(uri) || (fates.get(uri)?.steps.length ?? 0) > 0)
  if (steps.length === 0) return []
  const whole = Composition.union([...steps.map(({ possible }) => possible), ...isKept.map(() => ["="] as const)])
  return [
    {
      uris: distinct([...isKept, ...steps.flatMap(({ after }) => after)]),
      possible: isWhole ? whole : Composition.compose(["=", ">"], whole),
      steps,
      reasons: [...(isWhole ? [] : (["incomplete"] as const)), ...steps.flatMap(({ reasons }) => reasons)]
    }
  ]
}

/** What follows from an accepted relation when one of its sides, or the catalog it points to, has another edition. */
export const of = (
  relation: Relation,
  editions: Editions,
  side: "sources" | "targets",
  names: { readonly from: string; readonly to: string }
): Plan => {
  const { confidence, sources, targets, to, type } = relation
  const own = side === "sources" ? sources : targets
  const old = own.filter(editions.isOld)
  const fates = new Map(old.map((uri) => [uri, editions.fateOf(uri)] as const))
  const stepsOf = (uri: string) => fates.get(uri)?.steps ?? []
  const together = old.length > 1 ? editions.together(own) : undefined
  const reused = together === undefined ? old.filter((uri) => editions.isReused(uri, stepsOf(uri))) : []
  const lost = together === undefined ? old.filter((uri) => stepsOf(uri).length === 0) : []
  const possibleOf = (uri: string) => fates.get(uri)?.possible ?? []
  const given: RelationStep = {
    sources,
    targets,
    ...(to !== undefined && { to }),
    type,
    confidence,
    basis: "relation"
  }
  const always: ReadonlyArray<CarryReason> = [
    ...(relation.needsReview ? (["needs-review"] as const) : []),
    ...(type === "no-relationship" ? (["negative"] as const) : []),
    ...(reused.length > 0 ? (["reused"] as const) : [])
  ]
  const stands = Composition.standingsOf[type]

  const proposalOf = ({ possible, reasons, steps, uris }: Side): ReadonlyArray<Proposal> => {
    const [first, ...others] = uris
    if (first === undefined) return []
    const ends =
      side === "sources"
        ? canonical({ sources: [first, ...others], targets, to })
        : canonical({ sources, targets: uris, to })
    if (ends.targets.some((uri) => ends.sources.includes(uri))) return []
    const result =
      side === "sources"
        ? Composition.compose(Composition.converse(possible), stands)
        : Composition.compose(stands, possible)
    const follows = Composition.typeAfter(type, result)
    // That two had nothing in common says nothing of what they may have in common now.
    if (follows === undefined && type === "no-relationship" && to === undefined) return []
    const found = follows ?? (type === "no-relationship" ? type : "intersects")
    const product = steps.reduce((all, { said }) => all * said.confidence, confidence)
    const path = steps.map(({ said }) => said)
    return [
      {
        ends,
        type: found,
        confidence: follows === undefined ? product * nothingKnown : product,
        path: side === "sources" ? [...path, given] : [given, ...path],
        reasons: distinct([...always, ...reasons, ...(follows === undefined ? (["nothing-follows"] as const) : [])])
      }
    ]
  }

  if (to === names.from) {
    const proposal: Proposal = {
      ends: canonical({ sources, targets, to: names.to }),
      type,
      confidence: confidence * nothingKnown,
      path: [given],
      reasons: [...always, "nothing-follows"]
    }
    return { relation, proposals: [proposal], missing: [], unclear: [], reused: [] }
  }
  const sides: ReadonlyArray<Side> =
    together !== undefined
      ? [sideOf(together)]
      : own.length === 1
        ? own.flatMap(stepsOf).map(sideOf)
        : unionOf(own, fates, editions.isOld)
  const proposals = new Map<string, Proposal>()
  for (const proposal of sides.flatMap(proposalOf)) {
    const key = keyText({ ...proposal.ends, type: proposal.type })
    const known = proposals.get(key)
    if (known === undefined || known.confidence < proposal.confidence) proposals.set(key, proposal)
  }
  return {
    relation,
    proposals: [...proposals.values()],
    missing: lost.filter((uri) => possibleOf(uri).length === 0),
    unclear: lost.flatMap((uri) => {
      const possible = possibleOf(uri)
      return possible.length === 0 ? [] : [{ uri, possible }]
    }),
    reused
  }
}

/** What does not speak against a text that is unchanged: it was found by its words, whatever became of its identifier. */
const harmless: ReadonlySet<CarryReason> = new Set(["unchanged", "moved", "reused"])

/** Whether a proposal says the same of the same texts, so that it can be accepted without looking at it again. */
export const isUnchanged = ({ reasons }: Proposal): boolean =>
  reasons.includes("unchanged") && reasons.every((reason) => harmless.has(reason))
