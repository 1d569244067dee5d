import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as ReviewCsv from "../../src/report/ReviewCsv.ts"
import { editions } from "../support/editions.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

const between = { from: "ours@1", to: "norm@1" }

const suggested = Layer.effectDiscard(Crosswalk.use(({ suggest }) => suggest({ ...between, limit: 2 })))
const filled = Layer.provideMerge(suggested, editions)

layer(Layer.provideMerge(filled, serving()))("review over HTTP", (it) => {
  it.effect("pages through what is open with both texts, each once, though some are decided meanwhile", () =>
    Effect.gen(function* () {
      const api = yield* client
      const all = yield* api.review.list({ query: { ...between, marked: true } })
      assert.strictEqual(all.total, all.items.length)
      assert.isAbove(all.total, 2)
      assert.isUndefined(all.next)
      const [item] = all.items
      assert.strictEqual(item?.marked?.sources[0]?.title.map(({ text }) => text).join(""), item?.sources[0].title)
      assert.isTrue(
        all.items.some(({ marked }) => marked?.targets[0]?.description.some(({ common }) => common) === true)
      )

      const seen: Array<string> = []
      const decided: Array<number> = []
      let after: string | undefined
      do {
        const page = yield* api.review.list({ query: { ...between, limit: 1, after } })
        for (const { relation, version } of page.items) {
          seen.push(`${relation.sources} ${relation.targets}`)
          const { sources, targets, type } = relation
          const outcome = yield* api.decisions.decide({
            payload: { verdicts: [{ sources, targets, type, status: "rejected", seen: version }], by: "Ann" }
          })
          decided.push(outcome.decided.length)
        }
        after = page.next
      } while (after !== undefined)
      assert.deepStrictEqual(
        seen,
        all.items.map(({ relation }) => `${relation.sources} ${relation.targets}`)
      )
      assert.isTrue(decided.every((count) => count === 1))

      const mine = yield* api.review.list({ query: { uri: "ours:1/1", status: "any" } })
      assert.sameMembers([...new Set(mine.items.map(({ relation }) => relation.status))], ["accepted", "rejected"])
      const undone = yield* api.decisions.undo({ payload: { steps: seen.length, by: "Bob" } })
      assert.strictEqual(undone.decided.length, seen.length)
      assert.strictEqual((yield* api.review.list({ query: between })).total, all.total)
    })
  )

  it.effect("previews what deciding by a filter changes, and changes just that", () =>
    Effect.gen(function* () {
      const api = yield* client
      const filter = { ...between, uri: "ours:1/2" }
      const verdict = { status: "accepted", by: "Ann", note: "as a set" } as const
      const { total } = yield* api.review.list({ query: filter })
      const preview = yield* api.decisions.preview({ payload: { filter, verdict } })
      assert.strictEqual(preview.changes.length, total)
      assert.strictEqual((yield* api.review.list({ query: filter })).total, total)
      const { decided, step } = yield* api.decisions.decideAll({ payload: { filter, verdict } })
      assert.deepStrictEqual(
        decided.map(({ after, before, sources, targets }) => ({ sources, targets, before, after })),
        preview.changes.map(({ after, before, sources, targets }) => ({ sources, targets, before, after }))
      )
      const { sources: source, targets: target } = decided[0] ?? { sources: ["none"] as const, targets: [] }
      const history = (yield* api.decisions.log({ query: { source, target } })).decisions
      assert.strictEqual(history[0]?.step, step)
      assert.strictEqual(history[0]?.by, "Ann")
      assert.isTrue(history.every(({ sources, targets }) => `${sources}${targets}` === `${source}${target}`))
      const [last] = (yield* api.decisions.log({ query: { limit: 1 } })).decisions
      const [next] = (yield* api.decisions.log({ query: { limit: 1, before: last?.id } })).decisions
      assert.isBelow(next?.id ?? Number.POSITIVE_INFINITY, last?.id ?? 0)
      assert.strictEqual((yield* api.decisions.undo({ payload: { step } })).decided.length, total)
    })
  )

  it.effect("draws a sample, and says what confidences rest on", () =>
    Effect.gen(function* () {
      const api = yield* client
      assert.isAbove((yield* api.review.sample({ query: { ...between, size: 3 } })).items.length, 0)
      const { calibrations } = yield* api.review.calibrations({ query: between })
      assert.deepStrictEqual(
        calibrations.map(({ from, isCalibrated, to }) => ({ from, to, isCalibrated })),
        [{ ...between, isCalibrated: false }]
      )
    })
  )

  it.effect("is a table for a spreadsheet, whatever is asked for, and of a sample", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { items } = yield* api.review.list({ query: between })
      const answer = yield* ask("GET", "/api/v1/review/csv?from=ours@1&to=norm@1")
      assert.strictEqual(answer.headers["content-type"], "text/csv; charset=utf-8")
      assert.strictEqual(yield* answer.text, yield* Stream.mkString(ReviewCsv.encode(Stream.fromIterable(items))))
      const sampled = yield* ask("GET", "/api/v1/review/sample/csv?from=ours@1&to=norm@1&size=1")
      assert.match(yield* sampled.text, /^decision,.*\r\n.*,sample,/u)
      const problem = yield* Effect.flatMap(ask("GET", "/api/v1/review/csv?from=nobody"), problemOf)
      assert.strictEqual(problem.reason, "catalog")
    })
  )

  it.effect("comes back from a spreadsheet as one step, with the rows that say nothing that can be done", () =>
    Effect.gen(function* () {
      const api = yield* client
      const table = yield* Effect.flatMap(ask("GET", "/api/v1/review/csv?from=ours@1&to=norm@1"), ({ text }) => text)
      const [header = "", first = "", second = ""] = table.split("\r\n")
      const headers = { "content-type": "text/csv" }
      const edited = [header, `accept${first}`, `perhaps${second}`, ""].join("\r\n")
      const answer = yield* ask("POST", "/api/v1/review/csv?by=Ann&note=sheet", { body: edited, headers })
      assert.strictEqual(answer.status, 200)
      const [entry] = (yield* api.decisions.log({ query: { limit: 1 } })).decisions
      assert.deepStrictEqual([entry?.by, entry?.note, entry?.chosen], ["Ann", "sheet", "file"])
      assert.match(yield* answer.text, /"refused":\[\],.*"problems":\[\{"at":"line 3, decision","problem":".*perhaps/u)
      yield* api.decisions.undo({ payload: { step: entry?.step } })
      for (const [type, body, status, reason] of [
        ["text/csv", "a,b\n", 422, "malformed"],
        ["image/png", edited, 415, "content-type"]
      ] as const) {
        const answer = yield* ask("POST", "/api/v1/review/csv", { body, headers: { "content-type": type } })
        const problem = yield* problemOf(answer)
        assert.deepStrictEqual([problem.status, problem.reason], [status, reason])
      }
    })
  )

  const wrong: ReadonlyArray<readonly [path: string, body: unknown, status: number, reason: string, field?: string]> = [
    ["review?from=ours", undefined, 404, "catalog"],
    ["review?from=a%20b", undefined, 400, "invalid", "from"],
    ["review?after=x", undefined, 400, "invalid", "after"],
    ["review?minConfidence=2", undefined, 400, "invalid", "minConfidence"],
    ["review?status=open", undefined, 400, "invalid", "status"],
    ["review/sample?from=ours@1", undefined, 400, "missing", "to"],
    ["decisions?target=norm:1/1", undefined, 400, "invalid", "source"],
    ["decisions?before=x", undefined, 400, "invalid", "before"],
    [
      "decisions",
      { verdicts: [{ sources: [], targets: [], status: "accepted" }] },
      400,
      "missing",
      "verdicts.0.sources.0"
    ],
    ["decisions", { verdicts: [], as: "Ann" }, 400, "unexpected", "as"],
    ["decisions", "{", 400, "invalid", "payload"],
    ["decisions/by-filter", { filter: { from: "nobody@1" }, verdict: { status: "accepted" } }, 404, "catalog"],
    [
      "decisions/preview",
      { filter: {}, verdict: { status: "rejected", minPrecision: 0.9 } },
      400,
      "invalid",
      "verdict.minPrecision"
    ],
    ["decisions/undo", { step: 100_000 }, 400, "invalid", "step"]
  ]
  for (const [path, body, status, reason, field] of wrong) {
    it.effect(`tells what is wrong with ${path} ${JSON.stringify(body) ?? ""}`, () =>
      Effect.gen(function* () {
        const answer = yield* ask(body === undefined ? "GET" : "POST", `/api/v1/${path}`, { body })
        const problem = yield* problemOf(answer)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }
})

layer(Layer.provideMerge(filled, serving(tokens)))("review with tokens", (it) => {
  it.effect("lets a reader preview but not decide, and logs the name of the token that decides", () =>
    Effect.gen(function* () {
      const headers = bearer("reader")
      const body = { filter: between, verdict: { status: "rejected", by: "Eve" } }
      assert.strictEqual((yield* ask("GET", "/api/v1/review", { headers })).status, 200)
      assert.strictEqual((yield* ask("POST", "/api/v1/decisions/preview", { headers, body })).status, 200)
      for (const path of ["decisions", "decisions/by-filter", "decisions/undo"]) {
        const problem = yield* Effect.flatMap(ask("POST", `/api/v1/${path}`, { headers, body }), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason], [403, "scope"])
      }
      const written = yield* ask("POST", "/api/v1/decisions/by-filter", { headers: bearer("writer"), body })
      assert.include(yield* written.text, '"by":"writer"')
    })
  )
})
