import { Schema } from "effect"
import type { Provenance, RelationStatus } from "./Relation.ts"

/** What the method of every suggestion begins with. */
export const suggestMethod = "suggest:"

/** A suggestion as its provenance keeps it. */
export interface Proposal {
  /** `hybrid`, `semantic` or `keyword`. */
  readonly method: string
  /** The fingerprint of the model; absent where none took part. */
  readonly model?: string | undefined
  /** The known answers that the probability was calibrated on. */
  readonly set: string
  /** The probability before any decision corrected it. */
  readonly probability: number
  /** 1 for the first proposal of its source. */
  readonly rank: number
  /** The probability that the source has no counterpart, as it was said then. */
  readonly noCounterpart: number
  /** How many sampled decisions corrected the probability to the confidence; absent where there are too few. */
  readonly decisions?: number | undefined
}

/** The provenance of a suggestion, with what else its scores are. */
export const provenanceOf = (
  { decisions, method, model, noCounterpart, probability, rank, set }: Proposal,
  scores: Readonly<Record<string, number>>
): Provenance => ({
  method: `${suggestMethod}${method}`,
  ...(model !== undefined && { model }),
  scores: {
    ...scores,
    noCounterpart,
    uncalibrated: probability,
    rank,
    ...(decisions !== undefined && { decisions })
  },
  calibration: set
})

/** The suggestion that a relation was, whatever was decided on it; nothing of one that was made otherwise. */
export const proposalOf = ({ calibration, method, model, scores }: Provenance): Proposal | undefined => {
  const { decisions, noCounterpart = 0, rank, uncalibrated } = scores ?? {}
  if (!method.startsWith(suggestMethod) || rank === undefined || uncalibrated === undefined) return undefined
  if (uncalibrated < 0 || uncalibrated > 1) return undefined
  return {
    method: method.slice(suggestMethod.length),
    model,
    set: calibration ?? "",
    probability: uncalibrated,
    rank,
    noCounterpart,
    decisions
  }
}

/**
 * The provenance of a relation that is read from a file. A suggestion there whose confidence is neither what it was made
 * with nor what decisions made of it was given by somebody: it is no proposal any more that decisions could correct.
 */
export const provenanceOfRead = ({
  confidence,
  provenance,
  status
}: {
  readonly confidence: number
  readonly provenance: Provenance
  readonly status: RelationStatus
}): Provenance => {
  const proposal = status === "suggested" ? proposalOf(provenance) : undefined
  if (proposal === undefined || proposal.decisions !== undefined || proposal.probability === confidence) {
    return provenance
  }
  const { rank: _rank, uncalibrated: _uncalibrated, ...scores } = provenance.scores ?? {}
  return { ...provenance, scores }
}

/** The same provenance where a confidence rests on so many decisions, or on too few. */
export const withDecisions = (provenance: Provenance, count: number | undefined): Provenance => {
  const { decisions: _before, ...scores } = provenance.scores ?? {}
  return { ...provenance, scores: { ...scores, ...(count !== undefined && { decisions: count }) } }
}

/** What made a probability. Only those that were made alike are compared, and corrected together. */
export type Basis = Pick<Proposal, "method" | "model" | "set">

/**
 * What the confidence of a relation is: `given` by a person or a source, or of a suggestion a `probability` where decisions
 * between its catalogs calibrated it, else an `order`.
 */
export const ConfidenceKind = Schema.Literals(["given", "probability", "order"])
export type ConfidenceKind = typeof ConfidenceKind.Type

/** What the confidence of a relation is. */
export const confidenceKind = ({
  provenance,
  status
}: {
  readonly provenance: Provenance
  readonly status: RelationStatus
}): ConfidenceKind => {
  const proposal = status === "suggested" ? proposalOf(provenance) : undefined
  return proposal === undefined ? "given" : proposal.decisions === undefined ? "order" : "probability"
}

export const basisKey = ({ method, model, set }: Basis): string => JSON.stringify([method, model, set])
