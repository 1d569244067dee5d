import { describe, expect, it } from "@effect/vitest"
import { nearest } from "../../src/domain/Nearest.ts"

describe("nearest", () => {
  it("finds the word that was meant, or none", () => {
    const words = ["import", "search", "similar", "status", "embed"]
    expect(nearest("serach", words)).toBe("search")
    expect(nearest("stat", words)).toBe("status")
    expect(nearest("imprt", words)).toBe("import")
    expect(nearest("xyzzy", words)).toBeUndefined()
    expect(nearest("x".repeat(1_000_000), words)).toBeUndefined()
  })
})
