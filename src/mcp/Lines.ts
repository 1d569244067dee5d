/** A line of the input, or that one was too long to be kept. */
export type Line = string | { readonly tooLong: number }

/**
 * Cuts what flows in into lines, as bytes, so that no character is torn. Of a line that is longer than `most` bytes nothing
 * is kept.
 */
export const make = (most: number) => {
  let pieces: Array<Uint8Array> = []
  let length = 0

  const take = (piece: Uint8Array) => {
    length += piece.length
    if (length > most) pieces = []
    else pieces.push(piece)
  }

  const end = (): ReadonlyArray<Line> => {
    const line = length > most ? { tooLong: length } : Buffer.concat(pieces).toString("utf8").trim()
    pieces = []
    length = 0
    return line === "" ? [] : [line]
  }

  return {
    /** The lines that end in these bytes; blank ones are left out. */
    feed: (bytes: Uint8Array): ReadonlyArray<Line> => {
      const lines: Array<Line> = []
      let from = 0
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
        take(bytes.subarray(from, at))
        lines.push(...end())
        from = at + 1
      }
      take(bytes.subarray(from))
      return lines
    },
    /** The last line, where the input ended without a line break. */
    end
  }
}
