import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Lint } from "../../src/catalog/Lint.ts"
import { version } from "../../src/http/Version.ts"
import * as LintDocument from "../../src/report/LintDocument.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { editions } from "../support/editions.ts"
import { ask, client, problemOf, serving } from "../support/httpServer.ts"

const contradiction = Layer.effectDiscard(
  RelationRepository.use(({ save }) => save({ sources: ["ours:1/1"], targets: ["norm:1/1"], type: "no-relationship" }))
)
const filled = Layer.provideMerge(contradiction, editions)

layer(Layer.provideMerge(filled, serving()))("lint over HTTP", (it) => {
  it.effect("finds in what is stored what the service finds", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { relations } = yield* Lint
      const between = { from: "ours@1", to: "norm@1" }
      const report = yield* api.lint.relations({ query: between })
      assert.deepStrictEqual(report, { ...(yield* relations(between)) })
      assert.isAbove(report.errors, 0)
      assert.strictEqual((yield* api.lint.relations({ query: { from: "norm@2" } })).relations, 0)
      for (const print of ["table", "sarif"] as const) {
        const file = "relations.csv"
        assert.strictEqual(
          yield* api.lint.document({ query: { ...between, print, file } }),
          LintDocument.render(report, print, { file, version })
        )
      }
    })
  )

  it.effect("finds in a file what the service finds, and stores nothing of it", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { file } = yield* Lint
      const bytes = Stream.encodeText(Stream.make("ours,theirs\n1,1\n2,9\n"))
      const options = { from: "ours@1", to: "norm@1", columns: { source: "ours", target: "theirs" } }
      const query = { name: "pairs.csv", ...options }
      const expected = yield* file({ name: "pairs.csv", bytes }, options)
      const { relations } = yield* api.relations.list({ query: {} })
      assert.deepStrictEqual(yield* api.lint.file({ query, payload: bytes }), { ...expected, lists: { findings: 1 } })
      assert.deepStrictEqual(
        expected.findings.map(({ at, rule }) => [rule, at]),
        [["unknown-identifier", "line 3"]]
      )
      assert.strictEqual(
        yield* api.lint.fileDocument({ query: { ...query, print: "sarif" }, payload: bytes }),
        LintDocument.render(expected, "sarif", { version })
      )
      assert.deepStrictEqual((yield* api.relations.list({ query: {} })).relations, relations)
      const headers = { "content-type": "text/csv" }
      for (const [path, body, status] of [
        ["lint?name=a.csv", "nothing\n", 422],
        ["lint?name=../a.csv", "source,target\n", 400],
        ["lint", "source,target\n", 400]
      ] as const) {
        const problem = yield* Effect.flatMap(ask("POST", `/api/v1/${path}`, { body, headers }), problemOf)
        assert.strictEqual(problem.status, status, path)
      }
    })
  )

  const wrong: ReadonlyArray<readonly [path: string, status: number, reason: string, field?: string]> = [
    ["lint?from=nobody@1", 404, "catalog"],
    ["lint?from=a%20b", 400, "invalid", "from"],
    ["lint/document?print=html", 400, "invalid", "print"]
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
