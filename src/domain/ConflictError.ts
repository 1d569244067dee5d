import { Schema } from "effect"

/** A change would lose what a person decided. */
export class ConflictError extends Schema.TaggedError<ConflictError>()(
  "ConflictError",
  {
    uri: Schema.String,
    /** What stands in the way, and how to go on. */
    problem: Schema.String
  },
  { httpApiStatus: 409 }
) {
  override get message() {
    return `${this.uri}: ${this.problem}`
  }
}
