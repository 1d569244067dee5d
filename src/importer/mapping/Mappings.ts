import { Effect, type FileSystem, type Scope, type Stdio, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import { keyText } from "../../domain/RelationKey.ts"
import { faultOf, textFaultOf, withHead } from "../source/Bytes.ts"
import { checkCatalog } from "../Items.ts"
import * as Repeated from "../Repeated.ts"
import { locate } from "../source/Locate.ts"
import type { MappingInput, MappingOptions, MappingSource } from "./Mapping.ts"
import * as Unsupported from "../Unsupported.ts"
import { mappingFormats } from "./MappingFormats.ts"

/** Turns every mapping that was there before into a failure that names where. */
const refuseRepeated = (source: string, items: MappingSource["items"]): MappingSource["items"] =>
  Repeated.refuse(source, items, (item) => {
    if (item._tag !== "Mapping") return undefined
    const { at, type, ...ends } = item
    const what = () => `that ${setText(ends.sources)} is ${type} to ${targetsText(ends)}`
    return { key: keyText({ ...ends, type }), at, what }
  })

const readInput = Effect.fnUntraced(function* (input: MappingInput) {
  const { head, options } = input
  for (const catalog of [options.from, options.to, ...Object.values(options.resources ?? {})]) {
    if (catalog !== undefined) yield* checkCatalog(head.name, catalog)
  }
  const wanted = options.format
  const fail = (problem: string) => new ImportError({ source: head.name, problem })
  const fault = faultOf(head) ?? (wanted === undefined ? Unsupported.problemOf(head) : undefined)
  if (fault !== undefined) return yield* fail(fault)
  const format = mappingFormats.find((format) => (wanted === undefined ? format.detect(head) : format.name === wanted))
  if (format === undefined) {
    const names = mappingFormats.map(({ name }) => name).join(", ")
    return yield* fail(
      wanted === undefined
        ? (textFaultOf(head) ?? `is of no format of mappings that is known. Say which it is: ${names}`)
        : `there is no format of mappings ${JSON.stringify(wanted)}. There are ${names}`
    )
  }
  return { format: format.name, items: yield* format.read(input) }
})

type Read = (
  name: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  options?: MappingOptions
) => Effect.Effect<MappingSource, ImportError, Scope.Scope>

/** {@link read}, with the mappings too that were there before. */
export const readAll: Read = Effect.fn("Mappings.read")(function* (name, bytes, options = {}) {
  return yield* readInput({ ...(yield* withHead(name, bytes, options.encoding)), options })
})

/** Finds out what a stream of bytes is and reads it as mappings. The stream flows once, in the scope. */
export const read: Read = (name, bytes, options) =>
  Effect.map(readAll(name, bytes, options), (found) => ({ ...found, items: refuseRepeated(name, found.items) }))

/**
 * Opens a file, an http or https URL, or standard input as `-`, finds out what it is and reads it as mappings between
 * references.
 *
 * @example
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Stream } from "effect"
 * import { Mappings } from "crosswalk"
 *
 * const found = Effect.scoped(Effect.gen(function*() {
 *   const { items } = yield* Mappings.open("pairs.csv", { from: "company@2026.1", to: "asvs@5.0.0" })
 *   return yield* Stream.runCollect(items)
 * })).pipe(Effect.provide(NodeServices.layer))
 */
export const open: (
  source: string,
  options?: MappingOptions
) => Effect.Effect<MappingSource, ImportError, FileSystem.FileSystem | Stdio.Stdio | Scope.Scope> = Effect.fn(
  "Mappings.open"
)(function* (source, options = {}) {
  const { bytes, download } = yield* locate(source, options)
  const found = yield* readInput({ ...(yield* withHead(source, bytes, options.encoding)), options })
  return { ...found, items: refuseRepeated(source, found.items), ...(download !== undefined && { download }) }
})
