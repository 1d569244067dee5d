/**
 * The sums of products of many vectors with many, by WebAssembly's SIMD, some five times faster than in JavaScript. The
 * module is small enough to be put together here from its instructions, which stand in the order of its text format.
 */

/** What of WebAssembly is used; it is everywhere that this package runs, and in none of its types. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } }
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}

const opcodes: Readonly<Record<string, ReadonlyArray<number>>> = {
  loop: [0x03],
  end: [0x0b],
  br_if: [0x0d],
  "local.get": [0x20],
  "local.set": [0x21],
  "f32.store": [0x38],
  "i32.const": [0x41],
  "i32.lt_s": [0x48],
  "i32.add": [0x6a],
  "i32.mul": [0x6c],
  "f32.add": [0x92],
  "v128.load": [0xfd, 0x00],
  "i8x16.splat": [0xfd, 0x0f],
  "f32x4.extract_lane": [0xfd, 0x1f],
  "f32x4.add": [0xfd, 0xe4, 0x01],
  "f32x4.mul": [0xfd, 0xe6, 0x01]
}

const i32 = 0x7f
const v128 = 0x7b

/** So many vectors of one side are multiplied with so many of the other in one pass over their numbers. */
const rows = 4
const columns = 2

const parameters = ["own", "other", "end", "bytes", "out", "width"]
const locals = [...parameters, "at", ...Array.from({ length: rows * columns + columns + 1 }, (_, i) => `v${i}`)]

const signed = (value: number): ReadonlyArray<number> => {
  const low = value & 0x7f
  const rest = value >> 7
  const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)
  return isLast ? [low] : [low | 0x80, ...signed(rest)]
}

const unsigned = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)]

const assemble = (text: string): ReadonlyArray<number> =>
  text
    .trim()
    .split(/\s+/u)
    .flatMap((token) =>
      token.startsWith("$") ? unsigned(locals.indexOf(token.slice(1))) : (opcodes[token] ?? signed(Number(token)))
    )

const each = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join(" ")

/** Multiplies `rows` vectors from `own` on with those from `other` to `end`; a result's row is `width` bytes. */
const instructions = (): string => {
  const sum = (row: number, column: number) => `$v${row * columns + column}`
  const [row, others] = [`$v${rows * columns}`, (column: number) => `$v${rows * columns + 1 + column}`] as const
  const cells = (make: (row: number, column: number) => string) => each(rows, (r) => each(columns, (c) => make(r, c)))
  const at = (base: string, by: string, times: number) =>
    `local.get ${base} local.get ${by} i32.const ${times} i32.mul i32.add`
  const add = (local: string, what: string) => `local.get ${local} ${what} i32.add local.set ${local}`
  const lane = (cell: string, i: number) => `local.get ${cell} f32x4.extract_lane ${i}`
  return `
    loop -64
      ${cells((r, c) => `i32.const 0 i8x16.splat local.set ${sum(r, c)}`)}
      i32.const 0 local.set $at
      loop -64
        ${each(columns, (c) => `${at("$other", "$bytes", c)} local.get $at i32.add v128.load 2 0 local.set ${others(c)}`)}
        ${each(
          rows,
          (r) => `
            ${at("$own", "$bytes", r)} local.get $at i32.add v128.load 2 0 local.set ${row}
            ${each(columns, (c) => `local.get ${sum(r, c)} local.get ${row} local.get ${others(c)} f32x4.mul f32x4.add local.set ${sum(r, c)}`)}`
        )}
        ${add("$at", "i32.const 16")}
        local.get $at local.get $bytes i32.lt_s br_if 0
      end
      ${cells(
        (r, c) => `
          ${at("$out", "$width", r)} i32.const ${4 * c} i32.add
          ${lane(sum(r, c), 0)} ${lane(sum(r, c), 1)} f32.add ${lane(sum(r, c), 2)} f32.add ${lane(sum(r, c), 3)} f32.add
          f32.store 2 0`
      )}
      ${add("$out", `i32.const ${4 * columns}`)}
      ${add("$other", `local.get $bytes i32.const ${columns} i32.mul`)}
      local.get $other local.get $end i32.lt_s br_if 0
    end`
}

const name = (text: string) => [text.length, ...Buffer.from(text)]
const section = (id: number, content: ReadonlyArray<number>) => [id, ...unsigned(content.length), ...content]

const moduleBytes = (): Uint8Array<ArrayBuffer> => {
  const ofVectors = locals.length - parameters.length - 1
  const body = [2, 1, i32, ofVectors, v128, ...assemble(`${instructions()} end`)]
  return Uint8Array.from([
    ...[0, ...Buffer.from("asm"), 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameters.length, ...parameters.map(() => i32), 0]),
    ...section(2, [1, ...name("env"), ...name("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("multiply"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body])
  ])
}

/** How many vectors of one side are multiplied at a time, and with how many of the other, so that these stay in the cache. */
export const block = 16
const group = 256

const pageSize = 65_536

/**
 * Multiplies up to `block` vectors of one side, from `first` on, with all of the other, and writes what each has to `out`, row
 * by row. A pair gets the same number whichever side is asked.
 */
export type Kernel = (own: Float32Array, first: number, other: Float32Array, out: Float32Array) => void

/** For vectors of so many dimensions. */
export const make = (dimensions: number): Kernel => {
  const stride = Math.ceil(dimensions / 4) * 4
  const ownAt = 0
  const otherAt = block * stride
  const outAt = otherAt + group * stride
  const bytes = 4 * (outAt + block * group)
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageSize) })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } })
  const { multiply } = exports
  if (typeof multiply !== "function") throw new TypeError("the module exports nothing")
  const numbers = new Float32Array(memory.buffer)
  /** Copies vectors to where the module finds them, filled up with zeros to `stride`; those that are not there are 0. */
  const put = (to: number, count: number, from: Float32Array, first: number) => {
    const present = Math.max(0, Math.min(count, from.length / dimensions - first))
    if (stride === dimensions) {
      numbers.set(from.subarray(first * dimensions, (first + present) * dimensions), to)
    } else {
      for (let i = 0; i < present; i++) {
        numbers.set(from.subarray((first + i) * dimensions, (first + i + 1) * dimensions), to + i * stride)
      }
    }
    numbers.fill(0, to + present * stride, to + count * stride)
    return present
  }
  return (own, first, other, out) => {
    const size = other.length / dimensions
    const asked = put(ownAt, block, own, first)
    for (let from = 0; from < size; from += group) {
      const count = put(otherAt, group, other, from)
      for (let row = 0; row < asked; row += rows) {
        multiply(
          4 * (ownAt + row * stride),
          4 * otherAt,
          4 * (otherAt + count * stride),
          4 * stride,
          4 * (outAt + row * group),
          4 * group
        )
      }
      for (let row = 0; row < asked; row++) {
        out.set(numbers.subarray(outAt + row * group, outAt + row * group + count), row * size + from)
      }
    }
  }
}
