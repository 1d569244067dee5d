import { Context } from "effect"
import { type Boilerplate, none, withoutOpening } from "./Boilerplate.ts"
import type { ReferenceInput } from "./Reference.ts"

/**
 * The text of a reference that is embedded: its title, a blank line, its description. What its catalog was found to
 * repeat is left out: the opening of the description, and a title that many share.
 *
 * @example
 * import { textOf } from "crosswalk"
 *
 * textOf({ uri: "r:1", entityType: "requirement", title: "Logging", description: "Sign-ins are logged." })
 * // "Logging\n\nSign-ins are logged."
 */
export const textOf = (reference: ReferenceInput, boilerplate: Boilerplate = none): string => {
  const { description = "", title } = reference
  if (description === "") return withoutOpening(title, boilerplate.openings)
  const text = withoutOpening(description, boilerplate.openings)
  return boilerplate.titlesRepeat && text.trim() !== "" ? text : `${title}\n\n${text}`
}

/**
 * The function in use, {@link textOf} unless replaced. It must depend on its arguments alone; after replacing it,
 * `updateAllEmbeddings` embeds again what reads differently.
 *
 * @example
 * import { Layer } from "effect"
 * import { ReferenceRepository, TextOf } from "crosswalk"
 *
 * const titlesOnly = ReferenceRepository.layer.pipe(
 *   Layer.provide(Layer.succeed(TextOf, (reference) => reference.title))
 * )
 */
export const TextOf = Context.Reference<(reference: ReferenceInput, boilerplate: Boilerplate) => string>(
  "crosswalk/TextOf",
  { defaultValue: () => textOf }
)
