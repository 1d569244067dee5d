/** The vector scaled to length 1, or undefined where it has no direction (zero, or a number that is not finite). */
export const normalise = (vector: ArrayLike<number>): Float32Array<ArrayBuffer> | undefined => {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2
  const length = Math.sqrt(sum)
  if (!(length > 0 && Number.isFinite(length))) return undefined
  return Float32Array.from(vector, (value) => value / length)
}

/** The sum of products, which is the cosine where both have length 1. They must have as many numbers. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The bytes of a vector as they are stored: little-endian float32. */
export const toBytes = (vector: Float32Array): Uint8Array => {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  vector.forEach((value, i) => view.setFloat32(i * 4, value, true))
  return bytes
}

/** The vector of stored bytes. */
export const fromBytes = (bytes: Uint8Array | ArrayBuffer): Float32Array => {
  const view =
    bytes instanceof ArrayBuffer ? new DataView(bytes) : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true))
}
