import { Schema } from "effect"

/** A source, or a part of it, cannot be read. */
export class ImportError extends Schema.TaggedError<ImportError>()(
  "ImportError",
  {
    /** The file, URL or `-`. */
    source: Schema.String,
    /** The line and column or the path inside, such as `line 12` or `$.requirements[3].req_id`; absent for the whole. */
    at: Schema.optional(Schema.String),
    problem: Schema.String,
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 422 }
) {
  override get message() {
    return `${this.source}${this.at === undefined ? "" : `, ${this.at}`}: ${this.problem}`
  }
}
