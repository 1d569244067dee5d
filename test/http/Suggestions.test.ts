import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { editions } from "../support/editions.ts"
import { ask, client, problemOf, serving } from "../support/httpServer.ts"

layer(Layer.provideMerge(editions, serving()), { excludeTestServices: true })("suggestions over HTTP", (it) => {
  it.effect("are what the service says; what is asked for by GET stores nothing", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { suggest } = yield* Crosswalk
      const asked = { from: "ours@1", to: "norm@2", limit: 1, method: "keyword", minConfidence: 0.01 } as const
      assert.deepStrictEqual(yield* api.suggestions.preview({ query: { ...asked, level: "1" } }), {
        ...(yield* suggest({ ...asked, filter: { level: "1" }, store: false }))
      })
      assert.strictEqual((yield* api.relations.list({ query: { to: "norm@2" } })).relations.length, 0)
      const { references, stored } = yield* api.suggestions.suggest({ payload: { ...asked, type: "equal" } })
      const { relations } = yield* api.relations.list({ query: { to: "norm@2", type: ["equal"] } })
      assert.strictEqual(relations.length, stored?.saved)
      assert.strictEqual(references.length, 3)
      const one = yield* api.suggestions.preview({ query: { source: "ours:1/1", to: "norm@2" } })
      assert.strictEqual(one.references[0]?.suggestions[0]?.target.uri, "norm:2/1")
    })
  )

  it.effect("are a job where they take long, which tells what became of them", () =>
    Effect.gen(function* () {
      const body = { from: "norm@2", to: "ours@1", method: "keyword", limit: 1 }
      const answer = yield* ask("POST", "/api/v1/suggestions/jobs", { body })
      assert.strictEqual(answer.status, 202)
      const api = yield* client
      const id = answer.headers["location"]?.split("/").at(-1) ?? ""
      const events = yield* Effect.flatMap(api.jobs.events({ params: { id }, headers: {} }), Stream.runCollect)
      const last = events.at(-1)?.data
      const report = last?._tag === "JobDone" && last.result.kind === "suggest" ? last.result.report : undefined
      const { relations } = yield* api.relations.list({ query: { from: "norm@2", to: "ours@1" } })
      assert.deepStrictEqual([report?.references, report?.stored?.saved], [4, relations.length])
      const { kind, name } = yield* api.jobs.find({ params: { id } })
      assert.deepStrictEqual([kind, name], ["suggest", "norm@2 → ours@1"])
      const failed = yield* ask("POST", "/api/v1/suggestions/jobs", {
        body: { ...body, to: "none@1" },
        headers: { accept: "application/x-ndjson" }
      })
      assert.match(yield* failed.text, /"_tag":"JobFailed".*"status":404/u)
    })
  )

  const wrong: ReadonlyArray<readonly [query: string, status: number, reason: string, field?: string]> = [
    ["from=ours@1", 400, "missing", "to"],
    ["to=norm@1", 400, "invalid", "from"],
    ["from=ours@1&source=ours:1/1&to=norm@1", 400, "invalid", "from"],
    ["from=ours@1&to=ours@1", 400, "invalid", "to"],
    ["from=ours@1&to=norm@9", 404, "catalog"],
    ["source=nothing&to=norm@1", 404, "reference"],
    ["from=ours@1&to=norm@1&limit=0", 400, "invalid", "limit"],
    ["from=ours@1&to=norm@1&method=guess", 400, "invalid", "method"],
    ["from=ours@1&to=norm@1&level=0", 400, "invalid", "filter"],
    ["from=ours@1&to=norm@1&store=true", 400, "unexpected", "store"]
  ]
  for (const [query, status, reason, field] of wrong) {
    it.effect(`tell what is wrong with ${query}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(ask("GET", `/api/v1/suggestions?${query}`), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }
})
