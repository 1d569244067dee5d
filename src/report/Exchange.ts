import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import { localId } from "../crosswalk/Graph.ts"
import { uriOf } from "../importer/Items.ts"
import { isUri } from "../importer/mapping/MappingRows.ts"

/** A relation with the references at its ends. */
export interface PlacedRelation {
  readonly relation: Relation
  readonly sources: ReadonlyArray<Reference>
  readonly targets: ReadonlyArray<Reference>
}

/** The relations from one catalog to another, as they are handed to others. */
export interface Exchange {
  readonly from: string
  readonly to: string
  readonly relations: ReadonlyArray<PlacedRelation>
}

/**
 * What a reference is called where its catalog is known: its identifier where that leads back to its URI, else the URI; the
 * identifier too where the URI does not look like one.
 */
export const nameOf = (reference: Reference): string => {
  const { catalog, identifier, uri } = reference
  const names = [identifier, localId(reference)].filter((name) => name !== undefined)
  const own = names.find((name) => catalog !== undefined && !isUri(name) && uriOf(catalog, name) === uri)
  return own ?? (isUri(uri) ? uri : (identifier ?? uri))
}

/** A text on one line. */
export const line = (text: string): string => text.replace(/\s+/gu, " ").trim()

/** What a map, a row or an entry is called, the same for the same relation. */
export const partsOfRelation = ({ sources, targets, to, type }: Relation): ReadonlyArray<string> => [
  JSON.stringify([sources, targets, to]),
  type
]
