import { Schema } from "effect"
import { Filter } from "../domain/Filter.ts"
import { Limit } from "../domain/Limit.ts"
import { NonBlankText } from "../domain/Text.ts"

/** What to look for, and among what. */
export const NearestOptions = Schema.Struct({
  /** The fingerprint of the model that made the vector; only vectors of this model are compared. */
  fingerprint: NonBlankText,
  /** At most this many; a whole number from 0 up. */
  limit: Limit,
  filter: Schema.optional(Filter)
})
export type NearestOptions = typeof NearestOptions.Type

/** What a vector is compared with. */
export const CosinesOptions = Schema.Struct({
  /** The fingerprint of the model that made the vector; only vectors of this model are compared. */
  fingerprint: NonBlankText,
  /** The references, each once. */
  uris: Schema.Array(NonBlankText)
})
export type CosinesOptions = typeof CosinesOptions.Type

/** A vector to compare with: normalised, in single precision. */
export const UnitVector = Schema.instanceOf(Float32Array<ArrayBufferLike>).check(
  Schema.makeFilter((vector) => {
    let sum = 0
    for (const value of vector) sum += value ** 2
    return Math.abs(sum - 1) < 1e-3 ? undefined : "a vector of length 1"
  })
)
