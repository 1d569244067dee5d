import { Effect, Result, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import { readDocument } from "../Documents.ts"
import type { Format, Head, Input } from "../Importer.ts"
import { checkCatalog } from "../Items.ts"
import { catalogNamed, extensionOf, isUntold } from "../Names.ts"
import { type Catalog, readCatalog, toItem } from "./OscalCatalog.ts"
import { resolve } from "./OscalProfile.ts"

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
  const items = Stream.fromIterable(found.controls, { chunkSize: 512 }).pipe(
    Stream.map(
      Result.match({
        onFailure: Result.fail<ImportError>,
        onSuccess: (placed) => toItem(placed, found.params, catalog)
      })
    )
  )
  return { catalog, items }
})

/** An OSCAL catalog of controls, in JSON or YAML. */
export const catalog: Format = {
  name: "oscal-catalog",
  summary: "OSCAL catalog, JSON or YAML",
  detect: (head) => hasRoot(head, "catalog"),
  read: Effect.fnUntraced(function* (input) {
    const found = yield* Effect.fromResult(readCatalog(input.head.name, yield* readDocument(input)))
    return yield* source(input, found, "$.catalog.metadata")
  })
}

/** An OSCAL profile, resolved against the catalogs that lie beside it. */
export const profile: Format = {
  name: "oscal-profile",
  summary: "OSCAL profile with its catalogs beside it, JSON or YAML",
  detect: (head) => hasRoot(head, "profile"),
  read: Effect.fnUntraced(function* (input) {
    const found = yield* resolve(input, yield* readDocument(input))
    return yield* source(input, found, "$.profile.metadata")
  })
}
