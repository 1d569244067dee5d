import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Message from "../../src/mcp/Message.ts"

const ping = { jsonrpc: "2.0", id: 1, method: "ping" } as const
const notice = { jsonrpc: "2.0", method: "notifications/initialized" } as const

describe("a line that a host sends", () => {
  it("is its message, or those of its batch; what answers a request is none", () => {
    const messages = (value: unknown) => Result.getOrThrow(Message.read(JSON.stringify(value)))
    assert.deepStrictEqual(messages(ping), [ping])
    assert.deepStrictEqual(messages([ping, notice]), [ping, notice])
    assert.deepStrictEqual(messages({ jsonrpc: "2.0", id: 1, result: {} }), [])
    assert.deepStrictEqual(messages({ ...ping, headers: {} }), [ping])
  })

  for (const [line, code, id] of [
    ["{", -32700, null],
    [`${"[".repeat(201)}${"]".repeat(201)}`, -32700, null],
    ["[]", -32600, null],
    ["[[]]", -32600, null],
    ["7", -32600, null],
    [JSON.stringify([ping, { ...ping, method: 5 }]), -32600, 1],
    [JSON.stringify({ ...ping, jsonrpc: "1.0" }), -32600, 1],
    [JSON.stringify({ ...ping, params: [1] }), -32600, 1]
  ] as const) {
    it(`is refused with ${code} where it is ${line.slice(0, 60)}`, () => {
      const { error, ...refusal } = Result.getOrThrow(Result.flip(Message.read(line)))
      assert.deepStrictEqual(refusal, { jsonrpc: "2.0", id })
      assert.strictEqual(error.code, code)
    })
  }

  it("may have as many brackets in its texts as it likes", () => {
    const value = { ...ping, params: { text: "[".repeat(500) } }
    assert.deepStrictEqual(Message.read(JSON.stringify(value)), Result.succeed([value]))
  })

  it("may have a text as long as a line is, whatever brackets it has", () => {
    for (const text of ["x".repeat(16_000_000), "[".repeat(5000), '\\"{'.repeat(5000), "\\".repeat(5001)]) {
      const read = Message.read(JSON.stringify({ ...ping, params: { text } }))
      assert.deepInclude(Result.isSuccess(read) ? read.success[0]?.params : read.failure, { text })
    }
  })
})
