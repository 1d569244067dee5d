import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient, HttpServer } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import { Api, Routes, Tokens } from "../../src/http.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { storeWithModel } from "../support/failingModel.ts"

const fill = Layer.effectDiscard(
  ReferenceRepository.use(({ save }) => save({ uri: "a:1", title: "Passwords are hashed", entityType: "requirement" }))
)

const failing = Effect.fail(
  new ModelLoadError({
    model: "m",
    reason: "damaged",
    problem: "/home/me/models/m is damaged",
    remedy: { action: "reinstall" }
  })
)

const serving = Routes.serve().pipe(
  Layer.provide(Tokens.layer([])),
  Layer.provide(Layer.provideMerge(fill, storeWithModel(failing))),
  Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
  Layer.provideMerge(FetchHttpClient.layer)
)

const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

layer(serving)("a server whose model fails", (it) => {
  it.effect("answers by words, says so, and tells no path", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiClient.make(Api, { baseUrl: yield* base })
      const { degraded, hits } = yield* client.search.search({ query: { q: "passwords" } })
      assert.deepStrictEqual(
        hits.map(({ reference }) => reference.uri),
        ["a:1"]
      )
      assert.deepInclude(degraded, {
        error: "ModelLoadError",
        reason: "damaged",
        problem: "The embedding model failed (damaged). The log of the server says more",
        remedy: { action: "reinstall" }
      })
      for (const query of [{ degrade: false }, { mode: "semantic" }] as const) {
        const error = yield* Effect.flip(client.search.search({ query: { q: "passwords", ...query } }))
        assert.deepInclude(error, { _tag: "Failed", reason: "damaged" })
      }
    })
  )

  it.effect("is ready, and says what is not", () =>
    Effect.gen(function* () {
      const response = yield* HttpClient.get(`${yield* base}/ready`)
      assert.strictEqual(response.status, 200)
      assert.deepStrictEqual(yield* response.json, {
        database: { ok: true },
        model: { ok: false, detail: "The model gives no vectors (ModelLoadError, damaged)" },
        index: { ok: false, detail: "1 references have no embedding of the model in use" }
      })
    })
  )
})
