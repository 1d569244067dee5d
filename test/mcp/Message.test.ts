import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Message from "../../src/mcp/Message.ts"

const call = (text: string) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { text } })

describe("a line", () => {
  it("may have a text as long as a line is, whatever brackets it has", () => {
    for (const text of ["x".repeat(16_000_000), "[".repeat(5000), '\\"{'.repeat(5000), "\\".repeat(5001)]) {
      const read = Message.read(call(text))
      assert.deepInclude(Result.isSuccess(read) ? read.success[0]?.params : read.failure, { text })
    }
  })

  it("that is nested deeper than messages are is refused", () => {
    for (const line of ["[".repeat(201), `{"a":"${"]".repeat(500)}","b":${'{"a":'.repeat(201)}`]) {
      const read = Message.read(line)
      assert.deepStrictEqual(Result.isFailure(read) ? read.failure.error.code : read.success, -32700)
    }
  })
})
