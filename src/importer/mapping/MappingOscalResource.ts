import { Result, Schema } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { type Remedy, setOption } from "../../domain/Remedy.ts"
import { fileName, slugOf } from "../Names.ts"
import type { MappingInput } from "./Mapping.ts"
import type { Collection, Resource } from "./MappingOscalModel.ts"
import * as StoredCatalog from "./StoredCatalog.ts"

const isCatalogId = Schema.is(CatalogId)

/** What a file may be called after: its name without its extension, and without what says that it is a catalog. */
const stemsOf = (href: string): ReadonlyArray<string> => {
  const stem = fileName(href).replace(/\.(?:json|ya?ml|xml)$/iu, "")
  return [stem, stem.replace(/(?:[\s._-]*(?:min|resolved|profile|catalogu?e?))+$/iu, "")]
}

/** Gathers the resources whose catalogs are not known, with how many maps need each: every one is told once. */
export const unknown = (source: string, { catalogs = [] }: MappingInput["options"]) => {
  const found = new Map<string, { readonly at: string; readonly end: "from" | "to"; count: number }>()
  const remedyOf = (href: string, end: "from" | "to"): Remedy => {
    const [, stem = ""] = stemsOf(href)
    const catalog = StoredCatalog.like(stem, catalogs)
    if (href === "") return setOption(end, "asvs@5.0.0")
    if (catalog !== undefined) return setOption("resources", `${fileName(href)}=${catalog}`)
    return { action: "import", ...(slugOf(stem) !== "" && { catalog: slugOf(stem) }) }
  }
  return {
    add: (resource: typeof Resource.Type | undefined, end: "from" | "to", at: string): void => {
      const href = resource?.href ?? ""
      const before = found.get(`${end} ${href}`)
      if (before === undefined) found.set(`${end} ${href}`, { at, end, count: 1 })
      else before.count++
    },
    items: (): ReadonlyArray<Result.Result<never, ImportError>> =>
      [...found].map(([key, { at, count, end }]) => {
        const href = key.slice(end.length + 1)
        const named = href === "" ? "a resource that has no name" : href
        const what = `the ${end === "from" ? "sources" : "targets"} of ${count === 1 ? "a map" : `${count} maps`}`
        const problem = `no stored catalog is called like ${named}, which has ${what}. Import it, or say which catalog it is`
        return Result.fail(new ImportError({ source, at, reason: "option", problem, remedy: remedyOf(href, end) }))
      })
  }
}

/**
 * The catalog of a resource: the one that is said of its href or the name of its file; the one that its property `catalog`
 * names, as in this program's own exports; or the stored one that is called like its file, or like the title or the files
 * of what it stands for in the back matter.
 */
export const catalogOf = (
  resource: typeof Resource.Type | undefined,
  { resources: said, catalogs = [] }: MappingInput["options"],
  collection: Collection
): string | undefined => {
  const href = resource?.href ?? ""
  const behind = collection["back-matter"]?.resources?.find(({ uuid }) => href === `#${uuid}`)
  const hrefs = [href, ...(behind?.rlinks ?? []).map((link) => link.href)].filter((one) => one !== "")
  for (const one of hrefs) {
    const catalog = said?.[one] ?? said?.[fileName(one)]
    if (catalog !== undefined) return catalog
  }
  const props = [...(resource?.props ?? []), ...(behind?.props ?? [])]
  const own = props.find(({ name, value }) => name === "catalog" && isCatalogId(value))?.value
  if (own !== undefined) return own
  for (const name of [...hrefs.flatMap(stemsOf), behind?.title ?? ""]) {
    const catalog = StoredCatalog.named(name, catalogs)
    if (catalog !== undefined) return catalog
  }
  return undefined
}
