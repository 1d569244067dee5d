import { Schema } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { fileName } from "../Names.ts"
import type { MappingInput } from "./Mapping.ts"
import type { Collection, Resource } from "./MappingOscalModel.ts"
import * as StoredCatalog from "./StoredCatalog.ts"

const isCatalogId = Schema.is(CatalogId)

/** What a file may be called after: its name without its extension, and without what says that it is a catalog. */
const stemsOf = (href: string): ReadonlyArray<string> => {
  const stem = fileName(href).replace(/\.(?:json|ya?ml|xml)$/iu, "")
  return [stem, stem.replace(/(?:[\s._-]*(?:min|resolved|profile|catalogu?e?))+$/iu, "")]
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
