import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import * as CatalogDiffDocument from "../../src/report/CatalogDiffDocument.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { editions } from "../support/editions.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

const asked = { before: "norm@1", after: "norm@2", method: "keyword" } as const
const carried = { catalog: "ours@1", from: "norm@1", to: "norm@2", method: "keyword" } as const

layer(Layer.provideMerge(editions, serving()))("editions over HTTP", (it) => {
  it.effect("are compared word by word, as JSON and as documents", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { diff } = yield* CatalogDiff
      const changes = yield* diff(asked)
      assert.deepStrictEqual(yield* api.editions.diff({ query: asked }), { ...changes })
      assert.strictEqual(changes.totals.modified, 1)
      for (const format of ["text", "markdown", "html"] as const) {
        assert.strictEqual(
          yield* api.editions.document({ query: { ...asked, format, unchanged: true } }),
          CatalogDiffDocument.render(changes, format, { unchanged: true })
        )
      }
    })
  )

  it.effect(
    "have accepted relations carried from one to the next, after a plan that writes nothing, and taken back",
    () =>
      Effect.gen(function* () {
        const api = yield* client
        const plan = yield* api.editions.planCarry({ query: carried })
        assert.isUndefined(plan.step)
        assert.strictEqual(plan.totals.relations, 1)
        const done = yield* api.editions.carry({ payload: { ...carried, acceptUnchanged: true, by: "Ann" } })
        assert.strictEqual(done.totals.successors.accepted, 1)
        const [entry] = (yield* api.decisions.log({ query: { uri: "norm:2/1" } })).decisions
        assert.deepStrictEqual([entry?.step, entry?.by], [done.step, "Ann"])
        yield* api.decisions.undo({ payload: { step: done.step } })
        assert.deepStrictEqual(
          (yield* api.editions.planCarry({ query: carried })).totals.successors,
          plan.totals.successors
        )
      })
  )

  it.effect("say which texts decisions rest on that are others now", () =>
    Effect.gen(function* () {
      const api = yield* client
      const references = yield* ReferenceRepository
      const [before] = (yield* references.findPage({ filter: { catalog: "ours@1" }, limit: 1 })).references
      assert.deepStrictEqual((yield* api.editions.moved({ query: {} })).moved, [])
      yield* references.save({ uri: "ours:1/1", title: "Secrets", entityType: "requirement", catalog: "ours@1" })
      const { moved } = yield* api.editions.moved({ query: {} })
      assert.deepStrictEqual(
        moved.map(({ kind, read, uri }) => ({ kind, read, uri })),
        [{ kind: "reworded", read: "Passwords", uri: "ours:1/1" }]
      )
      assert.strictEqual((yield* api.editions.movedCounts()).reworded, 1)
      if (before !== undefined) yield* references.save(before)
    })
  )

  const wrong: ReadonlyArray<readonly [path: string, status: number, reason: string, field?: string]> = [
    ["diff?before=norm@1", 400, "missing", "after"],
    ["diff?before=norm@1&after=norm@1", 400, "invalid", "after"],
    ["diff?before=norm@1&after=norm@9", 404, "catalog"],
    ["diff/document?before=norm@1&after=norm@2&format=json", 400, "invalid", "format"],
    ["carry?catalog=norm@1&from=norm@1&to=norm@2", 400, "invalid", "catalog"],
    ["carry?catalog=ours@1&from=norm@1&to=norm@2&store=true", 400, "unexpected", "store"]
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

layer(Layer.provideMerge(editions, serving(tokens)))("editions with tokens", (it) => {
  it.effect("let a reader plan what a writer carries", () =>
    Effect.gen(function* () {
      const query = "catalog=ours@1&from=norm@1&to=norm@2&method=keyword"
      const headers = bearer("reader")
      assert.strictEqual((yield* ask("GET", `/api/v1/carry?${query}`, { headers })).status, 200)
      const refused = yield* Effect.flatMap(ask("POST", "/api/v1/carry", { headers, body: carried }), problemOf)
      assert.strictEqual(refused.reason, "scope")
      const done = yield* ask("POST", "/api/v1/carry", { headers: bearer("writer"), body: carried })
      assert.strictEqual(done.status, 200)
      assert.include(
        yield* Effect.flatMap(ask("GET", "/api/v1/decisions", { headers }), ({ text }) => text),
        '"by":"writer"'
      )
    })
  )
})
