import { Schema } from "effect"
import { Scores } from "./Measures.ts"

/** The answer to a query of a collection. */
export const Ranking = Schema.Struct({
  /** The query's identifier. */
  query: Schema.String,
  /** The documents that were found, best first. */
  documents: Schema.Array(Schema.Struct({ id: Schema.String, score: Schema.Finite })),
  /** How good the answer is. */
  scores: Scores
})
export type Ranking = typeof Ranking.Type
