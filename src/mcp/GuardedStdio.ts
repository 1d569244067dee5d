import { Deferred, Effect, Layer, Result, Sink, Stdio, Stream } from "effect"
import * as Lines from "./Lines.ts"
import * as Message from "./Message.ts"

/** A message is not longer, in bytes. */
const longest = 16 * 1024 * 1024

const encoder = new TextEncoder()

/** What open subscriptions are told when the input has ended: nobody listens any more. */
const cancelled = (requestId: string | number) => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId, reason: "the input has ended" }
})

/**
 * Standard input and output as a server of lines can trust them: it sees messages only, and what is none is answered here; a
 * line has a limit; and what still listens when the input ends is ended. `gone` is done where nobody reads the output.
 */
export const make = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const gone = yield* Deferred.make<void>()
  const write = (piece: string | Uint8Array) =>
    Stream.run(Stream.make(piece), stdio.stdout()).pipe(
      Effect.catch(() => Effect.asVoid(Deferred.succeed(gone, undefined)))
    )
  const lines = Lines.make(longest)
  const subscriptions = new Set<string | number>()
  /** Requests that are not answered yet: of two with one id the server would answer one. */
  const open = new Set<unknown>()
  const answers = Lines.make(Number.POSITIVE_INFINITY)
  const isOwn = (message: Message.Request): boolean => {
    open.delete(Message.cancels(message))
    if (message.id === undefined) return true
    if (open.has(message.id)) return false
    open.add(message.id)
    return true
  }

  /** The messages of a line as the server reads them; what is none is answered. */
  const passed = Effect.fnUntraced(function* (line: Lines.Line) {
    const read =
      typeof line === "string"
        ? Message.read(line)
        : Result.fail(Message.refusal(-32600, `A message has at most ${longest} bytes; this one has ${line.tooLong}`))
    if (Result.isFailure(read)) {
      yield* write(`${JSON.stringify(read.failure)}\n`)
      return ""
    }
    const messages: Array<Message.Request> = []
    for (const message of read.success) {
      if (isOwn(message)) messages.push(message)
      else if (message.id !== undefined) yield* write(`${JSON.stringify(Message.taken(message.id))}\n`)
    }
    for (const { id, method } of messages) {
      if (method === "subscriptions/listen" && id !== undefined) subscriptions.add(id)
    }
    if (messages.length === 0) return ""
    // What came as a batch stays one.
    const isBatch = typeof line === "string" && line.startsWith("[")
    return `${JSON.stringify(isBatch ? messages : messages[0])}\n`
  })

  const answer = (piece: string | Uint8Array) => {
    for (const line of answers.feed(typeof piece === "string" ? encoder.encode(piece) : piece)) {
      if (typeof line === "string") for (const id of Message.answeredIn(line)) open.delete(id)
    }
    return write(piece)
  }

  const stdin = stdio.stdin.pipe(
    Stream.map((bytes) => lines.feed(bytes)),
    Stream.concat(Stream.suspend(() => Stream.make(lines.end()))),
    Stream.flattenIterable,
    Stream.mapEffect(passed),
    Stream.filter((text) => text !== ""),
    Stream.concat(
      Stream.suspend(() => Stream.fromIterable([...subscriptions].map((id) => `${JSON.stringify(cancelled(id))}\n`)))
    ),
    Stream.map((text) => encoder.encode(text))
  )
  return { gone, stdio: Stdio.make({ ...stdio, stdin, stdout: () => Sink.forEach(answer) }) }
})

/**
 * Serves until the input has ended and all is answered, or until nobody reads the output.
 */
export const serve = <E, R>(server: Layer.Layer<never, E, R | Stdio.Stdio>) =>
  Effect.gen(function* () {
    const { gone, stdio } = yield* make
    const ended = yield* Deferred.make<void>()
    const stdin = Stream.ensuring(stdio.stdin, Deferred.succeed(ended, undefined))
    // The server interrupts itself where its input has ended.
    const served = Layer.launch(server).pipe(Effect.provideService(Stdio.Stdio, Stdio.make({ ...stdio, stdin })))
    yield* Effect.raceFirst(served, Deferred.await(gone)).pipe(
      Effect.catchCause((cause) =>
        Effect.flatMap(Deferred.isDone(ended), (isDone) => (isDone ? Effect.void : Effect.failCause(cause)))
      )
    )
  })
