import { Schema } from "effect"
import { Explanation } from "./Explanation.ts"
import { Reference } from "./Reference.ts"

/** A reference found by `Search`, and why. */
export class Hit extends Schema.Class<Hit>("crosswalk/Hit")({
  reference: Reference,
  /**
   * What the hits are ordered by, larger is better. Hybrid: 0–1, relative to the other hits of this query. By meaning:
   * the cosine, cut at 0. By keyword: −BM25, unbounded. Scores of different queries or modes cannot be compared.
   */
  score: Schema.Finite,
  /** How likely it answers the query at all, 0–1, on one scale for all queries. */
  relevance: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  explanation: Explanation
}) {}
