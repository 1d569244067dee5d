import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Text } from "./Text.ts"

/** How positions were found: `umap` keeps neighbours together; `pca`, the two directions of most difference, is at once there. */
export const MapMethod = Schema.Literals(["umap", "pca"])
export type MapMethod = typeof MapMethod.Type

/** The largest coordinate. */
export const mapSize = 65_535

const Coordinate = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: mapSize }))

/** The references of a map that are of one catalog, or of none. */
export const MapCatalog = Schema.Struct({
  /** Absent for references without a catalog. */
  catalog: Schema.optionalKey(CatalogId),
  /** What the URIs of these references begin with. */
  prefix: Text
})
export type MapCatalog = typeof MapCatalog.Type

/** A map has so many references at most. */
export const mostReferences = 100_000

const perReference = Schema.isMaxLength(mostReferences)

/**
 * References in two dimensions, near where they are alike. The lists are of one length: entry `i` of each is of the same
 * reference, whose URI is the prefix of its catalog and then `suffixes[i]`. In natural order.
 */
export class MapLayout extends Schema.Class<MapLayout>("crosswalk/MapLayout")({
  method: MapMethod,
  /** Nothing would change if it were computed now. */
  isCurrent: Schema.Boolean,
  /** How many came since it was computed, and lie beside what they are nearest to. */
  placed: Schema.Natural,
  /** How many references have no vector of the model in use, and are not on the map. */
  unplaced: Schema.Natural,
  /** How many have one and were left out, because a map has 100,000 references at most; the rest is spread over all. */
  omitted: Schema.Natural,
  catalogs: Schema.Array(MapCatalog).check(perReference),
  /** Which of `catalogs`, from 0. */
  catalog: Schema.Array(Schema.Natural).check(perReference),
  suffixes: Schema.Array(Text).check(perReference),
  /** From 0 to 65,535, to the right. One unit is as long on both axes. */
  x: Schema.Array(Coordinate).check(perReference),
  /** From 0 to 65,535, upwards. */
  y: Schema.Array(Coordinate).check(perReference)
}) {}
