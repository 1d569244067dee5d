import { Effect, Schema } from "effect"
import { McpSchema, McpServer } from "effect/ai"
import { EmbedsMissing } from "../crosswalk/EmbedsMissing.ts"
import type { CrosswalkError } from "../domain/CrosswalkError.ts"
import { decodeInput, type InputSchema } from "../domain/Input.ts"
import { CurrentActor } from "./Actor.ts"
import { bug, Failure, failureOf } from "./Failure.ts"
import { CurrentSurroundings } from "./McpOptions.ts"
import { jsonSchemaOf } from "./JsonSchemaOf.ts"
import * as Progress from "./Progress.ts"

type OutputSchema = Schema.Constraint & { readonly EncodingServices: never }

/** What a tool does to what is stored. */
export type Effects = "reads" | "changes"

/** A tool: what a language model is told of it, and what it does. */
export interface Tool<I extends InputSchema, O extends OutputSchema> {
  readonly name: string
  /** For people. */
  readonly title: string
  /** For language models: what it gives, when to use it, and what to call next. */
  readonly description: string
  readonly effects: Effects
  /** A struct; a key that it does not have is refused. */
  readonly input: I
  /** A struct. */
  readonly output: O
  readonly run: (input: I["Type"], tell: Progress.Tell) => Effect.Effect<O["Type"], CrosswalkError>
}

/** A tool with its schemas, from which its types are told. */
export const make = <I extends InputSchema, O extends OutputSchema>(tool: Tool<I, O>): Tool<I, O> => tool

const decodeInputJson = Schema.decodeUnknownEffect(McpSchema.ToolJson)

/** The answer as data, and the same as text for hosts that read only that. */
const result = (content: unknown, isError: boolean) =>
  new McpSchema.CallToolResult({
    isError,
    structuredContent: content,
    content: [McpSchema.TextContent.make({ text: JSON.stringify(content) })]
  })

/** What a tool says that failed. */
const failed = (error: Failure) => result({ error }, true)

/** Adds a tool to the server. */
export const register = Effect.fnUntraced(function* <I extends InputSchema, O extends OutputSchema>(tool: Tool<I, O>) {
  const server = yield* McpServer.McpServer
  const services = yield* Effect.context<never>()
  const surroundings = yield* CurrentSurroundings
  const decode = decodeInput(tool.input, "arguments")
  const encode = Schema.encodeUnknownEffect(Schema.toCodecJson(tool.output))
  const reads = tool.effects === "reads"
  yield* server.addTool({
    tool: new McpSchema.Tool({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: yield* Effect.orDie(decodeInputJson(jsonSchemaOf(tool.input))),
      outputSchema: {
        type: "object",
        anyOf: [jsonSchemaOf(tool.output), jsonSchemaOf(Schema.Struct({ error: Failure }))]
      },
      annotations: {
        title: tool.title,
        readOnlyHint: reads,
        destructiveHint: tool.effects === "changes",
        idempotentHint: true,
        openWorldHint: false
      }
    }),
    annotations: services,
    services,
    handle: (payload: unknown) =>
      Effect.gen(function* () {
        const tell = yield* Progress.make(server)
        const input = yield* decode(payload)
        const { mayWrite } = yield* CurrentActor
        const found = yield* Effect.provideService(tool.run(input, tell), EmbedsMissing, mayWrite)
        return result(yield* Effect.orDie(encode(found)), false)
      }).pipe(
        Effect.catch((error) =>
          Effect.as(Effect.logDebug(error.message, error), failed(failureOf(error, surroundings.isRemote)))
        ),
        Effect.catchDefect((defect) => Effect.as(Effect.logError("a tool ended in a defect", defect), failed(bug))),
        Effect.withSpan(`mcp.${tool.name}`)
      )
  })
})

/** What only those may use who may write; others do not see it. */
export const forWriters = McpServer.visibility(() => Effect.map(CurrentActor, ({ mayWrite }) => mayWrite))
