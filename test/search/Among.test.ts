import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { Search } from "../../src/search/Search.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

/** Ten texts of a catalog, in which "key" is frequent and "session" rare; in the others, it is the other way round. */
const own = Array.from({ length: 10 }, (_, i) => ({
  uri: `own:${i}`,
  title: i % 5 === 0 ? "A session ends" : `Key ${i} is kept`,
  entityType: "rule",
  catalog: "own@1",
  description: `The key ${"is long ".repeat(i)}${i % 3 === 0 ? "鍵の管理" : "and 鍵管理"}`
}))
const others = Array.from({ length: 200 }, (_, i) => ({
  uri: `other:${i}`,
  title: "Another session",
  entityType: "rule",
  catalog: "others@1",
  description: i % 20 === 0 ? "A key, 鍵の管理" : "Sessions time out"
}))

const queries = ["session", "key session", "long keys", "ses* key", "鍵の管理", "session 鍵管理"]

const store = (texts: typeof own) =>
  Layer.effectDiscard(Effect.flatMap(ReferenceRepository, ({ saveMany }) => saveMany(texts))).pipe(
    Layer.provideMerge(Layer.merge(ReferenceRepository.layer, Search.layerKeyword)),
    Layer.provide(LibsqlClient.layer({ url: ":memory:" })),
    Layer.fresh
  )

const found = Effect.forEach(queries, (query) =>
  Effect.map(
    Search.use(({ search }) => search(query, { mode: "keyword", limit: 20, filter: { catalog: "own@1" } })),
    ({ hits }) => hits.map(({ reference, relevance, score }) => [reference.uri, score, relevance])
  )
)

it.effect("a catalog is searched among others as if it were alone, with the same scores and relevance", () =>
  Effect.gen(function* () {
    const alone = yield* Effect.provide(found, store(own))
    for (const hits of alone) assert.isNotEmpty(hits)
    assert.deepStrictEqual(yield* Effect.provide(found, store([...others, ...own])), alone)
  })
)
