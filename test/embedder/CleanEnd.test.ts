import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("./fixtures/bulk.ts", import.meta.url))

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program, does something to it when its first line is there, and waits for its end. */
const run = (how: string, act: (child: ReturnType<typeof spawn>) => void = () => {}) =>
  Effect.callback<Ended>((resume) => {
    const child = spawn(process.execPath, [program, how], { stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => {
      if (stdout === "") act(child)
      stdout += String(chunk)
    })
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk)
    })
    child.on("close", (code, signal) => resume(Effect.succeed({ code, signal, stdout, stderr })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Ending a thread during an inference aborts the process: signal 6, or code 134, and words on stderr. */
const assertNotAborted = ({ signal, stderr }: Ended) => {
  assert.isNull(signal)
  assert.notInclude(stderr, "terminate called")
  assert.notInclude(stderr, "Napi")
}

describe("the end of a process that embeds", () => {
  it.live("Ctrl-C ends it with 130", () =>
    Effect.gen(function* () {
      const ended = yield* run("signal", (child) => child.kill("SIGINT"))
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 130)
      assert.strictEqual(ended.stderr, "")
    })
  )

  it.live("Ctrl-C twice ends it", () =>
    Effect.gen(function* () {
      const ended = yield* run("signal", (child) => {
        child.kill("SIGINT")
        child.kill("SIGINT")
      })
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 130)
    })
  )

  it.live("a reader that goes away ends it", () =>
    Effect.gen(function* () {
      const ended = yield* run("head", (child) => child.stdout?.destroy())
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 0)
    })
  )

  it.live("process.exit ends it with its code", () =>
    Effect.gen(function* () {
      const ended = yield* run("exit")
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 7)
    })
  )

  it.live("an uncaught exception ends it with 1", () =>
    Effect.gen(function* () {
      const ended = yield* run("uncaught")
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 1)
    })
  )

  it.live("the close of the scope in the middle of the work ends it with 0", () =>
    Effect.gen(function* () {
      const ended = yield* run("close")
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 0)
      assert.strictEqual(ended.stderr, "")
    })
  )

  it.live("idle workers do not keep it alive, even if nobody closes them", () =>
    Effect.gen(function* () {
      const ended = yield* run("forgotten")
      assertNotAborted(ended)
      assert.strictEqual(ended.code, 0)
      assert.strictEqual(ended.stdout, "2 vectors\n")
    })
  )
})
