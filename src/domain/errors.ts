import { Schema, SchemaIssue } from "effect"
import { Reference } from "./Reference.ts"

const quote = (value: unknown): string => {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object"
  const text = typeof value === "string" ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** An input that breaks a rule; nothing was written. */
export class ValidationError extends Schema.TaggedError<ValidationError>()(
  "ValidationError",
  {
    /** The field, with dots where it is inside another, such as `metadata.level`. */
    field: Schema.String,
    /** What was given. */
    value: Schema.Unknown,
    /** The rule in words. */
    constraint: Schema.String,
    /** What would be right, with an example where that helps. */
    expected: Schema.String
  },
  { httpApiStatus: 400 }
) {
  override get message() {
    return `${this.field}: ${this.constraint}; got ${quote(this.value)}. Expected ${this.expected}.`
  }

  /** The first problem that a Schema found, as a ValidationError. `input` is the value that was decoded. */
  static fromIssue(issue: SchemaIssue.Issue, input: unknown, root = "input"): ValidationError {
    const first = SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues[0]
    const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    let value: unknown = input
    for (const key of path) {
      value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
    }
    const expected = first?.message.replace(/^Expected /u, "").replace(/, got .*$/su, "") ?? "a valid value"
    return new ValidationError({
      field: path.length === 0 ? root : path.map(String).join("."),
      value,
      constraint: value === undefined ? "is missing" : "is not valid",
      expected: expected === "Missing key" ? "a value" : expected
    })
  }
}

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

/** A model is unknown, missing, damaged or of another kind than it should be. */
export class ModelLoadError extends Schema.TaggedError<ModelLoadError>()(
  "ModelLoadError",
  {
    /** The model that was asked for. */
    model: Schema.String,
    /** What is wrong, and where it was looked for. */
    reason: Schema.String,
    /** What to do about it. */
    remedy: Schema.String,
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 503 }
) {
  override get message() {
    return `Model ${this.model} cannot be used: ${this.reason}. ${this.remedy}`
  }
}

/** A text could not be embedded. */
export class EmbeddingError extends Schema.TaggedError<EmbeddingError>()(
  "EmbeddingError",
  {
    /** The text, or its beginning where it is long. */
    text: Schema.String,
    /** Why. */
    reason: Schema.String,
    /** The reference that was saved without a vector, where one was. */
    reference: Schema.optional(Reference),
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 500 }
) {
  override get message() {
    const subject =
      this.reference === undefined
        ? `The text ${quote(this.text)} could not be embedded`
        : `${this.reference.uri} was saved without an embedding`
    return `${subject}: ${this.reason}`
  }
}

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

/** The stored vectors were made with another model, so they cannot be compared. */
export class ModelMismatchError extends Schema.TaggedError<ModelMismatchError>()(
  "ModelMismatchError",
  {
    /** The fingerprint of the stored vectors. */
    stored: Schema.String,
    /** The fingerprint of the model in use. */
    active: Schema.String,
    /** The names of the two models. */
    storedModel: Schema.String,
    activeModel: Schema.String
  },
  { httpApiStatus: 409 }
) {
  override get message() {
    return (
      `The stored vectors are of ${this.storedModel} (${this.stored}), the model in use is ${this.activeModel} ` +
      `(${this.active}). Re-embed with EmbeddingRepository.updateAllEmbeddings or 'crosswalk embed', ` +
      `or use the first model.`
    )
  }
}

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
