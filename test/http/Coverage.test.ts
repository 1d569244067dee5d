import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import { version } from "../../src/http/Version.ts"
import * as CoverageDocument from "../../src/report/CoverageDocument.ts"
import { editions } from "../support/editions.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

const asked = { to: "norm@1", by: "ours@1", today: "2026-12-31" }
const exceptions = [{ reference: "norm:1/4", reason: "no backups", by: "Ann" }]

layer(Layer.provideMerge(editions, serving()))("coverage over HTTP", (it) => {
  it.effect("is what the service says, for some requirements and with exceptions", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { report } = yield* Coverage
      assert.deepStrictEqual(yield* api.coverage.report({ query: asked }), { ...(yield* report(asked)) })
      const some = { ...asked, through: ["norm@2"] }
      const { filter, ...levelled } = yield* report({ ...some, filter: { level: "1" } })
      const said = yield* api.coverage.report({ query: { ...some, level: "1" } })
      assert.deepStrictEqual({ ...said, filter: undefined }, { ...levelled, filter: undefined })
      assert.deepInclude(said.filter, filter)
      const found = yield* api.coverage.reportWith({ query: {}, payload: { ...asked, exceptions } })
      assert.deepStrictEqual(found, { ...(yield* report({ ...asked, exceptions })) })
      assert.strictEqual(found.excepted, 1)
    })
  )

  it.effect("says what was gained and lost since an earlier report", () =>
    Effect.gen(function* () {
      const api = yield* client
      const baseline = yield* api.coverage.report({ query: asked })
      const options = { ...asked, exceptions, minConfidence: 0.95 }
      const { before, gained, lost, report } = yield* api.coverage.compare({ payload: { options, baseline } })
      assert.strictEqual(before.percent, baseline.percent)
      assert.strictEqual(report.covered, 0)
      assert.deepStrictEqual(
        [lost, gained].map((moves) => moves.map(({ after, before, uri }) => ({ uri, before, after }))),
        [
          [{ uri: "norm:1/1", before: "covered", after: "uncovered" }],
          [{ uri: "norm:1/4", before: "uncovered", after: "excepted" }]
        ]
      )
    })
  )

  for (const [format, type] of [
    ["table", "text/plain"],
    ["csv", "text/csv"],
    ["markdown", "text/markdown"],
    ["html", "text/html"],
    ["sarif", "application/sarif+json"],
    ["junit", "application/xml"]
  ] as const) {
    it.effect(`is written as ${format}`, () =>
      Effect.gen(function* () {
        const api = yield* client
        const { report } = yield* Coverage
        const expected = (options: Parameters<typeof report>[0]) =>
          Effect.map(report(options), (found) => CoverageDocument.render(found, format, { version }))
        assert.strictEqual(yield* api.coverage.document({ query: { ...asked, format } }), yield* expected(asked))
        assert.strictEqual(
          yield* api.coverage.documentWith({ query: { format }, payload: { ...asked, exceptions } }),
          yield* expected({ ...asked, exceptions })
        )
        const { headers } = yield* ask("GET", `/api/v1/coverage/document?to=norm@1&by=ours@1&format=${format}`)
        assert.strictEqual(headers["content-type"], `${type}; charset=utf-8`)
        assert.notMatch(headers["content-security-policy"] ?? "", /script-src[^;]*'unsafe/u)
      })
    )
  }

  const wrong: ReadonlyArray<readonly [path: string, status: number, reason: string, field?: string]> = [
    ["coverage?to=norm@1", 400, "missing", "by"],
    ["coverage?to=norm@1&by=nobody@1", 404, "catalog"],
    ["coverage?to=norm@1&by=norm@1", 400, "invalid", "to"],
    ["coverage?to=norm@1&by=ours@1&today=tomorrow", 400, "invalid", "today"],
    ["coverage?to=norm@1&by=ours@1&level=0", 400, "invalid", "filter"],
    ["coverage/document?to=norm@1", 400, "missing", "by"],
    ["coverage/document?to=norm@1&by=ours@1&format=pdf", 400, "invalid", "format"]
  ]
  for (const [path, status, reason, field] of wrong) {
    it.effect(`tells what is wrong with ${path}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(ask("GET", `/api/v1/${path}`), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }
})

layer(Layer.provideMerge(editions, serving(tokens)))("coverage with tokens", (it) => {
  it.effect("is given to a reader, also with exceptions", () =>
    Effect.gen(function* () {
      const headers = bearer("reader")
      const body = { ...asked, exceptions }
      for (const path of ["coverage", "coverage/document?format=csv"]) {
        assert.strictEqual((yield* ask("POST", `/api/v1/${path}`, { headers, body })).status, 200)
        assert.strictEqual((yield* ask("POST", `/api/v1/${path}`, { body })).status, 401)
      }
    })
  )
})
