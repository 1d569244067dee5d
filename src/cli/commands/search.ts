import { Duration, Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ModelPatience } from "../../search/ModelPatience.ts"
import { Search } from "../../search/Search.ts"
import { SearchFusion, SearchMode } from "../../search/SearchOptions.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { filter, limit, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Render from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as SearchRender from "../SearchRender.ts"
import * as Session from "../Session.ts"

const share = (name: string, description: string) =>
  Flag.Finite(name).pipe(
    Flag.filter(
      (value) => value >= 0 && value <= 1,
      (value) => `Expected a number from 0 to 1, got ${value}`
    ),
    Flag.withDescription(description),
    optional
  )

/** Whoever waits at a terminal can end it: a slow machine may take its time to load the model. */
const patient = Layer.succeed(ModelPatience, Duration.minutes(1))

/** How the legs of a hybrid search are joined. */
export const joining = {
  semanticWeight: share(
    "semantic-weight",
    "How much meaning weighs against words in a hybrid search, 0 to 1 (default 0.75)"
  ),
  fusion: Flag.Literals("fusion", SearchFusion.literals).pipe(
    Flag.withDescription("Join meaning and words by their scaled scores or by their ranks alone (default convex)"),
    optional
  )
}

export const search = Command.make(
  "search",
  {
    query: Argument.String("query").pipe(Argument.withDescription("What to look for, in your own words")),
    mode: Flag.Literals("mode", SearchMode.literals).pipe(
      Flag.withAlias("m"),
      Flag.withDescription(
        "By meaning and words together, by meaning, or by words, which needs no model (default hybrid)"
      ),
      Flag.withDefault("hybrid")
    ),
    explain: toggle("explain", "Show how each score came about"),
    facets: toggle("facets", "Count what was searched by catalog, type and tag, whatever its relevance"),
    options: {
      limit,
      minRelevance: share("min-relevance", "Only hits of at least this relevance, 0 to 1"),
      onlyRelevant: toggle(
        "only-relevant",
        "Only hits that are likely to answer the query, none far behind the best; perhaps none"
      ),
      filter,
      ...joining
    }
  },
  Effect.fn(function* ({ query, mode, explain, facets, options }) {
    const output = yield* Output
    const find = Search.use(({ search }) => search(query, { ...options, mode, facets }))
    const found = yield* mode === "keyword"
      ? find.pipe(Effect.provide(Layer.provide(Search.layerKeyword, Session.references("readonly"))))
      : find.pipe(Effect.provide(Layer.provide(Layer.provide(Search.layer, patient), Session.embeddings("readonly"))))
    const { comparedBy, hits } = found
    yield* output.answer(
      {
        query,
        mode,
        hits: hits.map(SearchRender.hitJson),
        comparedBy,
        unsearched: found.unsearched,
        degraded: found.degraded,
        facets: found.facets
      },
      () => [
        ...(explain ? hits.flatMap((hit) => SearchRender.explained(output, hit)) : Render.hits(output, hits)),
        ...(explain && comparedBy !== undefined ? [SearchRender.comparedBy(output, comparedBy)] : []),
        ...(found.facets === undefined ? [] : SearchRender.facets(output, found.facets))
      ]
    )
    const unsearched = SearchRender.unsearched(found)
    if (unsearched !== undefined && !output.json) yield* output.note(unsearched)
    if (hits.length === 0 && !output.json) {
      const isStrict = options.onlyRelevant || options.minRelevance !== undefined
      yield* output.note(isStrict ? safe`Nothing relevant was found.` : safe`Nothing was found.`)
    }
    if (found.degraded !== undefined) {
      return yield* new Ended({ code: ExitCode.partly, message: `${SearchRender.degraded(found.degraded)}` })
    }
  })
).pipe(
  Command.withDescription("Find references by meaning and by keyword"),
  Command.withExamples([
    { command: 'crosswalk search "keep passwords safe if the database leaks"', description: "The ten best" },
    { command: "crosswalk search argon2 --mode keyword --catalog asvs@5.0.0", description: "Those with the word" },
    {
      command: 'crosswalk search "log out" --where "level<=1" --only-relevant --explain',
      description: "Only what answers it, and why"
    }
  ])
)
