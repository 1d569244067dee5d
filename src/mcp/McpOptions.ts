import { Context, Schema } from "effect"

/** What a server of tools is, and what it may say. */
export const McpOptions = Schema.Struct({
  /** What the server calls itself. Default: `crosswalk`. */
  name: Schema.optional(Schema.NonEmptyString),
  /** Its version. Default: `1`. */
  version: Schema.optional(Schema.NonEmptyString),
  /** How long an answer may be, in tokens of a language model, counted rather too high. Default: 9,000. */
  maxTokens: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1000, maximum: 1_000_000 }))),
  /** Over HTTP: how many sessions the holder of a token has; one more ends the one that was idle longest. Default: 256. */
  maxSessions: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
  /** Over HTTP: how long a session lives that is not used, in milliseconds. Default: 3,600,000. */
  sessionIdle: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 })))
})
export type McpOptions = typeof McpOptions.Type

/** How long an answer may be, and who reads it. */
export interface Surroundings {
  /** In tokens, counted rather too high. */
  readonly maxTokens: number
  /** Whether the caller is on another machine, or may be: then it names no file, and no error names one. */
  readonly isRemote: boolean
}

/** Where the tools are used. Default: 9,000 tokens, by a caller of this machine. */
export const CurrentSurroundings = Context.Reference<Surroundings>("crosswalk/mcp/CurrentSurroundings", {
  defaultValue: () => ({ maxTokens: 9000, isRemote: false })
})
