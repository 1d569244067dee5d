import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { escape, oneLine, Safe, safe, toJson, wrap } from "../../src/report/Safe.ts"

/** What a terminal acts on, written down a second time on purpose. */
const acts = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0
    return (
      code < 0x20 ||
      (code >= 0x7f && code <= 0x9f) ||
      [0x2028, 0x2029, 0x061c, 0x200e, 0x200f].includes(code) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069) ||
      (code >= 0xd800 && code <= 0xdfff)
    )
  })

describe("Safe", () => {
  it("writes control characters as escapes", () => {
    expect(escape("a\u001b[31mb\u0007\u009b\r\n\t\u202ec\u007f")).toBe(
      "a\\u001b[31mb\\u0007\\u009b\\r\\n\\t\\u202ec\\u007f"
    )
  })

  it("keeps everything else as it is", () => {
    for (const text of ["Ångström 管理 — “ü”", "👩‍💻 emoji", "a\\b \"c\" 'd'"]) expect(escape(text)).toBe(text)
  })

  it.prop("lets no text act on a terminal", [Schema.String], ([text]) => {
    expect(acts(escape(text))).toBe(false)
    expect(acts(safe`${text} ${oneLine(text, 20)}`.toString())).toBe(false)
    expect(wrap(text, 20).some((line) => acts(line.toString()))).toBe(false)
  })

  it.prop("writes JSON that acts on no terminal and reads back the same", [Schema.Json], ([value]) => {
    const json = toJson({ value, extra: "\u009b\u2028\u202e" })
    expect(acts(json)).toBe(false)
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, extra: "\u009b\u2028\u202e" })))
  })

  it("keeps styled text inside a template as it is", () => {
    expect(safe`${Safe.of("\u001b[1mx\u001b[0m")}!`.toString()).toBe("\u001b[1mx\u001b[0m!")
  })

  it("cuts to a width by characters, not by halves of them", () => {
    expect(oneLine("😀😀😀😀", 3).toString()).toBe("😀😀…")
    expect(oneLine("one\n two\t three", 40).toString()).toBe("one two three")
  })

  it("wraps at spaces and keeps the line ends of the text", () => {
    expect(wrap("aaa bbb ccc\nddd", 7).map(String)).toEqual(["aaa bbb", "ccc", "ddd"])
  })
})
