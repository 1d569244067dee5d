import { Schema } from "effect"

const units = ["millis", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days"] as const

/** How long something may take: a number of milliseconds, a text such as `30 seconds`, or a `Duration`. */
export const DurationInput = Schema.Union([
  Schema.Duration,
  Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  Schema.TemplateLiteral([Schema.Natural, " ", Schema.Literals(units)])
])
