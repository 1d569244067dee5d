import { describe, expect, it } from "vitest"
import { clean, normal } from "../../src/domain/Identifier.ts"

describe("identifiers", () => {
  it("are cleaned of what nobody sees", () => {
    expect(clean("R\u20111\u00AD")).toBe("R-1")
    expect(clean("\uFEFFR-1\u200B")).toBe("R-1")
    expect(clean(" AC-2\u00A0 (5) ")).toBe("AC-2 (5)")
    expect(clean("cafe\u0301-1")).toBe("caf\u00E9-1")
  })

  it("have one normal form for every way of writing them", () => {
    for (const written of ["AC-2(5)", "ac-2.5", "AC-02(05)", "AC 2 (5)", "ac_2_5", "AC\u20112(5)"]) {
      expect(normal(written)).toBe("ac.2.5")
    }
    expect(normal("V6.2.1")).toBe("v.6.2.1")
    expect(normal("1.10")).not.toBe(normal("1.1"))
    expect(normal("R-007")).toBe(normal("R-7"))
    expect(normal("R-100")).not.toBe(normal("R-1"))
    expect(normal("—")).toBe("")
  })
})
