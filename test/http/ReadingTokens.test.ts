import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { apiCalls } from "../support/apiCalls.ts"
import { editions } from "../support/editions.ts"
import { everything } from "../support/everything.ts"
import { ask, base, bearer, problemOf, serving, tokens } from "../support/httpServer.ts"

/** The typed client with a token. */
const clientOf = (name: string) =>
  Effect.flatMap(base, (baseUrl) =>
    HttpApiClient.make(Api, {
      baseUrl,
      transformClient: HttpClient.mapRequest(HttpClientRequest.setHeaders(bearer(name)))
    })
  )

/** None of its references has an embedding, so that whoever compares them wants to make some. */
layer(Layer.provideMerge(editions, serving(tokens)))("a token that reads", (it) => {
  for (const [name, call] of Object.entries(apiCalls("hybrid"))) {
    it.effect(`changes nothing by ${name}`, () =>
      Effect.gen(function* () {
        const before = yield* everything
        yield* Effect.ignore(call(yield* clientOf("reader")))
        assert.deepStrictEqual(yield* everything, before)
      })
    )
  }

  it.effect("is told what has no embedding, and compares what was embedded by who may", () =>
    Effect.gen(function* () {
      const paths = [
        "/api/v1/suggestions?from=ours@1&to=norm@1",
        "/api/v1/diff?before=norm@1&after=norm@2",
        "/api/v1/carry?catalog=ours@1&from=norm@1&to=norm@2"
      ]
      const read = (path: string) => ask("GET", path, { headers: bearer("reader") })
      for (const path of paths) {
        const problem = yield* Effect.flatMap(read(path), problemOf)
        assert.deepInclude(problem, { status: 409, reason: "notEmbedded", remedy: { action: "updateEmbeddings" } })
      }
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      for (const path of paths) assert.strictEqual((yield* read(path)).status, 200, path)
    })
  )
})
