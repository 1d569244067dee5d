import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import * as WorkerClient from "../../src/worker/WorkerClient.ts"

const fixture = (name: string) => new URL(`./fixtures/${name}.ts`, import.meta.url)

const make = WorkerClient.make<string, string>(fixture("echo"), "echo")

describe("WorkerClient", () => {
  it.live("gives each question its own answer, in their order", () =>
    Effect.gen(function* () {
      const { ask } = yield* make
      const order: Array<string> = []
      const answers = yield* Effect.forEach(
        ["sleep 30", "a", "b"],
        (question) => Effect.tap(ask(question), () => Effect.sync(() => order.push(question))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers, ["echo: sleep 30", "echo: a", "echo: b"])
      assert.deepStrictEqual(order, ["sleep 30", "a", "b"])
    })
  )

  for (const [question, problem] of [
    ["exit 3", "its thread ended with code 3"],
    ["throw", "thrown by the worker"]
  ] as const) {
    it.live(`fails all that wait, and all that come later, when the thread ends at "${question}"`, () =>
      Effect.gen(function* () {
        const { ask, tell } = yield* make
        tell(question)
        const errors = yield* Effect.forEach(["a", "b"], (next) => Effect.flip(ask(next)), { concurrency: 2 })
        for (const error of [...errors, yield* Effect.flip(ask("c"))]) assert.strictEqual(error.problem, problem)
      })
    )
  }

  it.live("fails a question that cannot be sent, and answers the next", () =>
    Effect.gen(function* () {
      const { ask } = yield* WorkerClient.make<unknown, string>(fixture("echo"), "echo")
      assert.include((yield* Effect.flip(ask(() => {}))).problem, "could not be cloned")
      assert.strictEqual(yield* ask("a"), "echo: a")
    })
  )

  it.live("fails where the file of the thread is not there", () =>
    Effect.gen(function* () {
      const { ask } = yield* WorkerClient.make<string, string>(fixture("absent"), undefined)
      assert.include((yield* Effect.flip(ask("a"))).problem, "absent")
    })
  )

  it.live("answers what was asked before it is closed, and fails what comes later", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { ask } = yield* Scope.provide(make, scope)
      const asked = yield* Effect.forkChild(ask("sleep 50"), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Fiber.join(asked), "echo: sleep 50")
      assert.strictEqual((yield* Effect.flip(ask("a"))).problem, "it was closed")
    })
  )

  it.live("closes without a question", () => Effect.scoped(Effect.asVoid(make)))

  it.live("keeps the process until the answer has come, and no longer", () =>
    Effect.gen(function* () {
      const child = join(import.meta.dirname, "fixtures/ask.ts")
      const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, [child]))
      assert.strictEqual(stdout, "child: sleep 50\n")
    })
  )
})
