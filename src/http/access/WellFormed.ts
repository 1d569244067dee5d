import { isUtf8 } from "node:buffer"
import { Effect } from "effect"
import { HttpMethod, HttpServerRequest } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { InvalidRequest } from "../Problem.ts"

/** Where the first character begins that is none in UTF-8; undefined where all is well. */
export const firstWrong = (bytes: Uint8Array): number | undefined => {
  if (isUtf8(bytes)) return undefined
  /** Whether a text may begin so. */
  const begins = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (begins(middle)) good = middle
    else bad = middle
  }
  // What it may end with is the beginning of a character.
  const ends = [good, good - 1, good - 2]
  return ends.find((end) => end >= 0 && isUtf8(bytes.subarray(0, end))) ?? good - 3
}

const isAscii = /^\p{ASCII}*$/u

/** What a part of a query is in bytes. */
const bytesOf = (part: string): Uint8Array =>
  Uint8Array.from(
    part
      .replaceAll(/%(?<byte>[0-9a-f]{2})/giu, (_, byte: string) => String.fromCodePoint(Number.parseInt(byte, 16)))
      .split(""),
    (character) => character.codePointAt(0) ?? 0
  )

/** Whether a query is UTF-8 without a look at its bytes. */
const isSurelyUtf8 = (query: string): boolean => {
  if (!query.includes("%")) return true
  try {
    // What is not escaped stays as it is, and has to be ASCII.
    decodeURIComponent(query)
    return isAscii.test(query)
  } catch {
    return false
  }
}

const notUtf8 = (what: string, place: number, field: { readonly field?: string } = {}) =>
  new InvalidRequest({
    detail: `${what} is not UTF-8: see its byte ${place} (the first is 0)`,
    reason: "encoding",
    isRetryable: false,
    ...field
  })

/** Whether an endpoint reads a file, whose encoding is the importer's matter. */
const readsFile = ({ payload }: HttpApiEndpoint.Top): boolean =>
  [...payload.values()].some(({ encoding }) => encoding._tag === "Stream")

/**
 * Fails where the query or a body of JSON is no UTF-8. Decoders put another character in the place of such bytes, which would
 * be looked for, or stored, and is what nobody wrote.
 */
export const check = Effect.fnUntraced(function* (endpoint: HttpApiEndpoint.Top) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const [, query = ""] = request.url.split("?", 2)
  for (const part of isSurelyUtf8(query) ? [] : query.split("&")) {
    const [key = "", value = ""] = part.split("=", 2)
    const wrong = firstWrong(bytesOf(value))
    if (wrong !== undefined) return yield* notUtf8("It", wrong, { field: key })
    if (firstWrong(bytesOf(key)) !== undefined) return yield* notUtf8("The query", query.indexOf(part))
  }
  if (!HttpMethod.hasBody(request.method) || readsFile(endpoint)) return
  const place = firstWrong(new Uint8Array(yield* Effect.orDie(request.arrayBuffer)))
  if (place !== undefined) return yield* notUtf8("The body", place)
})
