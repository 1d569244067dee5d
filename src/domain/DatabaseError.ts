import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"

/** Why the database refused, in one word that a program can act on. */
export const DatabaseReason = Schema.Literals([
  /** Another process or connection holds the lock. */
  "busy",
  /** The file or server cannot be opened or reached. */
  "connection",
  /** The server did not take the token, or the token may not do this. */
  "authorization",
  /** A rule of the database was broken. */
  "constraint",
  /** The file is not a database, or is damaged. */
  "corrupt",
  /** The disk is full. */
  "full",
  /** The file or the server cannot be written. */
  "readonly",
  /** The answer or the wait was larger than a limit. */
  "limit",
  /** The database was made by a newer version, or its migration failed. */
  "migration",
  /** The database is of a kind that lacks what is needed. */
  "unsupported",
  "unknown"
])
export type DatabaseReason = typeof DatabaseReason.Type

const fields = {
  ...errorFields(DatabaseReason),
  /** What was being done, such as `ReferenceRepository.save`. */
  operation: Schema.String
}

/** The database could not do what was asked. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", fields, {
  httpApiStatus: 503
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor({ cause, ...given }: Given<typeof fields, "isRetryable">, options?: Schema.MakeOptions) {
    super({ isRetryable: given.reason === "busy", ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `${this.operation}: ${this.problem}`
  }
}
