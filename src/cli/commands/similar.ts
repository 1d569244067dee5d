import { Effect } from "effect"
import { Command } from "effect/cli"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { filter, limit, name } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Render from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const similar = Command.make(
  "similar",
  { name, limit, filter },
  Effect.fn(function* ({ name, limit, filter }) {
    const output = yield* Output
    const { hits, uri } = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      const { uri } = yield* references.resolve(name)
      return { uri, hits: yield* embeddings.findSimilarTo(uri, { limit, filter }) }
    }).pipe(Effect.provide(Session.embeddings("readonly", { warm: false })))
    yield* output.answer({ uri, hits: hits.map(Render.hitJson) }, () => Render.hits(output, hits))
    if (hits.length === 0 && !output.json) yield* output.note(safe`Nothing was found.`)
  })
).pipe(
  Command.withDescription("Find the references nearest in meaning to a stored one"),
  Command.withExamples([
    {
      command: "crosswalk similar company:2026.1/BR-04 --catalog asvs@5.0.0",
      description: "The nearest in another catalogue"
    }
  ])
)
