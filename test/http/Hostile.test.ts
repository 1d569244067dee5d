import { globSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { ask, servingOf } from "../support/httpServer.ts"
import { exchange, type ExchangeOptions, place } from "../support/rawHttp.ts"

const host = "Host: localhost\r\n"
const json = "Content-Type: application/json\r\n"

/** A small server: what breaks a limit breaks it soon. */
const limits = {
  maxBodyBytes: 100_000,
  maxUploadBytes: 200_000,
  maxConcurrent: 2,
  maxArriving: 4,
  maxUploads: 1
}

/** The problem document in the last answer. */
const problemIn = (text: string) => {
  const [, body = ""] = /.*HTTP\/1\.1 .*?\r\n\r\n(.*)$/su.exec(text) ?? []
  assert.match(text, /content-type: application\/problem\+json/iu, text)
  assert.match(text, /content-security-policy: default-src 'none'/iu, text)
  const problem: { readonly status: number; readonly reason: string; readonly detail: string } = JSON.parse(body)
  assert.isNotEmpty(problem.detail)
  return problem
}

const isWell = Effect.gen(function* () {
  const response = yield* ask("GET", "/api/v1/catalogs")
  assert.strictEqual(response.status, 200)
})

const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n`
const post = (path: string, headers: string) => `POST ${path} HTTP/1.1\r\n${host}${headers}\r\n`
const references = (headers: string) => post("/api/v1/references", json + headers)
const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`

/** Text of a length. */
const bytes = (count: number, name: string) => `${name}${"a".repeat(count)}`

type Case = readonly [
  name: string,
  pieces: ReadonlyArray<string>,
  expected: readonly [status: number, reason: string],
  options?: ExchangeOptions
]

const cases: ReadonlyArray<Case> = [
  ["two lengths", [`${references("Content-Length: 2\r\nContent-Length: 3\r\n")}[]`], [400, "invalid-request"]],
  [
    "a length beside chunks",
    [`${references("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\n`],
    [400, "invalid-request"]
  ],
  ["a negative length", [references("Content-Length: -1\r\n")], [400, "invalid-request"]],
  ["a chunk that is none", [`${references("Transfer-Encoding: chunked\r\n")}ZZ\r\n`], [400, "invalid-request"]],
  ["bytes that are no request", ["\u0016\u0003\u0001\u0002\u0000\u0001"], [400, "invalid-request"]],
  ["a method that nobody knows", [`FROB / HTTP/1.1\r\n${host}\r\n`], [400, "invalid-request"]],
  ["a version that nobody knows", [`GET / HTTP/9.9\r\n${host}\r\n`], [400, "invalid-request"]],
  ["a NUL in a path", [get("/api/v1/references/\0")], [400, "invalid-request"]],
  ["a long header", [get("/health", `${bytes(100_000, "X: ")}\r\n`)], [431, "headers-too-large"]],
  ["many headers", [get("/health", "x: a\r\n".repeat(8000))], [431, "headers-too-large"]],
  ["no host", ["GET /health HTTP/1.1\r\n\r\n"], [403, "host"]],
  ["two hosts", [get("/health", "Host: evil.example\r\n")], [400, "host"]],
  ["another host in the request line", [get("http://evil.example/health")], [403, "host"]],
  ["a tunnel", [`CONNECT 127.0.0.1:80 HTTP/1.1\r\n${host}\r\n`], [405, "no-route"]],
  ["TRACE", [`TRACE /health HTTP/1.1\r\n${host}\r\n`], [405, "no-route"]],
  ["PROPFIND", [`PROPFIND /api/v1/references HTTP/1.1\r\n${host}\r\n`], [405, "no-route"]],
  ["a method of another path", [`PATCH /api/v1/references HTTP/1.1\r\n${host}\r\n`], [405, "no-route"]],
  ["another expectation", [`${references("Content-Length: 2\r\nExpect: 200-ok\r\n")}[]`], [417, "expectation"]],
  ["a path that climbs", [get("/api/v1/../../etc/passwd")], [404, "no-route"]],
  ["a path that climbs in disguise", [get("/assets/%2e%2e/%2e%2e/package.json")], [404, "no-route"]],
  ["an empty part of a path", [get("//api//v1//catalogs")], [404, "no-route"]],
  ["a lone surrogate", [get("/api/v1/references/%ED%A0%80")], [404, "no-route"]],
  ["a parameter two thousand times", [get(`/api/v1/search?${"q=a&".repeat(2000)}`)], [400, "type"]],
  ["a body in gzip", [`${references("Content-Encoding: gzip\r\nContent-Length: 2\r\n")}[]`], [415, "content-encoding"]],
  [
    "a form",
    [`${post("/api/v1/references", "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n")}--x--`],
    [415, "content-type"]
  ],
  [
    "a body in UTF-16",
    [`${post("/api/v1/references", "Content-Type: application/json; charset=utf-16\r\nContent-Length: 4\r\n")}[\0]\0`],
    [400, "invalid"]
  ],
  ["a length beyond the limit, without the body", [references("Content-Length: 1000000000\r\n")], [413, "too-large"]],
  [
    "a file beyond the limit, without the file",
    [post("/api/v1/imports?name=x.csv", "Content-Type: text/csv\r\nContent-Length: 1000000000\r\n")],
    [413, "too-large"]
  ],
  [
    "chunks without an end",
    [references("Transfer-Encoding: chunked\r\n"), ...Array.from({ length: 40 }, () => chunk(50_000))],
    [413, "too-large"]
  ],
  [
    "a file in chunks without an end",
    [
      post("/api/v1/imports?name=x.csv", "Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n"),
      ...Array.from({ length: 40 }, () => chunk(50_000))
    ],
    [413, "too-large"]
  ],
  ["a range of what is no file", [get("/api/v1/search", "Range: bytes=5-1,0-0\r\n")], [400, "missing"]],
  ["a place that is no number", [get("/api/v1/jobs/x/events", "Last-Event-ID: \xff-1\r\n")], [400, "invalid"]]
]

/** Slow on the way to a server that has little patience. */
const slowCases: ReadonlyArray<Case> = [
  [
    "a body that takes too long",
    [references("Content-Length: 50\r\n"), ..."[          ]"],
    [408, "timeout"],
    { gap: 100 }
  ],
  [
    "a file that takes too long",
    [post("/api/v1/imports?name=x.csv", "Content-Type: text/csv\r\nContent-Length: 50\r\n"), ..."id,title\nR-1,One\n"],
    [408, "timeout"],
    { gap: 100 }
  ]
]

/** The bytes of the case are answered as it says. */
const refuses = ([, pieces, [status, reason], options]: Case) =>
  Effect.gen(function* () {
    const { statuses, text } = yield* exchange(pieces, options)
    assert.deepStrictEqual(statuses, [status], text)
    assert.deepInclude(problemIn(text), { status, reason })
  })

const impatient = servingOf(TestStore.layer, [], { ...limits, receiveTimeout: 400, transferTimeout: 400 })

layer(impatient, { excludeTestServices: true })("a slow client", (it) => {
  for (const one of slowCases) {
    it.effect(`is told of ${one[0]}`, () => Effect.andThen(refuses(one), isWell))
  }

  it.effect("keeps nobody from reading", () =>
    Effect.gen(function* () {
      const slow = Array.from({ length: 8 }, () =>
        exchange([references("Content-Length: 50\r\n"), ...bytes(8, "[")], { gap: 100 })
      )
      const reading = Effect.repeat(Effect.andThen(isWell, Effect.sleep(20)), Schedule.recurs(10))
      const [answers] = yield* Effect.all([Effect.all(slow, { concurrency: "unbounded" }), reading], {
        concurrency: "unbounded"
      })
      for (const { statuses } of answers) assert.deepStrictEqual(statuses, [408])
    })
  )
})

layer(servingOf(TestStore.layer, [], limits, { headersTimeout: 400 }), { excludeTestServices: true })(
  "a client whose headers",
  (it) => {
    it.effect("take too long is told so", () =>
      refuses([
        "headers that take too long",
        get("/health")
          .slice(0, -2)
          .match(/[\s\S]{1,4}/gu) ?? [],
        [408, "timeout"],
        { gap: 300 }
      ])
    )
  }
)

layer(servingOf(TestStore.layer, [], limits), { excludeTestServices: true })("a hostile client", (it) => {
  for (const one of cases) {
    it.effect(`is told what is wrong with ${one[0]}`, () => Effect.andThen(refuses(one), isWell))
  }

  it.effect("that asks many times at once is answered in turn", () =>
    Effect.gen(function* () {
      const { statuses } = yield* exchange([get("/health").repeat(40)], { answers: 40 })
      assert.deepStrictEqual(statuses, new Array<number>(40).fill(200))
    })
  )

  it.effect("that asks more at once than anybody needs is sent away, and only that one", () =>
    Effect.gen(function* () {
      const { isClosed, statuses } = yield* exchange([get("/health").repeat(500)], { answers: 500 })
      assert.isTrue(isClosed)
      assert.isBelow(statuses.length, 500)
      yield* isWell
    })
  )

  it.effect("that asks many times at once takes one place of those that there are", () =>
    Effect.gen(function* () {
      const { statuses } = yield* exchange([get("/api/v1/search?q=passwords").repeat(80)], { answers: 80 })
      assert.deepStrictEqual(statuses, new Array<number>(80).fill(200))
    }).pipe(Effect.provide(servingOf(TestStore.layer, [], { maxConcurrent: 1, maxWaiting: 1 })))
  )

  it.effect("that waits to be told to go on is told, or why not", () =>
    Effect.gen(function* () {
      const waiting = (length: number) => references(`Content-Length: ${length}\r\nExpect: 100-continue\r\n`)
      const told = yield* exchange([waiting(2), "[]"], { answers: 2, gap: 50 })
      assert.deepStrictEqual(told.statuses, [100, 200])
      const refused = yield* exchange([waiting(200_000)])
      assert.deepStrictEqual(refused.statuses, [413])
    })
  )

  it.effect("with hundreds of connections that say nothing keeps nobody out", () =>
    Effect.gen(function* () {
      const { hostname, port } = yield* place
      const open = Effect.acquireRelease(
        Effect.sync(() => connect(port, hostname).on("error", () => {})),
        (socket) => Effect.sync(() => socket.destroy())
      )
      yield* Effect.scoped(Effect.andThen(Effect.replicateEffect(open, 300), isWell))
      yield* isWell
    })
  )

  it.effect("that goes away in the middle of a file begins no job and leaves no file", () =>
    Effect.gen(function* () {
      const mark = `mark-${crypto.randomUUID()}`
      const { hostname, port } = yield* place
      yield* Effect.callback<void>((resume) => {
        const socket = connect(port, hostname)
        socket.on("error", () => {})
        socket.on("close", () => resume(Effect.void))
        socket.write(post("/api/v1/imports?name=x.csv", "Content-Type: text/csv\r\nContent-Length: 100000\r\n"))
        socket.write(`id,title\n${mark},One\n`)
        setTimeout(() => socket.destroy(), 100)
      })
      const left = Effect.sync(() =>
        globSync(join(tmpdir(), "crosswalk-upload-*", "*")).filter((file) => {
          try {
            return readFileSync(file, "utf8").includes(mark)
          } catch {
            return false
          }
        })
      )
      yield* Effect.repeat(left, { until: (files) => files.length === 0, schedule: Schedule.spaced(20), times: 200 })
      assert.deepStrictEqual(yield* left, [])
      const { jobs } = (yield* (yield* ask("GET", "/api/v1/jobs")).json) as { readonly jobs: ReadonlyArray<unknown> }
      assert.deepStrictEqual(jobs, [])
    })
  )

  it.effect("that goes away while its references are saved leaves all of them or none", () =>
    Effect.gen(function* () {
      const { hostname, port } = yield* place
      for (let round = 0; round < 6; round++) {
        const saved = Array.from({ length: 30 }, (_, i) => ({
          uri: `cut:${round}/${i}`,
          title: "One",
          entityType: "control",
          catalog: `cut@${round}`
        }))
        const body = JSON.stringify(saved)
        yield* Effect.callback<void>((resume) => {
          const socket = connect(port, hostname)
          socket.on("error", () => {})
          socket.on("close", () => resume(Effect.void))
          socket.write(`${references(`Content-Length: ${body.length}\r\n`)}${body}`, () =>
            setTimeout(() => socket.destroy(), round * 4)
          )
        })
        yield* isWell
        const page = yield* ReferenceRepository.use(({ findPage }) => findPage({ filter: { catalog: `cut@${round}` } }))
        assert.include([0, saved.length], page.references.length)
      }
    })
  )

  it.effect("may ask every path for its head and its methods", () =>
    Effect.gen(function* () {
      for (const [path, item] of Object.entries(OpenApi.fromApi(Api).paths)) {
        const url = path.replaceAll(/\{\w+\}/gu, "x")
        const methods = Object.keys(item)
          .filter((name) => ["get", "put", "post", "patch", "delete"].includes(name))
          .map((name) => name.toUpperCase())
        const options = yield* ask("OPTIONS", url)
        assert.strictEqual(options.status, 204, path)
        const allowed = (options.headers["allow"] ?? "").split(", ")
        for (const method of methods) assert.include(allowed, method, path)
        const head = yield* ask("HEAD", url)
        if (methods.includes("GET")) {
          const whole = yield* ask("GET", url)
          assert.strictEqual(head.status, whole.status, path)
          assert.strictEqual(head.headers["content-type"], whole.headers["content-type"], path)
          yield* whole.arrayBuffer
        } else {
          assert.strictEqual(head.status, 405, path)
        }
        assert.strictEqual((yield* head.arrayBuffer).byteLength, 0, path)
      }
    })
  )

  it.effect("may nest values as deep as a body is long", () =>
    Effect.gen(function* () {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"]
      ] as const) {
        const levels = Math.floor(90_000 / (open.length + close.length))
        const deep = `${open.repeat(levels)}1${close.repeat(levels)}`
        const body = `[{"uri":"d:1","title":"Deep","entityType":"control","metadata":{"a":${deep}}}]`
        const response = yield* ask("POST", "/api/v1/references", { body })
        assert.include([200, 400, 413], response.status)
      }
      yield* isWell
    })
  )
})
