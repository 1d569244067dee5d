import { Schema } from "effect"
import type { CliError, HelpDoc } from "effect/cli"
import { PlatformError } from "effect/PlatformError"
import { NotFoundError } from "../domain/NotFoundError.ts"

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
export const noDatabase = (path: string) => new NotFoundError({ uri: path, entity: "database" })

const isMissingFile = (error: object): boolean => {
  const cause: unknown = Reflect.get(error, "cause")
  return cause instanceof PlatformError && cause.reason._tag === "NotFound"
}

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null ? String(Reflect.get(error, "_tag") ?? "Error") : "Error"

/** The exit code that says what kind of failure it was. */
export const codeOf = (error: unknown): number => {
  if (error instanceof Ended) return error.code
  switch (tagOf(error)) {
    case "ValidationError":
      return ExitCode.usage
    case "NotFoundError":
      return ExitCode.notFound
    case "ModelLoadError":
      return ExitCode.model
    case "ImportError":
      return typeof error === "object" && error !== null && isMissingFile(error) ? ExitCode.notFound : ExitCode.failure
    default:
      return ExitCode.failure
  }
}

/** What stderr says about a failure. */
export interface Report {
  readonly code: number
  readonly type: string
  readonly message: string
  /** What to do next, where that is not in the message. */
  readonly hint?: string
}

/** A failure in words, with what can be done about it. */
export const reportOf = (error: unknown): Report => {
  const code = codeOf(error)
  const type = error instanceof Ended ? (code === ExitCode.partly ? "PartlyFailed" : "Failed") : tagOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const isNoDatabase = error instanceof NotFoundError && error.entity === "database"
  return isNoDatabase
    ? { code, type, message, hint: "Make one with 'crosswalk import FILE', or name another with --db." }
    : { code, type, message }
}

/** How many letters must change to make one word of another. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const kept = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The word most like the one that was typed, where any is near enough to be meant. */
export const nearest = (typed: string, words: ReadonlyArray<string>): string | undefined => {
  const allowed = Math.max(2, Math.floor(typed.length / 2))
  return words
    .map((word) => ({ word, cost: word.startsWith(typed) && typed.length > 1 ? 0.5 : distance(typed, word) }))
    .filter(({ cost }) => cost <= allowed)
    .sort((a, b) => a.cost - b.cost)[0]?.word
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
        const meant = nearest(error.subcommand, commands)
        return (
          `There is no command ${JSON.stringify(error.subcommand)}. ` +
          (meant === undefined ? `There are ${commands.join(", ")}.` : `Did you mean ${meant}?`)
        )
      }
      case "UnrecognizedOption": {
        const meant = nearest(error.option.replace(/^-+/u, ""), flags)
        return `There is no flag ${error.option}.` + (meant === undefined ? "" : ` Did you mean --${meant}?`)
      }
      default:
        return error.message.replace(/\s+/gu, " ").trim()
    }
  })
}
