import { describe, expect, it } from "@effect/vitest"
import { headlineOf } from "../../src/report/Headline.ts"

describe("a headline", () => {
  it.each([
    [{ title: "Locks" }, "Locks"],
    [{ title: "Locks", text: "  " }, "Locks"],
    [{ title: "Locks", text: "Locks" }, "Locks"],
    [{ title: "Locks", text: "Doors are locked." }, "Locks: Doors are locked."],
    [{ title: "Doors are", text: "Doors are locked." }, "Doors are locked."],
    [{ title: "Doors are…", text: "Doors are locked." }, "Doors are locked."]
  ])("of %o is %s", (entry, expected) => {
    expect(headlineOf(entry)).toBe(expected)
  })
})
