import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Lint } from "../../src/catalog/Lint.ts"
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
      assert.deepStrictEqual(report, yield* relations(between))
      assert.isAbove(report.errors, 0)
      assert.strictEqual((yield* api.lint.relations({ query: { from: "norm@2" } })).relations, 0)
      for (const print of ["table", "sarif"] as const) {
        const file = "relations.csv"
        assert.strictEqual(
          yield* api.lint.document({ query: { ...between, print, file } }),
          LintDocument.render(report, print, { file })
        )
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
