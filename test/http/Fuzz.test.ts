import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { editions } from "../support/editions.ts"
import { ask, problemOf, serving } from "../support/httpServer.ts"
import { randomOf } from "../../src/domain/Random.ts"

/** `CROSSWALK_FUZZ_RUNS=500 CROSSWALK_FUZZ_SEED=7` looks longer, elsewhere. */
const runs = Number(process.env["CROSSWALK_FUZZ_RUNS"] ?? 8)
const seed = Number(process.env["CROSSWALK_FUZZ_SEED"] ?? 1)

const lowercase = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const
const document = OpenApi.fromApi(Api)

/** Every operation of the API. */
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  (["GET", "POST", "PUT", "PATCH", "DELETE"] as const).flatMap((method) => {
    const operation = methods[lowercase[method]]
    return operation === undefined ? [] : [{ method, path, operation }]
  })
)

/** What a text or a name may be, wherever it goes. */
const texts = [
  "",
  " ",
  "a",
  "ours@1",
  "norm@1",
  "norm@2",
  "ours:1/1",
  "norm:1/1",
  "passwords",
  "keyword",
  "equal",
  "accepted",
  "true",
  "csv",
  "0",
  "1",
  "-1",
  "0.5",
  "1e999",
  "9007199254740993",
  "NaN",
  "\u0000",
  "a\u0000b\u001b[31m",
  "\ud800",
  "'; DROP TABLE crosswalk_reference; --",
  "a=b OR 1=1",
  '"unclosed AND (',
  "../../etc/passwd",
  "%00",
  "__proto__",
  "constructor",
  "🙂 管理 \u202e",
  "x".repeat(3000)
]

const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`

/** Bodies that are no JSON, or more of it than anybody needs. */
const bodies: ReadonlyArray<string | Uint8Array> = [
  "",
  " ",
  "{",
  "null",
  "[]",
  "{}",
  "1e999",
  '"\\ud800"',
  '{"a":1,"a":2}',
  '{"__proto__":{"by":"x"}}',
  deep(50_000),
  `{"filter":${deep(2000)}}`,
  "\ufeff{}",
  "id,title\n1,One\n",
  "x".repeat(100_000),
  Uint8Array.of(0xff, 0xfe, 0x00, 0xd8),
  Uint8Array.of(0x22, 0xc3, 0x28, 0x22),
  Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x00)
]

const types = [
  "application/json",
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "text/csv",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "image/png",
  "nonsense"
]

const headers = ["", "*", "0", "-1", "1e999", "x", '"x"', 'W/"x", *', "ÿ", "x".repeat(2000), "application/x-ndjson"]

/** What an answer may tell nobody: statements, tables, files of the server. */
const secret = /crosswalk_\w+\s|SELECT |INSERT INTO|SQLITE_|node_modules|file:\/\/|\.ts:\d|\/home\/|\/tmp\//u

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Makes requests that fit an operation in places, and break a rule in others. */
const requestsOf = (random: () => number) => {
  const pick = <A>(all: readonly [A, ...Array<A>] | ReadonlyArray<A>): A => all[Math.floor(random() * all.length)] as A

  /** A value near what a JSON Schema describes. */
  const near = (schema: unknown, levels = 6): unknown => {
    if (levels === 0 || !isRecord(schema) || random() < 0.08) {
      return pick<unknown>([null, true, -1, 0.5, 1e308, 2 ** 53, [], {}, [null], { a: [] }, pick(texts)])
    }
    const { $ref: ref, anyOf, enum: values, items, oneOf, properties, type } = schema
    if (typeof ref === "string") return near(document.components.schemas[ref.split("/").at(-1) ?? ""], levels)
    const choices = anyOf ?? oneOf
    if (Array.isArray(choices)) return near(pick(choices), levels)
    if (Array.isArray(values)) return pick(values)
    if (type === "array") return Array.from({ length: Math.floor(random() * 3) }, () => near(items, levels - 1))
    if (type === "object" || isRecord(properties)) {
      const known = Object.entries(isRecord(properties) ? properties : {}).filter(() => random() < 0.7)
      const more = random() < 0.1 ? [[pick(texts), 1] as const] : []
      return Object.fromEntries([...known.map(([key, inner]) => [key, near(inner, levels - 1)] as const), ...more])
    }
    if (type === "boolean") return random() < 0.5
    if (type === "number" || type === "integer") return pick([0, 1, 2, 0.5, -1, 1e308, 2 ** 53])
    return pick(texts)
  }

  const bodyOf = (content: Json) => {
    const schema = content["application/json"]
    const fits = random() < 0.6 && isRecord(schema)
    return fits ? JSON.stringify(near(schema["schema"])) : pick(bodies)
  }

  return ({ operation, path }: (typeof operations)[number]) => {
    const query = new URLSearchParams()
    const sent: Record<string, string> = {}
    for (const { in: place, name } of operation.parameters ?? []) {
      if (place === "query") while (random() < 0.4) query.append(name, pick(texts))
      if (place === "header" && random() < 0.5) sent[name] = pick(headers)
    }
    if (random() < 0.1) query.append(pick(texts), pick(texts))
    if (random() < 0.3) sent["accept"] = pick(headers)
    const where = path.replaceAll(/\{\w+\}/gu, () =>
      random() < 0.1 ? pick(["%", "%zz", "%c3%28"]) : encodeURIComponent(pick(texts.slice(2)).toWellFormed())
    )
    const content = operation.requestBody?.content
    const body = content === undefined || random() < 0.1 ? undefined : bodyOf(content as Json)
    if (body !== undefined) sent["content-type"] = random() < 0.7 ? "application/json" : pick(types)
    return { url: `${where}?${query}`, headers: sent, ...(body !== undefined && { body }) }
  }
}

layer(Layer.provideMerge(editions, serving()), { excludeTestServices: true })("whatever is sent", (it) => {
  for (const [place, one] of operations.entries()) {
    const { method, operation, path } = one
    it.effect(`to ${method} ${path} is answered as the description says`, () =>
      Effect.gen(function* () {
        const next = requestsOf(randomOf(seed * 1000 + place))
        for (let run = 0; run < runs; run++) {
          const { url, ...request } = next(one)
          const response = yield* ask(method, url, request)
          const { status } = response
          const said = `${status} to ${method} ${url.slice(0, 300)} ${JSON.stringify(request).slice(0, 600)}`
          if (status < 400) {
            assert.property(operation.responses, `${status}`, said)
            yield* response.arrayBuffer
            continue
          }
          const problem = yield* problemOf(response)
          assert.isTrue(status < 500 || status === 503, `${said}: ${problem.detail}`)
          // A path that cannot be decoded is none of the API.
          if (problem.reason !== "no-route") {
            assert.property(operation.responses, `${status}`, `${said}: ${problem.detail}`)
          }
          for (const text of [problem.type, problem.title, problem.detail, problem.reason])
            assert.isNotEmpty(text, said)
          assert.notMatch(problem.detail, secret, said)
        }
      })
    )
  }
})
