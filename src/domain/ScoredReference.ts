import { Schema } from "effect"
import { Reference } from "./Reference.ts"

/** A reference found by a search. */
export class ScoredReference extends Schema.Class<ScoredReference>("crosswalk/ScoredReference")({
  reference: Reference,
  /**
   * How well it answers, larger is better. By meaning: the cosine, cut at 0, so 0–1. By keyword: −BM25, 0 or more and
   * unbounded. Scores of different modes cannot be compared.
   */
  score: Schema.Finite
}) {}
