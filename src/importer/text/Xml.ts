import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { Contents } from "../Importer.ts"

/** The beginning or the end of an element, or a piece of text, in the order of the document. */
export type XmlEvent =
  | {
      readonly _tag: "Open"
      /** Its name without a prefix. */
      readonly name: string
      readonly attributes: Readonly<Record<string, string>>
      /** The line on which it begins, from 1. */
      readonly line: number
    }
  | { readonly _tag: "Close"; readonly name: string }
  | { readonly _tag: "Text"; readonly text: string }

const maxDepth = 100

/** How many characters may come without an element beginning or ending. */
const maxRun = 16 * 1024 * 1024

/** How many characters the parser gets at a time, so that {@link maxRun} holds however large the pieces of a source are. */
const feedSize = 64 * 1024

/** A refusal on the way through the parser, which reports only by throwing. */
class Refused extends Error {}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1)

/** The encoding that a document says of itself, other than UTF-8, or a usual one. */
const encodingOf = (text: string): string => {
  const said = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)/u.exec(text.slice(0, 200))?.[1]
  return said === undefined || /^utf-?8$/iu.test(said) ? "windows-1252" : said.toLowerCase()
}

/**
 * Reads XML as a stream of events, a piece at a time.
 *
 * A document type declaration is refused, so there are no entities but XML's own five. Depth is limited to 100.
 */
export const events = (input: Contents): Stream.Stream<XmlEvent, ImportError> =>
  Stream.unwrap(
    Effect.map(
      // It is CommonJS, whose names only Node finds; a bundle has them in the default.
      Effect.promise(() => import("saxes")),
      ({ default: { SaxesParser } }) => {
        const source = input.head.name
        const start = () => {
          const parser = new SaxesParser<{ position: true; xmlns: false }>({ position: true, xmlns: false })
          const found: Array<XmlEvent> = []
          const state = { parser, decoder: new TextDecoder("utf-8", { fatal: true }), found, depth: 0, run: 0, line: 1 }
          parser.on("doctype", () => {
            throw new Refused("has a document type declaration (DTD), which is refused. Remove <!DOCTYPE …>")
          })
          parser.on("opentagstart", () => {
            state.line = parser.line
          })
          parser.on("opentag", ({ attributes, name }) => {
            state.run = 0
            if (++state.depth > maxDepth) throw new Refused(`is nested in more than ${maxDepth} levels`)
            found.push({ _tag: "Open", name: localName(name), attributes, line: state.line })
          })
          parser.on("closetag", ({ name }) => {
            state.run = 0
            state.depth--
            found.push({ _tag: "Close", name: localName(name) })
          })
          parser.on("text", (text) => {
            found.push({ _tag: "Text", text })
          })
          parser.on("cdata", (text) => {
            found.push({ _tag: "Text", text })
          })
          parser.on("error", (error) => {
            throw error
          })
          return state
        }
        const step = (state: ReturnType<typeof start>, feed: () => void): Effect.Effect<Array<XmlEvent>, ImportError> =>
          Effect.try({
            try: () => {
              feed()
              return state.found.splice(0)
            },
            catch: (cause) => {
              const { column, line } = state.parser
              const text = cause instanceof Error ? cause.message.replace(/^\d+:\d+: /u, "") : String(cause)
              const isEncoded = cause instanceof TypeError
              const problem =
                cause instanceof Refused
                  ? text
                  : isEncoded
                    ? "is not UTF-8. Save the file as UTF-8, or say its encoding"
                    : `is not XML: ${text.replace(/\.$/u, "")}`
              const remedy = isEncoded ? setOption("encoding", encodingOf(input.head.text)) : undefined
              return new ImportError({ source, at: `line ${line}, column ${column + 1}`, problem, remedy, cause })
            }
          })
        const end = Stream.succeed(undefined)
        return Stream.concat(input.bytes, end).pipe(
          Stream.mapAccumArrayEffect(start, (state, pieces) =>
            Effect.map(
              step(state, () => {
                for (const piece of pieces) {
                  const text = state.decoder.decode(piece, { stream: piece !== undefined })
                  for (let at = 0; at < text.length; at += feedSize) {
                    const part = text.slice(at, at + feedSize)
                    state.run += part.length
                    state.parser.write(part)
                    if (state.run > maxRun) throw new Refused("has no element in 16 MB. Is the format right?")
                  }
                  if (piece === undefined) state.parser.close()
                }
              }),
              (found) => [state, found] as const
            )
          )
        )
      }
    )
  )
