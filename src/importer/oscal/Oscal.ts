import { Effect, Result, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import type { Format, Head, Input, Item } from "../Importer.ts"
import { checkCatalog, warning } from "../Items.ts"
import { catalogNamed, extensionOf, isUntold } from "../Names.ts"
import { type Catalog, readCatalog, toItems } from "./OscalCatalog.ts"
import { readOscal, resolve } from "./OscalProfile.ts"
import { hasXmlRoot } from "./OscalXml.ts"

/** Whether a document's root is such an object, in JSON or YAML; `$schema` may stand before it. */
export const hasRoot = (head: Head, root: string): boolean => {
  if (/^\s*\{/u.test(head.text)) {
    return new RegExp(`^\\s*\\{\\s*(?:"\\$schema"\\s*:\\s*"[^"]*"\\s*,\\s*)?"${root}"\\s*:\\s*\\{`, "u").test(head.text)
  }
  return (
    (["yaml", "yml"].includes(extensionOf(head.name)) || isUntold(head.name)) &&
    new RegExp(`^["']?${root}["']?:[ \\t]*\\r?$`, "mu").test(head.text) &&
    /^\s+["']?(?:uuid|metadata)["']?:/mu.test(head.text)
  )
}

const source = Effect.fnUntraced(function* (input: Input, found: Catalog, at: string) {
  const named = catalogNamed(found.title, found.version)
  const catalog = input.options.catalog ?? (yield* checkCatalog(input.head.name, named, at))
  const warnings = found.warnings.map(({ at, problem }) => warning(at, problem))
  const items = Stream.fromIterable(found.controls, { chunkSize: 512 }).pipe(
    Stream.map(
      Result.match({
        onFailure: (error: ImportError): Iterable<Item> => [Result.fail(error)],
        onSuccess: (placed) => toItems(placed, found.params, catalog)
      })
    ),
    Stream.flattenIterable
  )
  return { catalog, items: Stream.concat(Stream.fromIterable(warnings), items) }
})

/** An OSCAL catalog of controls, in JSON, YAML or XML. */
export const catalog: Format = {
  name: "oscal-catalog",
  summary: "OSCAL catalog, JSON, YAML or XML",
  detect: (head) => hasRoot(head, "catalog") || hasXmlRoot(head, "catalog"),
  read: Effect.fnUntraced(function* (input) {
    const found = yield* Effect.fromResult(readCatalog(input.head.name, yield* readOscal(input)))
    return yield* source(input, found, "$.catalog.metadata")
  })
}

/** An OSCAL profile, resolved against the catalogs that lie beside it. */
export const profile: Format = {
  name: "oscal-profile",
  summary: "OSCAL profile with its catalogs beside it, JSON, YAML or XML",
  detect: (head) => hasRoot(head, "profile") || hasXmlRoot(head, "profile"),
  read: Effect.fnUntraced(function* (input) {
    const found = yield* resolve(input, yield* readOscal(input))
    return yield* source(input, found, "$.profile.metadata")
  })
}
