import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { constants, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const program = fileURLToPath(new URL("./fixtures/stubborn.ts", import.meta.url))

const waiting = fileURLToPath(new URL("./fixtures/waiting.ts", import.meta.url))

/** What a shell says of how a program ended that was terminated while it waits for the other end of a pipe. */
const terminated = async (folder: string, how: string) => {
  const pipe = join(folder, "pipe")
  const child = spawn(process.execPath, [waiting, pipe, how], { stdio: ["ignore", "pipe", "inherit"] })
  child.stdout.setEncoding("utf8").once("data", () => child.kill("SIGTERM"))
  const [code, signal] = await once(child, "close")
  return signal === null ? code : 128 + constants.signals[signal as NodeJS.Signals]
}

/** Signals a program that does not end when it is interrupted, and once more when it was. */
const run = async (first: NodeJS.Signals, second?: NodeJS.Signals) => {
  const child: ChildProcess = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] })
  let told = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    told += text
    if (text.includes("running")) child.kill(first)
    if (text.includes("interrupted") && second !== undefined) child.kill(second)
  })
  const [code, signal] = await once(child, "close")
  return { code, signal, told }
}

describe.skipIf(process.platform === "win32")("a program that waits for the other end of a pipe", () => {
  it("is ended, whether it comes to its end or not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-signals-"))
    try {
      spawnSync("mkfifo", [join(folder, "pipe")])
      assert.deepEqual(await Promise.all([terminated(folder, "orderly"), terminated(folder, "stubborn")]), [143, 143])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe.skipIf(process.platform === "win32")("a program that does not end when it is interrupted", () => {
  it("is ended, with the code of the signal", async () => {
    const [byKey, bySystem] = await Promise.all([run("SIGINT"), run("SIGTERM")])
    assert.deepInclude(byKey, { code: 130, signal: null })
    assert.deepInclude(bySystem, { code: 143, signal: null })
    // Not before it had its time to clean up.
    assert.include(byKey.told, "cleaned")
  })

  it("is ended by a second signal at once, with the code of the first", async () => {
    const all = await Promise.all([run("SIGINT", "SIGINT"), run("SIGINT", "SIGTERM"), run("SIGTERM", "SIGINT")])
    assert.deepEqual(
      all.map(({ code }) => code),
      [130, 130, 143]
    )
  })
})
