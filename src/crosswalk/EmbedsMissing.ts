import { Context } from "effect"

/**
 * Whether comparing catalogs first embeds what has no fresh vector, which writes to the database. Where not, it fails with a
 * ConflictError that names such a reference. Default: true.
 *
 * @example
 * import { Effect } from "effect"
 * import { CatalogDiff, EmbedsMissing } from "crosswalk"
 *
 * const changesNothing = CatalogDiff.use(({ diff }) => diff({ before: "asvs@4.0.3", after: "asvs@5.0.0" })).pipe(
 *   Effect.provideService(EmbedsMissing, false)
 * )
 */
export const EmbedsMissing = Context.Reference<boolean>("crosswalk/EmbedsMissing", { defaultValue: () => true })
