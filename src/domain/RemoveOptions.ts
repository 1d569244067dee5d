import { Schema } from "effect"
import { Expectation } from "./Expectation.ts"

/** How references are removed. */
export const RemoveManyOptions = Schema.Struct({
  /** Remove it also where a relation that a person decided on goes with it. Default: false. */
  force: Schema.optional(Schema.Boolean)
})
export type RemoveManyOptions = typeof RemoveManyOptions.Type

/** How a reference is removed. */
export const RemoveOptions = Schema.Struct({
  ...RemoveManyOptions.fields,
  /** What must be stored under its URI; else nothing is removed. Default: whatever it is. */
  expect: Schema.optional(Expectation)
})
export type RemoveOptions = typeof RemoveOptions.Type
