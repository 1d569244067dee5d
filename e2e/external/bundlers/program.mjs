import { Effect } from "effect"
import { Embedder, EmbeddingRepository, Search, Store } from "crosswalk"

const texts = ["Stored with a slow, salted hash.", "Logs are kept for a year."]

const program = Effect.gen(function* () {
  const embedder = yield* Embedder
  const vectors = yield* embedder.embedMany(texts)
  const references = yield* EmbeddingRepository
  for (const [index, description] of texts.entries()) {
    yield* references.saveWithEmbedding({
      uri: `req:${index}`,
      title: `${index}`,
      entityType: "requirement",
      description
    })
  }
  const search = yield* Search
  const { hits } = yield* search.search("protect credentials against brute force", { mode: "semantic" })
  return `${vectors.length} vectors, ${hits[0].reference.uri}`
})

Effect.runPromise(program.pipe(Effect.provide(Store.layerLibsql({ url: ":memory:", vectors: "memory" })))).then(
  console.log,
  (error) => {
    console.error(error.message, JSON.stringify(error.remedy))
    process.exitCode = 3
  }
)
