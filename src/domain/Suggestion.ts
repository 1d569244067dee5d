import { Schema } from "effect"
import { Reference } from "./Reference.ts"
import { Confidence } from "./Relation.ts"
import { SuggestMethod } from "./SuggestOptions.ts"

/** What a suggestion was made from. */
export const SuggestionScores = Schema.Struct({
  /** The weighted sum of `meaning`, `words` and `trigrams` by which candidates are chosen; about 0 to 1. */
  similarity: Schema.Finite,
  /** The cosine of the two embeddings; 0 for the method `keyword`. */
  meaning: Schema.Finite,
  /** How much of their words the two texts share: BM25 both ways, relative to a text against itself. */
  words: Schema.Finite,
  /** The same for runs of three characters. */
  trigrams: Schema.Finite,
  /** How far the similarity is above that of the reference's next target; below 0 where another is nearer. */
  margin: Schema.Finite,
  /** How far the similarity is above that of the target's next reference; below 0 where another is nearer. */
  competition: Schema.Finite
})
export type SuggestionScores = typeof SuggestionScores.Type

/** A reference that may answer another. */
export class Suggestion extends Schema.Class<Suggestion>("crosswalk/Suggestion")({
  target: Reference,
  /** The probability that it is right, calibrated: of all suggestions at .8, about 80 % are. */
  confidence: Confidence,
  scores: SuggestionScores
}) {}

/** What is suggested for one reference. */
export class ReferenceSuggestions extends Schema.Class<ReferenceSuggestions>("crosswalk/ReferenceSuggestions")({
  source: Reference,
  /** By confidence, the highest first. */
  suggestions: Schema.Array(Suggestion),
  /** The probability that the other catalog has nothing that answers it, calibrated. */
  noCounterpart: Confidence,
  /** Whether a counterpart is more likely than none. */
  hasCounterpart: Schema.Boolean
}) {}

/** What confidences were calibrated on. */
export class CalibrationSet extends Schema.Class<CalibrationSet>("crosswalk/CalibrationSet")({
  /** The catalogs and the known answers, such as `OWASP ASVS 4.0.3 → 5.0.0 (278 references, OWASP's mapping)`. */
  name: Schema.String,
  /** The fingerprint of the model; absent for the method `keyword`. */
  model: Schema.optionalKey(Schema.String),
  /** Whether that is the model in use. With another one take the confidences as an order, not as probabilities. */
  matches: Schema.Boolean
}) {}

/** All suggestions from a catalog, or a reference, to a catalog. */
export class Suggestions extends Schema.Class<Suggestions>("crosswalk/Suggestions")({
  /** The catalog that was asked for; absent where it was one reference. */
  from: Schema.optionalKey(Schema.String),
  /** The URI of the reference that was asked for; absent where it was a catalog. */
  source: Schema.optionalKey(Schema.String),
  to: Schema.String,
  method: SuggestMethod,
  calibration: CalibrationSet,
  /** In the order of their URIs. */
  references: Schema.Array(ReferenceSuggestions),
  /** How many relations were written; absent where they were not to be stored. */
  stored: Schema.optionalKey(
    Schema.Struct({
      saved: Schema.Natural,
      /** Earlier suggestions that made room. */
      removed: Schema.Natural,
      /** Left out, because a person decided on the pair already. */
      kept: Schema.Natural
    })
  )
}) {}
