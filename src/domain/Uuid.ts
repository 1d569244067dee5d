import type { Reference } from "./Reference.ts"

/** The keys under which importers keep what only machines know an entry by, the most explicit first. */
export const keys = ["uuid", "guid", "reqif", "stix", "mid"] as const

/** The property under which catalogs of OSCAL keep it, whose controls have none of their own. */
export const property = "alt-identifier"

/** A UUID, also with something before it as in ReqIF (`_…`) and STIX (`attack-pattern--…`), or without hyphens. */
const shape = /(?:^|[^0-9a-f])([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})$/u

/** The UUID that a value ends with, without hyphens. */
export const inText = (value: unknown): string | undefined =>
  typeof value === "string" ? shape.exec(value.trim().toLowerCase())?.[1]?.replaceAll("-", "") : undefined

/** The UUID that the source of a reference knows it by: in its metadata, or as its identifier. */
export const of = ({ identifier, metadata, uri }: Pick<Reference, "identifier" | "metadata" | "uri">) => {
  const said: Readonly<Record<string, unknown>> =
    typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? { ...metadata } : {}
  const props: unknown = said["props"]
  const other: unknown = typeof props === "object" && props !== null ? Reflect.get(props, property) : undefined
  for (const value of [...keys.map((key) => said[key]), other, identifier, uri]) {
    const found = inText(value)
    if (found !== undefined) return found
  }
  return undefined
}
