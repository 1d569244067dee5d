import { Effect } from "effect"
import * as RelationImport from "../catalog/RelationImport.ts"
import * as Sources from "../importer/Sources.ts"

/** Imports relations from a file, a URL or standard input. */
export const run = Effect.fnUntraced(function* (source: string, options: RelationImport.RelationImportOptions) {
  return yield* RelationImport.run(source, yield* Sources.bytes(source, options), options)
})
