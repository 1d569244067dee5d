import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiSchema } from "effect/http-api"
import * as Accept from "./answers/Accept.ts"

/** The content types of reports by their formats; JSON is the answer of an endpoint of its own. */
const contentTypes = {
  table: "text/plain",
  text: "text/plain",
  csv: "text/csv",
  markdown: "text/markdown",
  html: "text/html",
  sarif: "application/sarif+json",
  junit: "application/xml",
  dot: "text/vnd.graphviz",
  svg: "image/svg+xml"
} as const

type Format = keyof typeof contentTypes

/** A page or a picture has its style inside, and nothing else that would be run or loaded. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What an endpoint answers that writes these formats. */
export const texts = (formats: ReadonlyArray<Format>) =>
  formats.map((format) => Schema.String.pipe(HttpApiSchema.asText({ contentType: contentTypes[format] })))

/** The format that a query names; else the one that the request takes best, the first where it takes any. */
export const formatOf = Effect.fnUntraced(function* <F extends Format>(
  formats: readonly [F, ...Array<F>],
  named: F | undefined
) {
  if (named !== undefined) return named
  const type = yield* Accept.choose(formats.map((format) => contentTypes[format]))
  return formats.find((format) => contentTypes[format] === type) ?? formats[0]
})

/** A report that is written in a format. */
export const answer = (format: Format, text: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(text, {
    contentType: `${contentTypes[format]}; charset=utf-8`,
    ...((format === "html" || format === "svg") && { headers: { "content-security-policy": pagePolicy } })
  })

/** A table, sent as it is written. */
export const table = HttpApiSchema.StreamUint8Array({ contentType: contentTypes.csv })
