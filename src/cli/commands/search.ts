import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { filter, limit } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Render from "../Render.ts"
import { safe } from "../Safe.ts"
import * as Session from "../Session.ts"

/** The ways to search. */
export const modes = ["semantic", "keyword"] as const

export const search = Command.make(
  "search",
  {
    query: Argument.String("query").pipe(Argument.withDescription("What to look for, in your own words")),
    mode: Flag.Literals("mode", modes).pipe(
      Flag.withAlias("m"),
      Flag.withDescription("By meaning, or by the words themselves, which needs no model (default semantic)"),
      Flag.withDefault("semantic")
    ),
    limit,
    ...filter
  },
  Effect.fn(function*({ query, mode, limit, catalog, entityType, tags }) {
    const output = yield* Output
    const options = { limit, filter: { catalog, entityType, tags } }
    const hits = yield* (mode === "keyword"
      ? ReferenceRepository.use((references) => references.search(query, options)).pipe(
        Effect.provide(Session.references("existing"))
      )
      : EmbeddingRepository.use((embeddings) => embeddings.findSimilarByText(query, options)).pipe(
        Effect.provide(Session.embeddings("existing"))
      ))
    yield* output.answer({ query, mode, hits: hits.map(Render.hitJson) }, () => Render.hits(output, hits))
    if (hits.length === 0 && !output.json) yield* output.note(safe`Nothing was found.`)
  })
).pipe(
  Command.withDescription("Find references by meaning or by keyword"),
  Command.withExamples([
    { command: 'crosswalk search "keep passwords safe if the database leaks"', description: "The ten nearest in meaning" },
    { command: "crosswalk search argon2 --mode keyword --catalog asvs@5.0.0", description: "Those with the word" }
  ])
)
