import { describe, expect, it } from "@effect/vitest"
import { codeOf, Ended, noDatabase, reportOf } from "../../src/cli/Errors.ts"
import { ConflictError } from "../../src/domain/ConflictError.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import { ImportError } from "../../src/domain/ImportError.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import { NotFoundError } from "../../src/domain/NotFoundError.ts"
import { ValidationError } from "../../src/domain/ValidationError.ts"

describe("Errors", () => {
  it("gives each kind of failure its exit code", () => {
    expect(codeOf(new ValidationError({ field: "limit", value: -1, constraint: "is negative", expected: "0" }))).toBe(2)
    expect(codeOf(new NotFoundError({ uri: "x", entity: "reference" }))).toBe(3)
    expect(codeOf(new ModelLoadError({ model: "m", reason: "missing", problem: "gone" }))).toBe(4)
    expect(codeOf(new ConflictError({ uri: "x", problem: "decided" }))).toBe(1)
    expect(codeOf(new ImportError({ source: "x.csv", problem: "is empty" }))).toBe(1)
    expect(codeOf(new Ended({ code: 5, message: "partly" }))).toBe(5)
  })

  it("says how far embedding came when a provider stopped it, and what to type then", () => {
    const error = new EmbeddingError({ text: "x", reason: "rateLimited", problem: "too many requests" }).stopping(320)
    expect(reportOf(error)).toEqual({
      code: 1,
      type: "EmbeddingError",
      reason: "rateLimited",
      message: "Embedding stopped after 320 references: too many requests",
      hint: "Run 'crosswalk embed'."
    })
  })

  it("says what to do where there is no database", () => {
    expect(reportOf(noDatabase("/x.db"))).toEqual({
      code: 3,
      type: "NotFoundError",
      reason: "database",
      message: "There is no database /x.db",
      hint: "Make one with 'crosswalk import FILE', or name another with --db."
    })
  })
})
