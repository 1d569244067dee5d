import { Schema } from "effect"

/**
 * What a change expects to be stored, so that it does not undo what somebody else did meanwhile: nothing (`absent`),
 * something (`present`), or one of these versions. A version is what `versionOf` says of a reference that was read.
 */
export const Expectation = Schema.Union([Schema.Literals(["absent", "present"]), Schema.Array(Schema.String)])
export type Expectation = typeof Expectation.Type
