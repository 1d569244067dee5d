import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const libsql = fileURLToPath(new URL("../../src/libsql.ts", import.meta.url))

/** What a process prints that imports the module, runs `code`, and lists the libSQL libraries that it has loaded. */
const run = async (code: string) => {
  const program = `
    const { LibsqlClient } = await import(${JSON.stringify(libsql)})
    const { Effect } = await import("effect")
    ${code}
    console.log(process.report.getReport().sharedObjects.filter((path) => path.includes("@libsql")).length)`
  const { stderr, stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("../..", import.meta.url))
  })
  return { stderr, stdout }
}

const open = (url: string) =>
  `await Effect.runPromise(Effect.scoped(Effect.provide(LibsqlClient.LibsqlClient, LibsqlClient.layer({ url: "${url}" }))))`

describe("importing crosswalk/libsql", () => {
  it("loads nothing native", async () => {
    assert.deepEqual(await run(""), { stdout: "0\n", stderr: "" })
  })

  it("loads nothing native for a server, and one library for a file or memory", async () => {
    assert.deepEqual(await run(open("http://127.0.0.1:1")), { stdout: "0\n", stderr: "" })
    assert.deepEqual(await run(open(":memory:")), { stdout: "1\n", stderr: "" })
  })
})
