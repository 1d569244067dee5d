import { Schema } from "effect"
import { CatalogChanges } from "../domain/Change.ts"

const encode = Schema.encodeSync(Schema.fromJsonString(CatalogChanges))

/** A catalog's changes as JSON, in the shape of {@link CatalogChanges}. */
export const render = (changes: CatalogChanges): string => encode(changes)
