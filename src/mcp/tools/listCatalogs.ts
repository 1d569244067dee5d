import { Effect, Schema } from "effect"
import { Catalog } from "../../domain/Catalog.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { cursor, limitOf } from "../Input.ts"
import { CurrentSurroundings } from "../McpOptions.ts"
import * as Page from "../Page.ts"
import * as Tool from "../Tool.ts"

const most = 500
const usual = 100

const Input = Schema.Struct({ limit: limitOf(most, usual), cursor })

const Output = Schema.Struct({
  /** In natural order. */
  catalogs: Schema.Array(Schema.Struct(Catalog.fields)),
  ...Page.pageFields
})

export const listCatalogs = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const { maxTokens } = yield* CurrentSurroundings
  return Tool.make({
    name: "list_catalogs",
    title: "List the catalogues",
    description:
      "List the catalogues that are stored, written name@version, with how many references each has and how many of them " +
      "have an embedding. All other tools name catalogues as they stand here.",
    effects: "reads",
    input: Input,
    output: Output,
    run: Effect.fnUntraced(function* (input) {
      const part = yield* Page.of(input, maxTokens)
      const found = (yield* references.catalogs).map(({ embedded, id, references }) => ({ id, references, embedded }))
      const { items, ...page } = part.take(found, { limit: input.limit ?? usual })
      return { catalogs: items, ...page }
    })
  })
})
