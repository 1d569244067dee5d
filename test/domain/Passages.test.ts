import { describe, expect, it } from "vitest"
import { halvesOf, passagesOf } from "../../src/domain/Passages.ts"

const words = (text: string) => text.split(/\s+/u).length
const sentence = (i: number) => `Sentence ${i} has six words.`
const sentences = (count: number) => Array.from({ length: count }, (_, i) => sentence(i)).join(" ")
/** Without white space, which passages lose at their ends. */
const bare = (text: string) => text.replaceAll(/\s+/gu, "")

describe("the passages of a text", () => {
  it("are its sentences in groups of up to 150 words, none lost", () => {
    const text = sentences(100)
    const passages = passagesOf(text, 256)
    expect(passages.length).toBe(4)
    for (const passage of passages) {
      expect(words(passage)).toBeLessThanOrEqual(150)
      expect(passage).toMatch(/^Sentence .* words\.$/su)
    }
    expect(bare(passages.join(""))).toBe(bare(text))
  })

  it("are shorter for a model that reads less", () => {
    for (const passage of passagesOf(sentences(100), 100)) expect(words(passage)).toBeLessThanOrEqual(60)
  })

  it.each([
    ["a sentence without an end", "word ".repeat(1000)],
    ["one word", "x".repeat(10_000)],
    ["a script without spaces", "鍵の管理は重要です。".repeat(300)],
    ["characters of two units", "😀".repeat(3000)],
    ["lines", "one\ntwo\n\nthree\r\n".repeat(200)]
  ])("lose nothing of %s, and are bounded", (_, text) => {
    const passages = passagesOf(text, 256)
    expect(passages.length).toBeGreaterThan(1)
    expect(bare(passages.join(""))).toBe(bare(text))
    for (const passage of passages) {
      expect(passage.isWellFormed()).toBe(true)
      expect([...passage].length).toBeLessThanOrEqual(1250)
    }
  })

  it("are one where the text is short, none where it is blank, and 200 at most", () => {
    expect(passagesOf("One. Two.", 256)).toEqual(["One. Two."])
    expect(passagesOf(" \n ", 256)).toEqual([])
    expect(passagesOf(sentences(20_000), 256).length).toBe(200)
  })

  it("can be halved until there is nothing to cut", () => {
    let parts: ReadonlyArray<string> = ["鍵の管理は重要です。".repeat(30)]
    for (let i = 0; i < 12; i++) parts = parts.flatMap(halvesOf)
    expect(bare(parts.join(""))).toBe("鍵の管理は重要です。".repeat(30))
    expect(parts.every((part) => part.length < 16 || halvesOf(part).length > 1)).toBe(true)
    expect(halvesOf("short")).toEqual(["short"])
  })
})
