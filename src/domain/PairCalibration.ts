import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"

/**
 * What the confidences of suggestions from one catalog to another rest on: the decisions on first proposals that were
 * sampled. Until there are enough, a confidence is an order and no probability.
 */
export class PairCalibration extends Schema.Class<PairCalibration>("crosswalk/PairCalibration")({
  from: CatalogId,
  to: CatalogId,
  /** How the suggestions were made: `hybrid`, `semantic` or `keyword`. */
  method: Schema.String,
  /** The fingerprint of the model; absent where none took part. */
  model: Schema.optionalKey(Schema.String),
  /** The known answers that the probabilities were calibrated on before any decision. */
  set: Schema.String,
  /** How many sampled decisions on first proposals there are, and how many said yes. */
  decisions: Schema.Natural,
  right: Schema.Natural,
  /** From so many decisions on confidences are corrected, and are probabilities. */
  needed: Schema.Natural,
  /** Whether there are as many. */
  isCalibrated: Schema.Boolean,
  /** The correction: a probability p before is 1 / (1 + exp(−(intercept + slope · logit p))) after; 0 and 1 change nothing. */
  intercept: Schema.Finite,
  slope: Schema.Finite,
  /** Sampled references of which it is known whether they have a counterpart. */
  none: Schema.Struct({
    /** How many there are. */
    references: Schema.Natural,
    /** How many have none: every suggestion was rejected, and nothing accepted instead. */
    without: Schema.Natural,
    /** For how many the hint "no counterpart" was given. */
    hinted: Schema.Natural,
    /** How many of these have none. */
    right: Schema.Natural
  })
}) {}
