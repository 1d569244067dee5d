import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"

export const ImportReason = Schema.Literals([
  /** There is no such file or address. */
  "missing",
  /** It is there, but cannot be read or written. */
  "unreadable",
  /** The server or the network to it failed. */
  "network",
  /** It is of a kind, version or size that cannot be imported. */
  "unsupported",
  /** An option does not fit it: it has no such sheet, path or column. */
  "option",
  /** What it says is not what its format asks for. */
  "malformed",
  /** A row names columns, among those that have values. */
  "header"
])
export type ImportReason = typeof ImportReason.Type

const fields = {
  ...errorFields(ImportReason),
  /** The file, URL or `-`. */
  source: Schema.String,
  /** The line and column or the path inside, such as `line 12` or `$.requirements[3].req_id`; absent for the whole. */
  at: Schema.optional(Schema.String)
}

/** A source, or a part of it, cannot be read. */
export class ImportError extends Schema.TaggedError<ImportError>()("ImportError", fields, { httpApiStatus: 422 }) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor({ cause, ...given }: Given<typeof fields, "reason" | "isRetryable">, options?: Schema.MakeOptions) {
    super({ reason: "malformed", isRetryable: given.reason === "network", ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `${this.source}${this.at === undefined ? "" : `, ${this.at}`}: ${this.problem}`
  }
}
