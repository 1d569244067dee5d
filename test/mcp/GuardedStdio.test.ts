import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Sink, Stdio, Stream } from "effect"
import * as GuardedStdio from "../../src/mcp/GuardedStdio.ts"

type Message = Readonly<Record<string, unknown>>

const line = (message: unknown) => `${JSON.stringify(message)}\n`
const call = (id: unknown, method = "tools/call") => ({ jsonrpc: "2.0", id, method, params: {} })
const cancel = (requestId: unknown) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } })
const answerTo = (id: unknown) => ({ jsonrpc: "2.0", id, result: {} })

/** A host and a server with the guard between them: what each says, and what reached the other. */
const guarded = Effect.gen(function* () {
  const input = yield* Queue.unbounded<Uint8Array>()
  const answers: Array<Message> = []
  const take = (piece: string | Uint8Array) =>
    Effect.sync(() => {
      const text = typeof piece === "string" ? piece : new TextDecoder().decode(piece)
      answers.push(
        ...text
          .trim()
          .split("\n")
          .flatMap((json) => JSON.parse(json))
      )
    })
  const { stdio } = yield* Effect.provideService(
    GuardedStdio.make,
    Stdio.Stdio,
    Stdio.make({
      args: Effect.succeed([]),
      stdin: Stream.fromQueue(input),
      stdout: () => Sink.forEach(take),
      stderr: () => Sink.drain
    })
  )
  const passed = yield* Queue.unbounded<ReadonlyArray<unknown>>()
  yield* Effect.forkScoped(
    Stream.runForEach(stdio.stdin, (bytes) => Queue.offer(passed, [JSON.parse(new TextDecoder().decode(bytes))].flat()))
  )
  const encode = (messages: ReadonlyArray<unknown>) => new TextEncoder().encode(messages.map(line).join(""))
  return {
    answers,
    asks: (...messages: ReadonlyArray<unknown>) => Queue.offer(input, encode(messages)),
    reached: (count: number) =>
      Effect.map(
        Effect.forEach(Array.from({ length: count }), () => Queue.take(passed)),
        (all) => all.flat()
      ),
    serverSays: (...messages: ReadonlyArray<unknown>) => Stream.run(Stream.make(encode(messages)), stdio.stdout())
  }
})

describe("requests on standard input", () => {
  it.effect(
    "have an id each: the second of one that is not answered yet is refused, never left without an answer",
    () =>
      Effect.gen(function* () {
        const { answers, asks, reached, serverSays } = yield* guarded
        for (const id of [5, "5", 0, -1, 1.5, "", Number.MAX_SAFE_INTEGER]) {
          yield* asks(call(id), call(id, "tools/list"), call("next"))
          assert.deepStrictEqual(yield* reached(2), [call(id), call("next")])
          assert.deepNestedInclude(answers.pop(), { id, "error.code": -32600 })
          yield* serverSays(answerTo("next"), answerTo(id))
          // Once it is answered a host may use it again, though it should not.
          yield* asks(call(id))
          assert.deepStrictEqual(yield* reached(1), [call(id)])
          answers.length = 0
        }
      }).pipe(Effect.scoped)
  )

  it.effect("are told apart inside a batch too", () =>
    Effect.gen(function* () {
      const { answers, asks, reached } = yield* guarded
      yield* asks([call(1), call(1), call(2)], [call(2)], call(3))
      assert.deepStrictEqual(yield* reached(2), [call(1), call(2), call(3)])
      assert.deepStrictEqual(
        answers.map(({ id }) => id),
        [1, 2]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("may have the id of one that was cancelled; a request of the server answers none", () =>
    Effect.gen(function* () {
      const { answers, asks, reached, serverSays } = yield* guarded
      yield* asks(call(7), cancel(7), call(7), cancel(undefined), cancel({}), cancel(70), call(70))
      assert.deepStrictEqual(yield* reached(7).pipe(Effect.map((all) => all.at(-1))), call(70))
      assert.deepStrictEqual(answers, [])
      yield* serverSays(call(70, "ping"))
      yield* asks(call(70), call("last"))
      assert.deepStrictEqual(yield* reached(1), [call("last")])
      assert.deepNestedInclude(answers.at(-1), { id: 70, "error.code": -32600 })
    }).pipe(Effect.scoped)
  )

  it.effect("are refused where their id is none, or a number that is another when it is read", () =>
    Effect.gen(function* () {
      const { answers, asks, reached } = yield* guarded
      for (const id of [null, true, {}, [1], 2 ** 53, 1e300, -(2 ** 60)]) yield* asks(call(id))
      yield* asks(call("last"))
      assert.deepStrictEqual(yield* reached(1), [call("last")])
      assert.strictEqual(answers.length, 7)
      for (const answer of answers) assert.deepNestedInclude(answer, { id: null, "error.code": -32600 })
    }).pipe(Effect.scoped)
  )
})
