import { hash } from "node:crypto"

/** Where something stands, cut at its last number: of many places only that differs. */
interface Pattern {
  readonly before: string
  readonly after: string
}

/** How many 32-bit words of a text's hash are kept: two of a hundred million texts are alike once in 10¹² sources. */
const words = 3

/** The words of a row: the hash, the number of the pattern of its place, and the number in it. */
const width = words + 2

const none = 0xffffffff

/**
 * Which texts were there before, and where the first of each stands. It keeps a hash of each rather than the text, some 40
 * bytes, so that what is imported does not stay in memory.
 */
export class Seen {
  #rows = new Uint32Array(1024 * width)
  /** For every place of a hash table the number of a row, from 1; 0 is free. */
  #slots = new Uint32Array(2048)
  #size = 0
  readonly #patterns: Array<Pattern> = []
  readonly #numbers = new Map<string, number>()

  /** How many different texts there were. */
  get size(): number {
    return this.#size
  }

  has(text: string): boolean {
    return this.#slots[this.#slotOf(hashOf(text))] !== 0
  }

  /** Takes a text, and gives where it stood before; `undefined` where it is new. */
  add(text: string, at = ""): string | undefined {
    const key = hashOf(text)
    let slot = this.#slotOf(key)
    const row = this.#slots[slot] ?? 0
    if (row !== 0) return this.#placeOf(row - 1)
    if ((this.#size + 1) * width > this.#rows.length) {
      this.#grow()
      slot = this.#slotOf(key)
    }
    const start = this.#size * width
    this.#rows.set(key, start)
    this.#place(at, start + words)
    this.#slots[slot] = ++this.#size
    return undefined
  }

  /** The slot that has a hash, or the free one where it belongs. */
  #slotOf(key: ArrayLike<number>): number {
    const last = this.#slots.length - 1
    for (let slot = (key[0] ?? 0) & last; ; slot = (slot + 1) & last) {
      const row = this.#slots[slot] ?? 0
      if (row === 0) return slot
      const start = (row - 1) * width
      let same = 0
      while (same < words && this.#rows[start + same] === key[same]) same++
      if (same === words) return slot
    }
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2)
    rows.set(this.#rows)
    this.#rows = rows
    this.#slots = new Uint32Array(this.#slots.length * 2)
    for (let row = 0; row < this.#size; row++) {
      this.#slots[this.#slotOf(rows.subarray(row * width, row * width + words))] = row + 1
    }
  }

  /** Writes a place into the two words from `start` on. */
  #place(at: string, start: number): void {
    const found = /^(.*?)(0|[1-9]\d{0,8})(\D*)$/su.exec(at)
    const [, before = at, digits, after = ""] = found ?? []
    const key = `${before}\0${after}`
    let pattern = this.#numbers.get(key)
    if (pattern === undefined) {
      pattern = this.#patterns.push({ before, after }) - 1
      this.#numbers.set(key, pattern)
    }
    this.#rows[start] = pattern
    this.#rows[start + 1] = digits === undefined ? none : Number(digits)
  }

  #placeOf(row: number): string {
    const { after, before } = this.#patterns[this.#rows[row * width + words] ?? 0] ?? { before: "", after: "" }
    const number = this.#rows[row * width + words + 1]
    return `${before}${number === none ? "" : number}${after}`
  }
}

/** The first words of a text's hash. In UTF-8 all halves of a pair would be alike. */
const hashOf = (text: string): ReadonlyArray<number> => {
  const hex = text.isWellFormed() ? hash("sha256", text, "hex") : hash("sha512", Buffer.from(text, "utf16le"), "hex")
  return [0, 8, 16].map((start) => Number.parseInt(hex.slice(start, start + 8), 16))
}
