import { Context } from "effect"
import type { ReferenceInput } from "./Reference.ts"

/**
 * The text of a reference that is embedded: its title, a blank line, its description.
 *
 * @example
 * import { textOf } from "crosswalk"
 *
 * textOf({ uri: "r:1", entityType: "requirement", title: "Logging", description: "Sign-ins are logged." })
 * // "Logging\n\nSign-ins are logged."
 */
export const textOf = (reference: ReferenceInput): string =>
  reference.description === undefined || reference.description === ""
    ? reference.title
    : `${reference.title}\n\n${reference.description}`

/**
 * The function in use, {@link textOf} unless replaced. It must depend on the reference alone; after replacing it,
 * `updateAllEmbeddings` embeds again what reads differently.
 *
 * @example
 * import { Effect } from "effect"
 * import { ReferenceRepository, TextOf } from "crosswalk"
 *
 * const titlesOnly = ReferenceRepository.layer.pipe(
 *   Layer.provide(Layer.succeed(TextOf, (reference) => reference.title))
 * )
 */
export const TextOf = Context.Reference<(reference: ReferenceInput) => string>("crosswalk/TextOf", {
  defaultValue: () => textOf
})
