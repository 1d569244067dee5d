import { Effect } from "effect"
import { McpProtocol, McpSchema } from "effect/ai"

/** A resource as a list has it. */
export interface Listed {
  readonly uri: string
  readonly name: string
  readonly description: string
  readonly mimeType: string
}

/** A part of the list of resources, from a cursor on; fails where that is none. */
export type ListPage = (
  cursor: string | undefined
) => Effect.Effect<
  { readonly resources: ReadonlyArray<Listed>; readonly nextCursor?: string },
  { readonly message: string }
>

/** The newest first, and all that Effect has. */
const all = [
  McpProtocol.v2026_07_28,
  McpProtocol.v2025_11_25,
  McpProtocol.v2025_06_18,
  McpProtocol.v2025_03_26,
  McpProtocol.v2024_11_05
] as const

type Handler = (request: unknown, options: unknown) => Effect.Effect<object, unknown>

/** What Effect's adapters give their handlers to. */
interface Target {
  readonly install: (
    protocol: unknown,
    rpcs: unknown,
    handlers: Readonly<Record<string, Handler>>
  ) => Effect.Effect<void>
}

const method = "resources/list"

const cursorOf = (request: unknown): string | undefined => {
  const cursor: unknown = typeof request === "object" && request !== null ? Reflect.get(request, "cursor") : undefined
  return typeof cursor === "string" ? cursor : undefined
}

/** The resources that Effect's handler lists, with a page of those that are not registered one by one. */
const paged =
  (list: Handler, page: ListPage): Handler =>
  (request, options) =>
    Effect.gen(function* () {
      const { nextCursor, resources } = yield* Effect.mapError(
        page(cursorOf(request)),
        ({ message }) => new McpSchema.InvalidParams({ message })
      )
      return { ...(yield* list(request, options)), resources, ...(nextCursor !== undefined && { nextCursor }) }
    })

/**
 * Every protocol with its list of resources in pages: Effect's adapters list all that is registered, whatever the cursor.
 */
export const make = (page: ListPage): typeof all => {
  const withPages = <P extends McpProtocol.AnyProtocolAdapter>(protocol: P): P => ({
    ...protocol,
    installHandlers: (core: unknown, lifecycle: unknown, target: Target) =>
      protocol.installHandlers(core, lifecycle, {
        ...target,
        install: (of: unknown, rpcs: unknown, handlers: Readonly<Record<string, Handler>>) => {
          const list = handlers[method]
          return target.install(of, rpcs, list === undefined ? handlers : { ...handlers, [method]: paged(list, page) })
        }
      })
  })
  const [newest, a, b, c, oldest] = all
  return [withPages(newest), withPages(a), withPages(b), withPages(c), withPages(oldest)]
}
