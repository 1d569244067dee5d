import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import {
  FetchHttpClient,
  HttpClient,
  HttpClientRequest,
  type HttpClientResponse,
  type HttpMethod,
  HttpServer
} from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { Api, Connections, type PolicyOptions, Routes, type Token, Tokens } from "../../src/http.ts"
import { TestStore } from "../../src/testing.ts"

/** A server of a store, beside the store and a client. */
export const servingOf = <A, E>(
  store: Layer.Layer<A, E>,
  tokens: ReadonlyArray<Token> = [],
  options: PolicyOptions = {},
  connections: Connections.ConnectionLimits = {}
) =>
  Routes.serve(options).pipe(
    Layer.provide(Tokens.layer(tokens)),
    Layer.provideMerge(store),
    Layer.provideMerge(NodeHttpServer.layer(() => Connections.server(connections), { host: "127.0.0.1", port: 0 })),
    Layer.provideMerge(FetchHttpClient.layer)
  )

/** A server with these tokens, of an empty store. */
export const serving = (tokens: ReadonlyArray<Token> = [], options: PolicyOptions = {}) =>
  servingOf(TestStore.layer, tokens, options)

/** A token that may read, and one that may write too. */
export const tokens: ReadonlyArray<Token> = [
  { name: "reader", scope: "read", token: Redacted.make("a-token-to-read-with") },
  { name: "writer", scope: "write", token: Redacted.make("a-token-to-write-with") }
]

/** What proves a token. */
export const bearer = (name: string): Record<string, string> => {
  const token = tokens.find((token) => token.name === name)
  return token === undefined ? {} : { authorization: `Bearer ${Redacted.value(token.token)}` }
}

/** Where the server is. */
export const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

/** The typed client of the server. */
export const client = Effect.flatMap(base, (baseUrl) => HttpApiClient.make(Api, { baseUrl }))

/** A request as a program without the typed client makes it; a body that is no text, bytes or stream of texts is sent as JSON. */
export const ask = (
  method: HttpMethod.HttpMethod,
  path: string,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {}
) =>
  Effect.flatMap(base, (base) => {
    const request = HttpClientRequest.make(method)(`${base}${path}`, { headers })
    const type = headers["content-type"] ?? "application/json"
    if (body === undefined) return HttpClient.execute(request)
    if (Stream.isStream(body)) {
      const pieces = Stream.map(body as Stream.Stream<string>, (text) => new TextEncoder().encode(text))
      return HttpClient.execute(HttpClientRequest.bodyStream(request, pieces, { contentType: type }))
    }
    return HttpClient.execute(
      body instanceof Uint8Array
        ? HttpClientRequest.bodyUint8Array(request, body, type)
        : HttpClientRequest.bodyText(request, typeof body === "string" ? body : JSON.stringify(body), type)
    )
  })

const Problem = Schema.Struct({
  type: Schema.String,
  status: Schema.Int,
  title: Schema.String,
  detail: Schema.String,
  reason: Schema.String,
  isRetryable: Schema.Boolean,
  field: Schema.optionalKey(Schema.String),
  remedy: Schema.optionalKey(Schema.Unknown)
})

/** The problem document that an answer is; each is one. */
export const problemOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.gen(function* () {
    assert.match(response.headers["content-type"] ?? "", /^application\/problem\+json/u)
    const problem = yield* Effect.flatMap(
      response.json,
      Schema.decodeUnknownEffect(Problem, { onExcessProperty: "error" })
    )
    assert.strictEqual(problem.status, response.status)
    return problem
  })
