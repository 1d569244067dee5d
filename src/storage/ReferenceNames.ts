import { Effect } from "effect"
import { ConflictError } from "../domain/ConflictError.ts"
import * as Identifier from "../domain/Identifier.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import type { Reference } from "../domain/Reference.ts"
import type { ResolveOptions } from "../domain/ResolveOptions.ts"
import * as IdentifierLeg from "./legs/IdentifierLeg.ts"

/** At most so many are named where one was meant. */
const maximumCandidates = 10

/** Finds the one reference that a text names, given how references are read by their URIs. */
export const make = Effect.fnUntraced(function* <E>(
  read: (uris: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, Reference>, E>
) {
  const { find } = yield* IdentifierLeg.make

  return Effect.fnUntraced(function* (text: string, { catalog }: ResolveOptions) {
    const exact = (yield* read([text])).get(text)
    if (exact !== undefined && (catalog === undefined || exact.catalog === catalog)) return exact
    const filter = { catalog }
    const normal = Identifier.normal(text)
    const uris = normal === "" ? [] : yield* find({ exact: [normal] }, maximumCandidates + 1, filter)
    const found = [...(yield* read(uris)).values()]
    const written = Identifier.clean(text)
    const asWritten = found.filter(({ identifier, label }) => identifier === written || label === written)
    const [one, ...others] = asWritten.length === 1 ? asWritten : found
    if (one !== undefined && others.length === 0) return one
    if (one !== undefined) {
      return yield* new ConflictError({
        uri: text,
        reason: "ambiguous",
        problem:
          uris.length > maximumCandidates
            ? `more than ${maximumCandidates} references are called so`
            : `${uris.length} references are called so`,
        remedy: { action: "chooseOne", field: "uri", values: uris.slice(0, maximumCandidates) }
      })
    }
    const near = normal === "" ? [] : yield* find({ prefix: `${normal}.` }, maximumCandidates, filter)
    return yield* new NotFoundError({
      uri: text,
      entity: "reference",
      ...(near.length > 0 && { remedy: { action: "chooseOne" as const, field: "uri", values: near } })
    })
  })
})
