import { Result, Schema } from "effect"

/** Deeper values than any message has would overflow the stack of who reads them. */
const deepest = 200

const quote = '"'.charCodeAt(0)
const backslash = "\\".charCodeAt(0)
const opening = new Set(["[", "{"].map((bracket) => bracket.charCodeAt(0)))
const closing = new Set(["]", "}"].map((bracket) => bracket.charCodeAt(0)))

/** Whether brackets stand in each other deeper than any message needs; those in texts, however long, do not count. */
export const isTooDeep = (json: string): boolean => {
  let depth = 0
  let isText = false
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === quote) isText = !isText
    else if (isText) {
      if (code === backslash) i += 1
    } else if (opening.has(code)) {
      depth += 1
      if (depth > deepest) return true
    } else if (closing.has(code)) depth -= 1
  }
  return false
}

// A larger number is another one when it is read, and an answer would name a request that nobody made.
const Id = Schema.Union([
  Schema.String,
  Schema.Finite.check(Schema.isBetween({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }))
])

const Request = Schema.Struct({
  jsonrpc: Schema.Literal("2.0"),
  id: Schema.optionalKey(Id),
  method: Schema.String,
  params: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
export type Request = typeof Request.Type

/** A client's answer to a request; this server makes none. */
const Response = Schema.Struct({
  jsonrpc: Schema.Literal("2.0"),
  id: Schema.NullOr(Id),
  method: Schema.optionalKey(Schema.Never)
})

const decode = Schema.decodeUnknownResult(Request)
const isRequest = Schema.is(Request)
const isResponse = Schema.is(Response)
const idOf = Schema.decodeUnknownResult(Schema.Struct({ id: Id }))

/** What is said of a line that is no message. */
export interface Refusal {
  readonly jsonrpc: "2.0"
  readonly id: string | number | null
  readonly error: { readonly code: number; readonly message: string }
}

export const refusal = (code: number, message: string, id: string | number | null = null): Refusal => ({
  jsonrpc: "2.0",
  id,
  error: { code, message }
})

const notJson = -32700
const notRequest = -32600

/** What is said of a message that is nested too deep. */
export const tooDeep = refusal(notJson, `The message is nested deeper than ${deepest} levels`)

/** What is said of a batch where there is none: but in sessions of 2025-03-26, and of what stands alone, such as initialize. */
export const noBatch = refusal(notRequest, "There are no batches here: send each message by itself")

/** What is said of a request whose id another has that is not answered yet. */
export const taken = (id: string | number) =>
  refusal(
    notRequest,
    `The id ${JSON.stringify(id)} is that of a request that is not answered yet: each has its own`,
    id
  )

/** Which request a message cancels; undefined where it cancels none. */
export const cancels = ({ method, params }: Request): unknown =>
  method === "notifications/cancelled" ? params?.["requestId"] : undefined

/** The ids of the answers in a line of the output. */
export const answeredIn = (line: string): ReadonlyArray<unknown> => {
  const value: unknown = JSON.parse(line)
  return (Array.isArray(value) ? value : [value]).filter((one) => !isRequest(one)).map(({ id }) => id)
}

/** A line as messages: requests and notifications with nothing but their members; several, where it is a batch. */
export const read = (line: string): Result.Result<ReadonlyArray<Request>, Refusal> => {
  if (isTooDeep(line)) return Result.fail(tooDeep)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return Result.fail(refusal(notJson, "Parse error: each line is to be one JSON-RPC message"))
  }
  return Array.isArray(value)
    ? value.length === 0
      ? Result.fail(refusal(notRequest, "The batch is empty"))
      : Result.map(Result.all(value.map(one)), (messages) => messages.flat())
    : one(value)
}

const one = (value: unknown): Result.Result<ReadonlyArray<Request>, Refusal> => {
  if (isResponse(value)) return Result.succeed([])
  return decode(value).pipe(
    Result.map((request) => [request]),
    Result.mapError(() => {
      const id = idOf(value)
      return refusal(
        notRequest,
        "Invalid request: a message has jsonrpc 2.0, a method, params that are an object, and an id that is a text or a " +
          "number up to 2^53 - 1, which only a notification lacks",
        Result.isSuccess(id) ? id.success.id : null
      )
    })
  )
}
