import { Effect } from "effect"
import { urisOf } from "../domain/RelationEnds.ts"
import type { Placed } from "../importer/mapping/RelationFile.ts"
import type * as LintRows from "../storage/LintRows.ts"
import type { ImportFailure } from "./ImportReport.ts"
import { meant } from "./lint/LookAlike.ts"
import * as StoredNames from "./StoredNames.ts"

/** Why an end is no reference, and what is probably meant. */
const missing = (uri: string, { find, namesOf, read }: StoredNames.StoredNames): Omit<ImportFailure, "at"> => {
  const found = find(uri)
  if (found !== undefined && "several" in found) {
    const problem = `it is not clear which reference ${uri} is: ${found.several.length} references are called so`
    return { problem, remedy: StoredNames.chooseOne(found.several) }
  }
  const said = read(uri)
  const likely = said && namesOf(said.catalog).likely(said.text)
  if (said === undefined || likely === undefined) return { problem: `there is no reference ${uri}` }
  return {
    problem: `there is no reference ${uri}${meant(said.text, likely)}`,
    remedy: StoredNames.chooseOne([likely.uri])
  }
}

/**
 * What the ends of relations are: the reference that is stored under the URI, else the one that is called so in its catalog,
 * however it is written. An end that is none is told once, with what is probably meant.
 */
export const resolve = Effect.fnUntraced(function* (
  rows: Effect.Success<typeof LintRows.make>,
  found: ReadonlyArray<Placed>,
  {
    catalogs,
    stored
  }: { readonly catalogs: ReadonlyArray<string>; readonly stored: { readonly has: (uri: string) => boolean } }
) {
  const places = new Map<string, Array<string>>()
  for (const { at, relation } of found) {
    for (const uri of new Set(urisOf(relation))) {
      if (stored.has(uri)) continue
      const before = places.get(uri)
      if (before === undefined) places.set(uri, [at])
      else before.push(at)
    }
  }
  const read: StoredNames.Stored =
    places.size === 0 ? { references: new Map(), catalogs } : yield* StoredNames.read(rows, places.keys(), catalogs)
  const names = StoredNames.make(read)
  /** Catalogs that are not stored, with how many of their identifiers are named. */
  const absent = new Map<string, { readonly at: string; ends: number }>()
  const failed = [...places].flatMap(([uri, [at = "", ...others]]): ReadonlyArray<ImportFailure> => {
    if (StoredNames.isOne(names.find(uri))) return []
    const catalog = names.read(uri) === undefined ? StoredNames.saidCatalog(uri) : undefined
    if (catalog !== undefined && !catalogs.includes(catalog)) {
      const before = absent.get(catalog)
      if (before === undefined) absent.set(catalog, { at, ends: 1 })
      else before.ends++
      return []
    }
    const { problem, ...rest } = missing(uri, names)
    const times = others.length === 0 ? "" : `, which is named ${others.length + 1} times`
    return [{ at, problem: problem + times, ...rest }]
  })
  const whole = [...absent].map(([catalog, { at, ends }]): ImportFailure => {
    const count = ends === 1 ? "an identifier of it is" : `${ends} identifiers of it are`
    return { at, problem: `there is no catalog ${catalog}, and ${count} named`, remedy: { action: "import", catalog } }
  })
  const uriOf = (uri: string) => {
    const end = stored.has(uri) ? { uri } : names.find(uri)
    return StoredNames.isOne(end) ? end.uri : undefined
  }
  /** The catalog of a reference that was found by its name. */
  const catalogOf = (uri: string) => read.references.get(uri)?.catalog ?? undefined
  return { failed: [...whole, ...failed], uriOf, catalogOf }
})
