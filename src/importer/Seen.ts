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
    const slot = this.#slotOf(key)
    const row = this.#slots[slot] ?? 0
    if (row !== 0) return this.#placeOf(row - 1)
    if ((this.#size + 1) * width > this.#rows.length) this.#grow()
    this.#rows.set([...key, ...this.#placed(at)], this.#size * width)
    this.#slots[this.#slotOf(key)] = ++this.#size
    return undefined
  }

  /** The slot that has a hash, or the free one where it belongs. */
  #slotOf(key: Uint32Array): number {
    const last = this.#slots.length - 1
    for (let slot = (key[0] ?? 0) & last; ; slot = (slot + 1) & last) {
      const row = this.#slots[slot] ?? 0
      if (row === 0) return slot
      const start = (row - 1) * width
      if (key.every((word, index) => this.#rows[start + index] === word)) return slot
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

  #placed(at: string): readonly [pattern: number, number: number] {
    const found = /^(.*?)(0|[1-9]\d{0,8})(\D*)$/su.exec(at)
    const [, before = at, digits, after = ""] = found ?? []
    const key = `${before}\0${after}`
    let pattern = this.#numbers.get(key)
    if (pattern === undefined) {
      pattern = this.#patterns.push({ before, after }) - 1
      this.#numbers.set(key, pattern)
    }
    return [pattern, digits === undefined ? none : Number(digits)]
  }

  #placeOf(row: number): string {
    const { after, before } = this.#patterns[this.#rows[row * width + words] ?? 0] ?? { before: "", after: "" }
    const number = this.#rows[row * width + words + 1]
    return `${before}${number === none ? "" : number}${after}`
  }
}

const hashOf = (text: string): Uint32Array => {
  // In UTF-8 all halves of a pair would be alike.
  const bytes = hash("sha256", Buffer.from(text, "utf16le"), "buffer")
  return Uint32Array.of(bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8))
}
