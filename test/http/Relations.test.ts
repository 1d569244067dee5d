import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { editions } from "../support/editions.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

layer(Layer.provideMerge(editions, serving()))("relations over HTTP", (it) => {
  it.effect("are saved, found by what a filter says, a page at a time, and removed", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { find } = yield* RelationRepository
      const payload = {
        sources: ["ours:1/2", "ours:1/3"],
        targets: ["norm:1/2"],
        type: "superset",
        confidence: 0.5,
        status: "suggested",
        provenance: { method: "import:tool", by: "Ann" }
      } as const
      const saved = yield* api.relations.save({ payload })
      assert.deepStrictEqual(yield* api.relations.save({ payload }), saved)
      assert.deepStrictEqual(yield* find("ours:1/3", "outgoing"), [saved])
      const none = yield* api.relations.save({ payload: { sources: ["ours:1/3"], targets: [], to: "norm@2" } })
      assert.strictEqual(none.type, "no-relationship")

      const some = yield* api.relations.list({
        query: { status: ["suggested"], maxConfidence: 0.5, method: "import:" }
      })
      assert.deepStrictEqual(some.relations, [saved])
      const seen: Array<string> = []
      let after: string | undefined
      do {
        const page = yield* api.relations.list({ query: { from: "ours@1", limit: 1, after } })
        assert.strictEqual(page.relations.length, 1)
        seen.push(...page.relations.map(({ type }) => type))
        after = page.next
      } while (after !== undefined)
      assert.deepStrictEqual(seen, ["implements", "superset", "no-relationship"])

      yield* api.relations.remove({
        query: { source: ["ours:1/3", "ours:1/2"], target: ["norm:1/2"], type: "superset" }
      })
      yield* api.relations.remove({ query: { source: ["ours:1/3"], to: "norm@2", type: "no-relationship" } })
      assert.strictEqual((yield* api.relations.list({ query: {} })).relations.length, 1)
    })
  )

  const wrong: ReadonlyArray<
    readonly [
      method: "GET" | "PUT" | "DELETE",
      query: string,
      body: unknown,
      status: number,
      reason: string,
      field?: string
    ]
  > = [
    ["GET", "?status=open", undefined, 400, "invalid", "status.0"],
    ["GET", "?after=%20", undefined, 400, "invalid", "after"],
    ["GET", "?after=e30", undefined, 400, "invalid", "after"],
    ["GET", "?limit=0", undefined, 400, "invalid", "limit"],
    ["PUT", "", { sources: ["ours:1/1"], targets: ["nothing"] }, 404, "reference"],
    ["PUT", "", { sources: ["ours:1/1"], targets: [] }, 400, "invalid", "targets"],
    ["PUT", "", { sources: ["ours:1/1"], targets: ["ours:1/1"] }, 400, "invalid", "targets"],
    ["PUT", "", { sources: ["ours:1/1"], targets: ["norm:1/1"], confidence: 2 }, 400, "invalid", "confidence"],
    ["PUT", "", "", 400, "type", "payload"],
    ["DELETE", "?source=ours:1/1&target=norm:1/1", undefined, 400, "missing", "type"],
    ["DELETE", "?source=ours:1/1&target=norm:1/1&type=equal", undefined, 404, "relation"]
  ]
  for (const [method, query, body, status, reason, field] of wrong) {
    it.effect(`tell what is wrong with ${method} ${query} ${JSON.stringify(body) ?? ""}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(ask(method, `/api/v1/relations${query}`, { body }), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }
})

layer(Layer.provideMerge(editions, serving(tokens)))("relations with tokens", (it) => {
  it.effect("are saved by the name of the token", () =>
    Effect.gen(function* () {
      const body = { sources: ["ours:1/2"], targets: ["norm:1/2"], provenance: { method: "manual", by: "Eve" } }
      const saved = yield* ask("PUT", "/api/v1/relations", { headers: bearer("writer"), body })
      assert.include(yield* saved.text, '"by":"writer"')
    })
  )
})
