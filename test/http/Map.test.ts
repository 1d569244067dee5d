import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { MapLayout } from "../../src/domain/MapLayout.ts"
import { ReferenceMap } from "../../src/map/ReferenceMap.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { ask, serving } from "../support/httpServer.ts"

layer(serving(), { excludeTestServices: true })("the map over HTTP", (it) => {
  it.effect("is what the service says, and is not given again while it is the same", () =>
    Effect.gen(function* () {
      yield* ReferenceRepository.use(({ saveMany }) =>
        saveMany(
          ["one", "two", "three"].map((name) => ({
            uri: `m:1/${name}`,
            title: name,
            entityType: "rule",
            catalog: "m@1"
          }))
        )
      )
      yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
      const first = yield* ask("GET", "/api/v1/map")
      const map = Schema.decodeUnknownSync(MapLayout)(yield* first.json)
      assert.deepStrictEqual(map, yield* ReferenceMap.use(({ read }) => read))
      assert.lengthOf(map.x, 3)
      const etag = first.headers["etag"] ?? ""
      assert.strictEqual((yield* ask("GET", "/api/v1/map", { headers: { "if-none-match": etag } })).status, 304)
      yield* ReferenceRepository.use(({ remove }) => remove("m:1/one"))
      const later = yield* ask("GET", "/api/v1/map", { headers: { "if-none-match": etag } })
      assert.strictEqual(later.status, 200)
      assert.notStrictEqual(later.headers["etag"], etag)
    })
  )

  it.effect("is computed as a job that goes on by itself, once for all who ask meanwhile", () =>
    Effect.gen(function* () {
      yield* ReferenceRepository.use(({ saveMany }) =>
        saveMany(
          Array.from({ length: 40 }, (_, i) => ({
            uri: `n:1/${i}`,
            title: `Rule ${i}`,
            entityType: "rule",
            catalog: "n@1"
          }))
        )
      )
      yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
      const [first, second] = yield* Effect.all([ask("POST", "/api/v1/map"), ask("POST", "/api/v1/map")])
      assert.deepStrictEqual([first.status, second.status], [202, 202])
      const location = first.headers["location"] ?? ""
      assert.strictEqual(second.headers["location"], location)
      const events = yield* ask("GET", `${location}/events`, { headers: { accept: "application/x-ndjson" } })
      const last = (yield* events.text).trim().split("\n").at(-1) ?? ""
      assert.deepInclude(JSON.parse(last), { _tag: "JobDone", result: { kind: "map", report: { references: 42 } } })
      const map = Schema.decodeUnknownSync(MapLayout)(yield* (yield* ask("GET", "/api/v1/map")).json)
      assert.deepInclude(map, { method: "umap", isCurrent: true })
    })
  )
})
