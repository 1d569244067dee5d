import { Schema } from "effect"
import type { CliError, HelpDoc } from "effect/cli"
import type { CrosswalkError } from "../domain/CrosswalkError.ts"
import { nearest } from "../domain/Nearest.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { hintOf } from "./Hint.ts"
import type { OutputClosed } from "./Output.ts"

/** The exit codes of `crosswalk`. */
export const ExitCode = {
  ok: 0,
  /** Something failed; stderr says what. */
  failure: 1,
  /** The command line, or a value on it, is wrong. */
  usage: 2,
  /** The reference, source file or database is not there. */
  notFound: 3,
  /** The embedding model is missing, damaged or unknown. */
  model: 4,
  /** Some of it was done, some failed; both are told. */
  partly: 5
} as const

/** A command ends with an exit code of its own, after it gave its answer. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", {
  code: Schema.Int,
  message: Schema.String
}) {}

/** There is no database file where one is to be read. */
export const noDatabase = (path: string) =>
  new NotFoundError({ uri: path, entity: "database", remedy: { action: "import" } })

/** How a command fails. */
export type CommandError = CrosswalkError | Ended | OutputClosed

/** The exit code that says what kind of failure it was. */
export const codeOf = (error: CommandError): number => {
  switch (error._tag) {
    case "ValidationError":
      return ExitCode.usage
    case "NotFoundError":
      return ExitCode.notFound
    case "ModelLoadError":
      return ExitCode.model
    case "ImportError":
      return error.reason === "missing" ? ExitCode.notFound : ExitCode.failure
    case "ConflictError":
    case "DatabaseError":
    case "EmbeddingError":
    case "ModelMismatchError":
    case "OutputClosed":
      return ExitCode.failure
    case "Ended":
      return error.code
  }
}

/** What stderr says about a failure. */
export interface Report {
  readonly code: number
  readonly type: string
  /** Why, where the error has a code for it. */
  readonly reason?: string
  readonly message: string
  /** What to do next, where that is not in the message. */
  readonly hint?: string
}

/** A failure in words, with what can be done about it. */
export const reportOf = (error: CommandError): Report => {
  const code = codeOf(error)
  const { _tag: type, message } = error
  if (type === "OutputClosed") return { code, type, message }
  if (type === "Ended") return { code, type: code === ExitCode.partly ? "PartlyFailed" : "Failed", message }
  const hint = error.remedy === undefined ? undefined : hintOf(error.remedy)
  return { code, type, reason: error.reason, message, ...(hint === undefined ? {} : { hint }) }
}

/** What is wrong with a command line, in one sentence for each problem. */
export const usageProblems = (
  errors: ReadonlyArray<CliError.NonShowHelpErrors>,
  help: HelpDoc.HelpDoc
): ReadonlyArray<string> => {
  const flags = [...help.flags, ...(help.inheritedFlags ?? []), ...(help.globalFlags ?? [])].map(({ name }) => name)
  const commands = (help.subcommands ?? []).flatMap((group) => group.commands.map(({ name }) => name))
  const unknown = errors.filter((error) => error._tag === "UnknownSubcommand")
  return (unknown.length > 0 ? unknown : errors).map((error) => {
    switch (error._tag) {
      case "UnknownSubcommand": {
        const [meant] = error.suggestions
        return (
          `There is no command ${JSON.stringify(error.subcommand)}. ` +
          (meant === undefined ? `There are ${commands.join(", ")}.` : `Did you mean ${meant}?`)
        )
      }
      case "UnrecognizedOption": {
        // The suggestions of the error leave out the flags that all commands share.
        const meant = nearest(error.option.replace(/^-+/u, ""), flags)
        return `There is no flag ${error.option}.` + (meant === undefined ? "" : ` Did you mean --${meant}?`)
      }
      default:
        return error.message.replace(/\s+/gu, " ").trim()
    }
  })
}
