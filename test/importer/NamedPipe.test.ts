import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as NamedPipe from "../../src/importer/source/NamedPipe.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const made = Effect.map(temporaryFolder, (folder) => {
  const path = join(folder, "pipe")
  spawnSync("mkfifo", [path])
  return { folder, path }
})

const text = "é".repeat(200_000)
const bytes = Stream.fromIterable([new TextEncoder().encode(text), new TextEncoder().encode("!")])

describe.skipIf(process.platform === "win32")("a named pipe", () => {
  it.live("is read as the file that its writer writes", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* made
      yield* Effect.promise(() => writeFile(join(folder, "text"), text))
      assert.strictEqual(yield* NamedPipe.readText(join(folder, "text")), text)
      const writer = spawn("sh", ["-c", 'cat "$0" > "$1"', join(folder, "text"), path], { stdio: "ignore" })
      const ended = once(writer, "close")
      assert.strictEqual(yield* NamedPipe.readText(path), text)
      yield* Effect.promise(() => ended)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("gets all that is written, and an end of its reader is told", () =>
    Effect.gen(function* () {
      const { path } = yield* made
      const reading = yield* Effect.forkChild(NamedPipe.readText(path))
      yield* NamedPipe.write(path, bytes, String)
      assert.strictEqual(yield* Fiber.join(reading), `${text}!`)
      spawn("head", ["-c", "1", path], { stdio: "ignore" })
      const why = yield* Effect.flip(NamedPipe.write(path, bytes, ({ reason }) => reason.message))
      assert.include(why, "the other end of the pipe is gone")
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
