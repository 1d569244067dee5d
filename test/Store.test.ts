import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogDiff } from "../src/crosswalk/CatalogDiff.ts"
import { Coverage } from "../src/crosswalk/Coverage.ts"
import { Crosswalk } from "../src/crosswalk/Crosswalk.ts"
import { Review } from "../src/crosswalk/Review.ts"
import * as Deterministic from "../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../src/libsql/LibsqlClient.ts"
import { Search } from "../src/search/Search.ts"
import { EmbeddingRepository } from "../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import * as Store from "../src/Store.ts"
import { TestStore } from "../src/testing.ts"
import * as Usearch from "../src/vectors/Usearch.ts"
import { liveClient } from "./support/liveClient.ts"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const input = { uri: "r:1", title: "Passwords are hashed", entityType: "requirement" }

const save = EmbeddingRepository.use((embeddings) => embeddings.saveWithEmbedding(input))
const count = ReferenceRepository.use((references) => references.count())
const deterministic = { type: "deterministic" } as const

describe("Store", () => {
  it.effect("keeps what is saved in the file it is given", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      yield* Effect.provide(save, Store.layerLibsql({ url, embedder: deterministic }))
      expect(yield* Effect.provide(count, Store.layerLibsql({ url, embedder: deterministic }))).toBe(1)
    })
  )

  it.effect("makes a store of its own each time, even inside of another", () =>
    Effect.gen(function* () {
      yield* save
      expect(yield* count).toBe(1)
      expect(yield* Effect.provide(count, Store.layerLibsql({ embedder: deterministic }))).toBe(0)
      expect(yield* Effect.provide(count, TestStore.layer)).toBe(0)
    }).pipe(Effect.provide(TestStore.layer))
  )

  for (const vectors of ["sql", "memory"] as const) {
    it.live(`has every service, with vectors compared in ${vectors}`, () =>
      Effect.gen(function* () {
        yield* save
        const { hits } = yield* Search.use((search) => search.search("hashed passwords"))
        expect(hits[0]?.reference.uri).toBe("r:1")
        const error = yield* Effect.flip(Coverage.use((coverage) => coverage.report({ to: "a@1", by: "b@1" })))
        expect(error._tag).toBe("NotFoundError")
        yield* Effect.all([Crosswalk, CatalogDiff, Review])
      }).pipe(Effect.provide(Store.layerLibsql({ embedder: deterministic, vectors })))
    )
  }

  it.effect("embeds and finds in the test store", () =>
    Effect.gen(function* () {
      const embeddings = yield* EmbeddingRepository
      yield* embeddings.saveWithEmbedding(input)
      const [hit] = yield* embeddings.findSimilarByText("hashed passwords")
      expect(hit?.reference.uri).toBe("r:1")
      expect(hit?.score).toBeGreaterThan(0.5)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("reads its options from the configuration", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      const layer = Store.layerLibsqlConfig({
        url: Config.String("DATABASE_URL"),
        embedder: Config.succeed(deterministic)
      })
      const provider = ConfigProvider.fromEnv({ env: { DATABASE_URL: url } })
      yield* Effect.provide(save, layer).pipe(Effect.provideService(ConfigProvider.ConfigProvider, provider))
      expect(yield* Effect.provide(count, Store.layerLibsql({ url, embedder: deterministic }))).toBe(1)
    })
  )

  it.live("is made from an application's own client, embedder and vector index", () =>
    Effect.gen(function* () {
      const client = yield* liveClient({ url: ":memory:" })
      const store = Store.layer.pipe(
        Layer.provide(Usearch.layer({ exactUpTo: 10 })),
        Layer.provide(Deterministic.layer({ dimensions: 16 })),
        Layer.provide(LibsqlClient.layer({ liveClient: client }))
      )
      yield* Effect.gen(function* () {
        yield* save
        const { hits } = yield* Search.use((search) => search.search("hashed passwords"))
        expect(hits[0]?.reference.uri).toBe("r:1")
      }).pipe(Effect.provide(store))
      expect((yield* Effect.promise(() => client.execute("SELECT uri FROM crosswalk_reference"))).rows).toHaveLength(1)
    })
  )

  it.live("reaches the options of its parts", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      const layer = Store.layerLibsql({
        url,
        journalMode: "delete",
        embedder: { type: "deterministic", dimensions: 8 },
        vectors: { path: `${url}.elsewhere`, exactUpTo: 10 }
      })
      yield* Effect.gen(function* () {
        yield* save
        yield* Search.use((search) => search.search("hashed", { mode: "semantic" }))
        const sql = yield* SqlClient.SqlClient
        expect(yield* sql.unsafe("PRAGMA journal_mode").values).toEqual([["delete"]])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("takes a client of the program, and leaves it open", () =>
    Effect.gen(function* () {
      const client = yield* liveClient({ url: ":memory:" })
      yield* Effect.provide(save, Store.layerLibsql({ liveClient: client, embedder: deterministic }))
      expect(client.closed).toBe(false)
      expect(yield* Effect.provide(count, Store.layerLibsql({ liveClient: client, embedder: deterministic }))).toBe(1)
    })
  )

  for (const [config, field] of [
    [{ vectors: "memori" }, "vectors"],
    [{ vectors: { exactupto: 1 } }, "vectors.exactupto"],
    [{ vectors: { exactUpTo: -1 } }, "vectors.exactUpTo"],
    [{ vector: "memory" }, "vector"],
    [{ url: 42 }, "url"],
    [{ busyTimeout: "soon" }, "busyTimeout"],
    [{ embedder: { type: "deterministic", dimension: 8 } }, "embedder.dimension"],
    [null, "config"]
  ] as const) {
    it.effect(`refuses ${JSON.stringify(config)} with a ValidationError that names ${field}`, () =>
      Effect.gen(function* () {
        const given: unknown = config
        const error = yield* Effect.flip(Effect.provide(count, Store.layerLibsql(given as Store.Config)))
        expect(error).toMatchObject({ _tag: "ValidationError", field })
      })
    )
  }

  it.effect("fails with typed errors", () =>
    Effect.gen(function* () {
      const fail = (config: Store.Config) => Effect.flip(Effect.provide(count, Store.layerLibsql(config)))
      const unknown: unknown = { type: "psychic" }
      expect(yield* fail({ embedder: unknown as Store.Config["embedder"] })).toMatchObject({
        _tag: "ValidationError",
        field: "embedder.type"
      })
      expect(yield* fail({ embedder: { type: "transformers", model: "no/such", offline: true } })).toMatchObject({
        _tag: "ModelLoadError"
      })
      expect(yield* fail({ url: "/nonexistent/folder/x.db", embedder: deterministic })).toMatchObject({
        _tag: "DatabaseError",
        reason: "connection"
      })
    })
  )
})
