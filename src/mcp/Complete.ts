import { Effect, Option } from "effect"
import { McpSchema } from "effect/ai"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"

/** More than the protocol allows are not given. */
const most = 100

const answer = (values: ReadonlyArray<string>, total = values.length) => ({
  completion: { values: values.slice(0, most), total, hasMore: total > most }
})

const failed = () => new McpSchema.InternalError({ message: "The values cannot be read" })

/** What an argument may be, from what was typed of it. */
export const make = Effect.map(ReferenceRepository, (references) => {
  /** Catalogs that have what was typed in their name, those that begin so first. */
  const catalog = (typed: string) =>
    references.catalogs.pipe(
      Effect.map((all) => {
        const low = typed.toLowerCase()
        const names = all.map(({ id }) => id).filter((id) => id.toLowerCase().includes(low))
        const [begin, others] = [true, false].map((is) => names.filter((id) => id.toLowerCase().startsWith(low) === is))
        return answer([...(begin ?? []), ...(others ?? [])])
      }),
      Effect.mapError(failed)
    )

  /** References with the words that were typed, or that are called so. */
  const reference = (typed: string) =>
    Effect.gen(function* () {
      if (typed.trim() === "") {
        const { references: first } = yield* references.findPage({ limit: most })
        return answer(first.map(({ uri }) => uri))
      }
      const found = yield* references.search(`${typed}*`, { limit: most })
      const named = yield* Effect.option(references.resolve(typed))
      const uris = new Set([
        ...(Option.isSome(named) ? [named.value.uri] : []),
        ...found.map(({ reference }) => reference.uri)
      ])
      return answer([...uris])
    }).pipe(Effect.mapError(failed))

  return { catalog, reference }
})
