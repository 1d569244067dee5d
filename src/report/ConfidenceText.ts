import { confidenceKind } from "../domain/Proposal.ts"
import type { Relation } from "../domain/Relation.ts"

type Said = Pick<Relation, "confidence" | "provenance" | "status">

/**
 * The number of a relation with two digits. Nothing that was only proposed is certain, nor impossible, however it is
 * rounded; a person may have said 1.
 */
export const confidenceNumber = ({ confidence, status }: Pick<Relation, "confidence" | "status">): string =>
  (status === "suggested" ? Math.min(0.99, Math.max(0.01, confidence)) : confidence).toFixed(2)

/** The number with what it is: an order, where it is that of a suggestion which no decisions calibrated. */
export const confidenceText = (relation: Said): string =>
  `${confidenceKind(relation) === "order" ? "order" : "confidence"} ${confidenceNumber(relation)}`
