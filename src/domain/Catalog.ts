import { Schema } from "effect"
import { Text } from "./Text.ts"

/**
 * The identifier of a catalog: `name@version`, such as `asvs@5.0.0`. The version may be left out where the source has
 * none, such as `company`.
 */
export const CatalogId = Text.check(
  Schema.makeFilter((id) =>
    /^[^\s@]+(@[^\s@]+)?$/u.test(id) ? undefined : "a catalog written name@version, without spaces, such as asvs@5.0.0"
  )
)

/** A set of references that came from one source and version. */
export class Catalog extends Schema.Class<Catalog>("crosswalk/Catalog")({
  id: CatalogId,
  /** How many references it has. */
  references: Schema.Natural,
  /** How many of them have an embedding, fresh or stale. */
  embedded: Schema.Natural
}) {}
