import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const program = fileURLToPath(new URL("./fixtures/stubborn.ts", import.meta.url))

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
