import { Schema } from "effect"
import { Expectation } from "./Expectation.ts"

/** Under which condition a reference is put. */
export const PutOptions = Schema.Struct({
  /** What must be stored under its URI; else nothing is written. Default: whatever it is. */
  expect: Schema.optional(Expectation)
})
export type PutOptions = typeof PutOptions.Type
