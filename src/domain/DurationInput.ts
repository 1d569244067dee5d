import { Duration, Option, Schema } from "effect"

/** A duration as effect takes it: milliseconds, a text such as `5 seconds`, or a `Duration`. */
export const DurationInput = Schema.declare(
  (value): value is Duration.Input => Option.isSome(Duration.fromInput(value as Duration.Input)),
  { expected: "a duration such as 5 seconds" }
)
