import { assert, it } from "@effect/vitest"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import { problemOf } from "../../src/http/Problem.ts"

it("a database that cannot be reached, or is not where it was, is unavailable; what else is wrong with it is a failure", () => {
  const statusOf = (reason: DatabaseError["reason"], isRetryable: boolean) => {
    const problem = "/home/ann/secret.db has it"
    const told = problemOf(new DatabaseError({ operation: "ReferenceRepository.save", reason, isRetryable, problem }))
    assert.notInclude(told.detail, "ann")
    assert.include(told, { reason, isRetryable })
    return told.status
  }
  assert.strictEqual(statusOf("connection", true), 503)
  assert.strictEqual(statusOf("connection", false), 503)
  assert.strictEqual(statusOf("busy", true), 503)
  assert.strictEqual(statusOf("corrupt", false), 500)
  assert.strictEqual(statusOf("full", false), 500)
})
