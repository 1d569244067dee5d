import type { Item } from "../Importer.ts"
import { entry, failure, uriOf, within, withdrawn } from "../Items.ts"
import { linkItems } from "../Links.ts"

/** A weakness or category of CWE, as its XML and its CSV have it. */
export interface CweEntry {
  readonly kind: "weakness" | "category"
  /** A number in digits, such as `79`. */
  readonly id: string
  readonly name: string
  readonly status: string
  readonly description: string
  readonly extended: string
  /** Base, variant, class and so on; blank where it says none. */
  readonly abstraction: string
  readonly likelihood: string
  readonly terms: ReadonlyArray<string>
  /** Such as `ChildOf` and the number of another; may repeat. */
  readonly related: ReadonlyArray<{ readonly nature: string; readonly id: string }>
}

/** The text with single spaces; paragraphs stay apart. */
export const tidy = (text: string): string =>
  text
    .split(/\n{2,}/u)
    .map((paragraph) => paragraph.replace(/\s+/gu, " ").trim())
    .filter((paragraph) => paragraph !== "")
    .join("\n\n")

const maxReason = 300

const relatedOf = (related: CweEntry["related"]): CweEntry["related"] =>
  Array.from(new Map(related.map(({ id, nature }) => [`${nature} ${id}`, { nature, id: `CWE-${id}` }])).values())

/** An entry of CWE as a reference, or as withdrawn where it is deprecated or obsolete. */
export const toItems = (source: string, catalog: string, at: string, found: CweEntry): ReadonlyArray<Item> => {
  if (!/^[1-9]\d{0,8}$/u.test(found.id)) {
    return [failure(source, within(at, "ID"), `is not a CWE number: ${JSON.stringify(found.id)}`)]
  }
  const id = `CWE-${found.id}`
  const description = tidy(found.description)
  if (/^(?:deprecated|obsolete)$/iu.test(found.status.trim())) {
    const reason = `${found.status.trim()}: ${description || found.name}`
    return [withdrawn(id, reason.length > maxReason ? `${reason.slice(0, maxReason)}…` : reason, at)]
  }
  const extended = tidy(found.extended)
  const related = relatedOf(found.related)
  const metadata = {
    id,
    ...(found.abstraction !== "" && { abstraction: found.abstraction }),
    ...(found.status !== "" && { status: found.status }),
    ...(found.likelihood !== "" && { likelihood: found.likelihood }),
    ...(found.terms.length > 0 && { terms: found.terms }),
    ...(related.length > 0 && { related }),
    ...(extended !== "" && { extended })
  }
  const uri = uriOf(catalog, id)
  const reference = {
    uri,
    title: found.name.trim(),
    entityType: found.kind,
    description: description === "" ? undefined : description,
    metadata,
    catalog
  }
  const links = related.map(({ id: other, nature }) => ({ nature, other }))
  return [entry(source, at, reference), ...linkItems(uri, at, links)]
}
