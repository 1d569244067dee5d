import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as ServerWrites from "../../src/libsql/ServerWrites.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { randomOf } from "../../src/domain/Random.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const store = (url: string, requestTimeout = Duration.seconds(30)) =>
  Layer.mergeAll(CatalogImport.layer, ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
    Layer.provide(VectorIndex.layerSql),
    Layer.provide(Deterministic.layer({ dimensions: 8 })),
    Layer.provideMerge(LibsqlClient.layer({ url, requestTimeout }))
  )

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    uri: `company:R-${i}`,
    title: `Requirement ${i}`,
    description: `Verify that part ${i} is checked before it is used. `.repeat(4),
    entityType: "requirement",
    catalog: "company@1"
  }))

const csv = (count: number) => ({
  name: "company.csv",
  bytes: Stream.fromIterable(
    [
      "id,title,description\n",
      ...rows(count).map(({ description, title }, i) => `R-${i},${title},${description}\n`)
    ].map((line) => new TextEncoder().encode(line))
  )
})

describe("pieces", () => {
  it("are of so many rows, and of no more than a length, unless one row is longer", () => {
    const rows = [1, 2, 3, 10, 1, 1, 1, 1]
    const cut = ServerWrites.pieces(rows, { rows: 3, length: 6 }, (row) => row)
    assert.deepStrictEqual(cut, [[1, 2, 3], [10], [1, 1, 1], [1]])
    assert.deepStrictEqual(ServerWrites.pieces([], { rows: 3, length: 6 }), [])
  })
})

describe.skipIf(Sqld.unavailable !== undefined)(`writing to a server ${Sqld.unavailable ?? ""}`, () => {
  it.live("takes few requests: 10 000 references at most 200, with their embeddings 400", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      yield* Effect.gen(function* () {
        const imports = yield* CatalogImport
        const before = proxy.requests()
        const saved = yield* imports.run(csv(10_000), { catalog: "company@1", embed: false })
        assert.strictEqual(saved.created, 10_000)

        const middle = proxy.requests()
        assert.isAtMost(middle - before, 200)
        assert.strictEqual((yield* EmbeddingRepository.use((all) => all.updateAllEmbeddings())).updated, 10_000)
        assert.isAtMost(proxy.requests() - middle, 200)
      }).pipe(Effect.provide(store(proxy.url)))
    })
  )

  it.live("goes on through cut connections and lost answers: nothing is lost, and all is counted", () =>
    Effect.gen(function* () {
      const server = yield* Sqld.primary()
      const proxy = yield* LoopbackProxy.make(server.url)
      yield* Effect.gen(function* () {
        const random = randomOf(7)
        const faults: ReadonlyArray<LoopbackProxy.Behaviour> = [
          { kind: "resetBefore" },
          { kind: "loseAnswer" },
          { kind: "cutAnswer" },
          { kind: "halfAnswer" },
          { kind: "answer", status: 429 },
          { kind: "answer", status: 500 },
          { kind: "answer", status: 503 }
        ]
        let faulty = 0
        proxy.behave(() => {
          if (random() > 0.08) return { kind: "pass" }
          return faults[faulty++ % faults.length] ?? { kind: "pass" }
        })
        const imports = yield* CatalogImport
        const report = yield* imports.run(csv(4000), { catalog: "company@1" })
        assert.isAbove(faulty, 5)
        assert.include(report, { created: 4000, updated: 0, unchanged: 0, embedded: 4000, stopped: undefined })
        proxy.behave({ kind: "pass" })
        const references = yield* ReferenceRepository
        assert.strictEqual(yield* references.count(), 4000)
        assert.include(yield* EmbeddingRepository.use(({ status }) => status), { fresh: 4000, missing: 0 })
        const sql = yield* SqlClient.SqlClient
        yield* sql`INSERT INTO crosswalk_keyword (crosswalk_keyword, rank) VALUES ('integrity-check', 1)`
        // What is the same again is told as such.
        assert.include(yield* imports.run(csv(4000), { catalog: "company@1" }), { created: 0, unchanged: 4000 })
      }).pipe(Effect.provide(store(proxy.url)))
    })
  )

  it.live("is not held up much by a round trip of 50 milliseconds", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const before = proxy.requests()
        proxy.behave({ kind: "pass", delay: 50 })
        yield* references.saveMany(rows(2000))
        assert.isAtMost(proxy.requests() - before, 40)
      }).pipe(Effect.provide(store(proxy.url)))
    })
  )

  it.live("ends with an error in bounded time where the connection stays broken, and goes on where it stopped", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      const open = (requestTimeout?: Duration.Duration) =>
        Effect.map(Layer.build(store(proxy.url, requestTimeout)), (services) =>
          Context.get(services, ReferenceRepository)
        )
      const references = yield* open()
      yield* references.saveMany(rows(600))
      const hasty = yield* open(Duration.seconds(2))
      for (const behaviour of [{ kind: "loseAnswer" }, { kind: "answer", status: 500 }, { kind: "silence" }] as const) {
        proxy.behave(behaviour)
        const [duration, error] = yield* Effect.timed(Effect.flip(hasty.saveMany(rows(1200))))
        assert.isBelow(Duration.toMillis(duration), 30_000)
        assert.instanceOf(error, DatabaseError)
        assert.isTrue(error.isRetryable)
        proxy.behave({ kind: "pass" })
        const { created, unchanged, updated } = yield* references.saveMany(rows(1200))
        assert.strictEqual(created + unchanged + updated, 1200)
        assert.strictEqual(yield* references.count(), 1200)
      }
    })
  )

  it.live("takes 64 MB of an answer that does not end", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make("http://127.0.0.1:9")
      proxy.behave({ kind: "endless" })
      const reading = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1`)
      const error = yield* Effect.flip(Effect.provide(reading, LibsqlClient.layer({ url: proxy.url })))
      assert.include(error.message, "64 MB")
      assert.isBelow(proxy.answered(), 512 * 1024 * 1024)
    })
  )
})
