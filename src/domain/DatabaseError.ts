import { Schema } from "effect"

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
  "unknown"
])
export type DatabaseReason = typeof DatabaseReason.Type

/** The database could not do what was asked. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()(
  "DatabaseError",
  {
    /** What was being done, such as `ReferenceRepository.save`. */
    operation: Schema.String,
    reason: DatabaseReason,
    /** The same call may succeed later. */
    isRetryable: Schema.Boolean,
    /** What happened and what to do. */
    problem: Schema.String,
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 503 }
) {
  override get message() {
    return `${this.operation}: ${this.problem}`
  }
}
