import { Effect } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import type { Remedy } from "../domain/Remedy.ts"
import type * as LintRows from "../storage/LintRows.ts"
import * as Names from "./Names.ts"

/** What the ends of relations are looked for among. */
export interface Stored {
  /** By their URIs: all of the catalogs that the ends name, and those that are stored under other URIs. */
  readonly references: ReadonlyMap<string, LintRows.LintReference>
  /** The identifiers of the catalogs that are stored. */
  readonly catalogs: ReadonlyArray<string>
}

/** Reads what these URIs may mean. */
export const read = Effect.fnUntraced(function* (
  rows: Effect.Success<typeof LintRows.make>,
  uris: Iterable<string>,
  catalogs: ReadonlyArray<string>
) {
  const needed = new Set<string>()
  const others: Array<string> = []
  for (const uri of new Set(uris)) {
    const its = catalogs.filter((catalog) => Identifier.ofUri(uri, catalog) !== undefined)
    if (its.length === 0) others.push(uri)
    for (const catalog of its) needed.add(catalog)
  }
  const found = [...(yield* rows.ofCatalogs([...needed])), ...(yield* rows.named(others))]
  return { references: new Map(found.map((one) => [one.uri, one])), catalogs } satisfies Stored
})

/** A catalog as the beginning of a URI names it, whether it is stored or not; none where that is an address. */
export const saidCatalog = (uri: string): string | undefined => {
  const [, name = "", version] = /^([^:/\s]+):(?:([^/\s]+)\/)?/u.exec(uri) ?? []
  return name === "" || /^(?:https?|urn|file)$/iu.test(name)
    ? undefined
    : version === undefined
      ? name
      : `${name}@${version}`
}

export const isOne = (found: Names.Found | undefined): found is { readonly uri: string } =>
  found !== undefined && "uri" in found

export const chooseOne = (values: ReadonlyArray<string>): Remedy => ({ action: "chooseOne", field: "uri", values })

/** Finds what URIs mean among what is stored: under them, or called so in the catalog that they begin with. */
export const make = ({ catalogs, references }: Stored) => {
  // Of `house` and `house@1` the second is the one of `house:1/R-1`.
  const known = [...catalogs].sort((a, b) => b.length - a.length)
  const names = new Map<string, Names.Names>()
  const found = new Map<string, Names.Found | undefined>()
  const grouped = new Map<string, Array<LintRows.LintReference>>()
  for (const reference of references.values()) {
    if (reference.catalog === null) continue
    const before = grouped.get(reference.catalog)
    if (before === undefined) grouped.set(reference.catalog, [reference])
    else before.push(reference)
  }
  const namesOf = (catalog: string) => {
    const made = names.get(catalog) ?? Names.make(grouped.get(catalog) ?? [])
    names.set(catalog, made)
    return made
  }
  /** A URI as an identifier of a catalog. */
  const read = (uri: string) => {
    const catalog = known.find((id) => Identifier.ofUri(uri, id) !== undefined)
    const text = catalog === undefined ? undefined : Identifier.ofUri(uri, catalog)
    return catalog === undefined || text === undefined ? undefined : { catalog, text }
  }
  const find = (uri: string): Names.Found | undefined => {
    if (references.has(uri)) return { uri }
    if (!found.has(uri)) {
      const said = read(uri)
      // A catalog may have URIs that do not begin with its name, which tables of its mappings have as they are.
      const own = said !== undefined && references.get(said.text)?.catalog === said.catalog
      found.set(uri, said && (own ? { uri: said.text } : namesOf(said.catalog).find(said.text)))
    }
    return found.get(uri)
  }
  return { find, namesOf, read }
}
export type StoredNames = ReturnType<typeof make>
