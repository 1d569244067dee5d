import { Schema } from "effect"
import { McpSchema } from "effect/ai"
import type { CrosswalkError } from "../domain/CrosswalkError.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { problemOf } from "../http/Problem.ts"

/** Why a tool did not do what it was called for. */
export const Failure = Schema.Struct({
  /** The class of the error, such as `NotFoundError`. */
  type: Schema.String,
  /** Why, as a code of a closed set that belongs to the type. */
  reason: Schema.String,
  /** What happened, where, as a sentence. */
  message: Schema.String,
  /** What to do next, as a sentence; absent where the message says it. */
  hint: Schema.optionalKey(Schema.String),
  /** The argument that is wrong. */
  field: Schema.optionalKey(Schema.String),
  /** The same call may succeed later. */
  isRetryable: Schema.Boolean
})
export type Failure = typeof Failure.Type

/** So many values are named in a sentence. */
const named = 10

/** What a caller can do about an error with the tools there are; what only a person can do, it is to tell. */
const hintOf = (remedy: Remedy): string | undefined => {
  switch (remedy.action) {
    case "retry":
      return "Call it again in a few seconds."
    case "chooseOne":
      return `Use one of: ${remedy.values.slice(0, named).join(", ")}.`
    case "setOption":
      return `Call it again with ${remedy.option}${remedy.example === undefined ? "" : `, such as ${remedy.example}`}, or let the user do it on the command line.`
    case "force":
      return "Call it again with force only after the user has agreed to lose it."
    case "import":
      return "list_catalogs says which catalogs are stored; others must be imported first."
    case "importRelations":
      return "Let the user import it as a mapping, on the command line."
    case "updateEmbeddings":
      return "Some texts have no embedding yet: ask by keyword, or let the user embed them on the command line."
    case "reviewSample":
      return `The confidences are not calibrated yet: let the user review a sample of ${remedy.size} suggestions first.`
    case "checkRelations":
      return "The tool lint says which relations, and what became of their ends."
    case "buildIndex":
    case "checkDatabase":
    case "repairDatabase":
    case "migrateDatabase":
    case "createTables":
    case "chooseDatabase":
    case "chooseModel":
    case "download":
    case "update":
    case "reinstall":
      return "Tell the user: it is to be solved where this server is set up."
  }
}

/**
 * A failure of the library for who called a tool. A remote caller is not told what of the tables and the model belongs in the
 * log: paths, statements, names of servers.
 */
export const failureOf = (error: CrosswalkError, isRemote: boolean): Failure => {
  const { _tag: type, isRetryable, reason, remedy } = error
  // What only reads writes nothing but embeddings that are missing.
  const lacks = type === "DatabaseError" && reason === "readonly" ? ({ action: "updateEmbeddings" } as const) : remedy
  const hint = lacks === undefined ? (isRetryable ? hintOf({ action: "retry" }) : undefined) : hintOf(lacks)
  return {
    type,
    reason,
    message: isRemote ? shown(error) : error.message,
    ...(hint !== undefined && { hint }),
    ...(type === "ValidationError" && { field: error.field }),
    isRetryable
  }
}

/** The sentence of an error, or of the problem that a client over HTTP is told in its place. */
const shown = (error: CrosswalkError): string => {
  const { detail, status } = problemOf(error)
  return status < 500 ? error.message : detail
}

/** The same as an error of the protocol, where there is no answer that it could stand in: a resource, a prompt. */
export const requestErrorOf = (error: CrosswalkError, isRemote: boolean) => {
  const { hint, message, type } = failureOf(error, isRemote)
  const text = hint === undefined ? message : `${message} ${hint}`
  return type === "NotFoundError" || type === "ValidationError" || type === "ConflictError"
    ? new McpSchema.InvalidParams({ message: text })
    : new McpSchema.InternalError({ message: text })
}

/** What is said of a defect, whose own words belong in the log. */
export const bug: Failure = {
  type: "Bug",
  reason: "unknown",
  message: "This should not happen. The log of the server says more.",
  isRetryable: false
}
