import type { CarryReason } from "../domain/Carry.ts"
import type { Moved, MovedRelation, Went } from "../domain/Moved.ts"
import type { RelationStep } from "../domain/Relation.ts"
import { canonical, urisOf } from "../domain/RelationEnds.ts"
import { type RelationKey, keyText } from "../domain/RelationKey.ts"
import type { Plan, Proposal } from "./CarryPlan.ts"

/** Whether what was read at an end is not there any more under its identifier. */
const isLost = ({ kind }: Moved) => kind === "gone" || kind === "other"

/**
 * What follows from accepted relations that lost an end of the catalog `from`, by what they are pinned to: where what was read
 * went in the catalog `to`. The identifier of such an end is never followed.
 */
export const make = (
  moved: ReadonlyArray<Moved>,
  {
    catalog,
    from,
    isOf,
    to
  }: {
    readonly catalog: string
    readonly from: string
    readonly to: string
    /** Whether a reference that is stored is of a catalog. */
    readonly isOf: (uri: string, catalog: string) => boolean
  }
) => {
  const found = new Map<string, { readonly relation: MovedRelation; readonly ends: Map<string, Moved> }>()
  for (const one of moved) {
    if (one.kind === "metadata") continue
    for (const relation of one.relations) {
      const known = found.get(keyText(relation)) ?? { relation, ends: new Map<string, Moved>() }
      known.ends.set(one.uri, one)
      found.set(keyText(relation), known)
    }
  }
  const isFrom = (uri: string, name: string, ends: ReadonlyMap<string, Moved>) =>
    (ends.get(uri)?.catalog ?? (isOf(uri, name) ? name : undefined)) === name

  const planOf = (relation: MovedRelation, ends: ReadonlyMap<string, Moved>): ReadonlyArray<Plan> => {
    const { confidence, sources, targets, to: none, type } = relation
    const lost = urisOf(relation).flatMap((uri) => {
      const one = ends.get(uri)
      return one !== undefined && isLost(one) ? [one] : []
    })
    const own = lost.filter(({ catalog }) => catalog === from)
    const others = none === undefined ? urisOf(relation).filter((uri) => !isFrom(uri, from, ends)) : []
    if (own.length === 0 || !others.every((uri) => isFrom(uri, catalog, ends))) return []
    if (none !== undefined && none !== catalog) return []
    const wentOf = ({ went }: Moved) => went.filter((one) => one.catalog === to)
    const reused = lost.flatMap(({ kind, uri }) => (kind === "other" ? [uri] : []))
    const missing = lost.flatMap((one) => (one.catalog === from && wentOf(one).length > 0 ? [] : [one.uri]))
    const given: RelationStep = {
      ...canonical(relation),
      type,
      confidence,
      basis: "relation"
    }
    const always: ReadonlyArray<CarryReason> = [
      ...([...ends.values()].every(isLost) ? [] : (["needs-review"] as const)),
      ...(type === "no-relationship" ? (["negative"] as const) : []),
      ...(reused.length > 0 ? (["reused"] as const) : [])
    ]

    /** One that stands at the places of what was lost. */
    const proposalOf = (places: ReadonlyMap<string, Went>): ReadonlyArray<Proposal> => {
      const all = [...places.values()]
      const now = (uri: string) => places.get(uri)?.uri ?? uri
      const [first, ...rest] = sources
      const after = canonical({ sources: [now(first), ...rest.map(now)], targets: targets.map(now), to: none })
      if (after.targets.some((uri) => after.sources.includes(uri))) return []
      const said = (isSource: boolean) =>
        [...places].flatMap(([uri, went]): ReadonlyArray<RelationStep> => {
          if (sources.includes(uri) !== isSource) return []
          const pair = isSource ? { sources: [went.uri], targets: [uri] } : { sources: [uri], targets: [went.uri] }
          return [{ ...pair, sources: [pair.sources[0] ?? uri], type: "equal", confidence: 1, basis: went.basis }]
        })
      const isSplit = own.some((one) => wentOf(one).length > 1)
      return [
        {
          ends: after,
          type,
          confidence,
          path: [...said(true), given, ...said(false)],
          reasons: [
            ...always,
            ...(isSplit ? (["split"] as const) : []),
            ...(all.some(({ uri }, i) => all.findIndex((other) => other.uri === uri) !== i)
              ? (["merged"] as const)
              : []),
            "moved",
            all.every(({ isUnchanged }) => isUnchanged) ? "unchanged" : "reworded"
          ]
        }
      ]
    }

    /** The first ways to choose where what was lost went: all of them grow with every end that went to several places. */
    const choices = own.reduce<ReadonlyArray<ReadonlyMap<string, Went>>>(
      (all, one) =>
        all.flatMap((places) => wentOf(one).map((went) => new Map([...places, [one.uri, went]]))).slice(0, mostChoices),
      [new Map()]
    )
    const proposals = missing.length > 0 ? [] : choices.flatMap(proposalOf)
    return [{ relation, proposals, missing, unclear: [], reused }]
  }

  const plans = [...found.values()].flatMap(({ ends, relation }) => planOf(relation, ends))
  const lost = new Set(plans.map(({ relation }) => keyText(relation)))
  return { plans, isLost: (relation: RelationKey) => lost.has(keyText(relation)) }
}

/** So many proposals are made of one relation. */
const mostChoices = 20
