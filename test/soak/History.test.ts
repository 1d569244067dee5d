import { describe, expect, it } from "vitest"
import { type Entry, violations } from "../../soak/History.ts"

const write = (n: number, start: number, end: number, isSure = true): Entry => ({
  kind: "write",
  key: "a",
  n,
  start,
  end,
  isSure
})
const read = (n: number | undefined, start: number, end: number, reader = "r"): Entry => ({
  kind: "read",
  key: "a",
  n,
  reader,
  start,
  end
})
const add = (start: number, end: number, isSure = true): Entry => ({ kind: "add", key: "a", start, end, isSure })

describe("a history", () => {
  it("may have what any order of its operations gives", () => {
    const history = [write(1, 0, 10), write(2, 20, 40), read(1, 12, 15), read(2, 25, 30), read(2, 41, 42)]
    expect(violations(history)).toEqual([])
    // While it is written, either may be seen; without an answer, it may be there or not.
    expect(violations([write(1, 0, 10), read(undefined, 5, 6), read(1, 11, 12)])).toEqual([])
    expect(violations([write(1, 0, 10, false), read(undefined, 20, 21), read(1, 22, 23)])).toEqual([])
    expect(violations([add(0, 10), add(5, 15), add(5, 9, false), read(3, 20, 21), read(3, 22, 23)])).toEqual([])
    expect(violations([add(0, 10), add(5, 9, false), read(1, 20, 21)])).toEqual([])
  })

  it("has no read that misses what was written before", () => {
    expect(violations([write(1, 0, 10), write(2, 11, 20), read(1, 21, 22)])).toHaveLength(1)
    expect(violations([write(1, 0, 10), read(undefined, 11, 12)])).toHaveLength(1)
    expect(violations([add(0, 10), add(11, 20), read(1, 21, 22)])).toHaveLength(1)
  })

  it("has no read of what was not yet begun", () => {
    expect(violations([write(1, 0, 10), write(2, 30, 40), read(2, 12, 15)])).toHaveLength(1)
    expect(violations([add(0, 10), read(2, 12, 15)])).toHaveLength(1)
  })

  it("has no read that is older than one that had ended", () => {
    const history = [write(1, 0, 100), read(1, 10, 20), read(undefined, 30, 40, "other")]
    expect(violations(history)).toEqual(["a: other read 0 after another had read 1"])
    // Not where they overlap.
    expect(violations([write(1, 0, 100), read(1, 10, 20), read(undefined, 15, 40)])).toEqual([])
  })
})
