import { type Basis, basisKey, proposalOf, type Proposal } from "../domain/Proposal.ts"
import type { Decision } from "../domain/Decision.ts"
import { keyOf } from "../domain/RelationEnds.ts"

/** A first proposal that was drawn at random and decided on. */
export interface Sampled {
  /** The URI of the reference. */
  readonly source: string
  readonly proposal: Proposal
  readonly isRight: boolean
}

/** What suggestions that were ever sampled were made by, whatever became of the decisions. */
export const basesOf = (entries: ReadonlyArray<Decision>): ReadonlyArray<Basis> => {
  const bases = new Map<string, Basis>()
  for (const { before, chosen } of entries) {
    const proposal = chosen !== "sample" || before === undefined ? undefined : proposalOf(before.provenance)
    if (proposal !== undefined) bases.set(basisKey(proposal), proposal)
  }
  return [...bases.values()]
}

/**
 * What the log says of first proposals that were sampled, given every entry on them, the oldest first. What was taken back
 * does not count; where a person thought again, the last word does.
 */
export const sampledOf = (entries: ReadonlyArray<Decision>): ReadonlyArray<Sampled> => {
  const takenBack = new Set(entries.flatMap((one) => (one.undoes === undefined ? [] : `${one.undoes} ${keyOf(one)}`)))
  const proposals = new Map<string, Proposal>()
  const last = new Map<string, Decision>()
  for (const entry of entries) {
    const key = keyOf(entry)
    if (entry.undoes !== undefined || takenBack.has(`${entry.step} ${key}`)) continue
    const proposal = entry.before === undefined ? undefined : proposalOf(entry.before.provenance)
    if (entry.chosen === "sample" && proposal?.rank === 1) proposals.set(key, proposal)
    last.set(key, entry)
  }
  return [...proposals].flatMap(([key, proposal]) => {
    const { after, sources: [source] = [] } = last.get(key) ?? {}
    if (source === undefined || after === undefined || after.status === "suggested") return []
    return [{ source, proposal, isRight: after.status === "accepted" && after.type !== "no-relationship" }]
  })
}
