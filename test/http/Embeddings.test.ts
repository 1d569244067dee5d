import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { ask, client, problemOf, serving } from "../support/httpServer.ts"

layer(serving(), { excludeTestServices: true })("embedding over HTTP", (it) => {
  it.effect("is a job, after which what was put is found by meaning", () =>
    Effect.gen(function* () {
      const api = yield* client
      for (const [catalog, title] of [
        ["a@1", "Passwords are hashed"],
        ["b@1", "Backups are tried"]
      ] as const) {
        const body = { title, entityType: "requirement", catalog }
        assert.strictEqual((yield* ask("PUT", `/api/v1/references/${catalog[0]}`, { body })).status, 201)
      }
      const find = api.search.search({ query: { q: "hashed passwords", mode: "semantic" } })
      assert.deepInclude(yield* find, { hits: [], unsearched: 2 })

      const answer = yield* ask("POST", "/api/v1/embeddings", { body: { filter: { catalog: "a@1" } } })
      assert.strictEqual(answer.status, 202)
      const id = answer.headers["location"]?.split("/").at(-1) ?? ""
      const events = yield* Effect.flatMap(api.jobs.events({ params: { id }, headers: {} }), Stream.runCollect)
      const last = events.at(-1)?.data
      assert.deepStrictEqual(last?._tag === "JobDone" ? last.result : last, {
        kind: "embed",
        report: { updated: 1, skipped: 0, failed: 0 }
      })
      const found = yield* find
      assert.deepStrictEqual([found.hits.map(({ reference }) => reference.uri), found.unsearched], [["a"], 1])

      const all = yield* ask("POST", "/api/v1/embeddings", { body: {}, headers: { accept: "application/x-ndjson" } })
      assert.match(yield* all.text, /"updated":1,"skipped":1,"failed":0/u)
    })
  )

  it.effect("refuses what it does not know", () =>
    Effect.gen(function* () {
      const problem = yield* Effect.flatMap(ask("POST", "/api/v1/embeddings", { body: { all: true } }), problemOf)
      assert.deepStrictEqual([problem.status, problem.reason, problem.field], [400, "unexpected", "all"])
    })
  )
})
