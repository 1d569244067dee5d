import { Schema } from "effect"

/** Nothing is stored under this URI. */
export class NotFoundError extends Schema.TaggedError<NotFoundError>()(
  "NotFoundError",
  {
    uri: Schema.String,
    /** What was looked for: `reference`, `relation`, `catalog`. */
    entity: Schema.String
  },
  { httpApiStatus: 404 }
) {
  override get message() {
    return `There is no ${this.entity} ${this.uri}`
  }
}
