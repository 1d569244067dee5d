import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Schedule, Schema } from "effect"
import { Job } from "../../src/http.ts"
import { bestOf } from "../../src/http/answers/Accept.ts"
import { editions } from "../support/editions.ts"
import { ask, problemOf, serving } from "../support/httpServer.ts"

const lines = { accept: "application/x-ndjson" }

type Answer = Readonly<Record<string, unknown>>

const Line = Schema.Struct({ list: Schema.String, row: Schema.Unknown })
const lineOf = Schema.decodeUnknownSync(Schema.fromJsonString(Line))
const answerOf = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Unknown))
const isList = Schema.is(Schema.Array(Schema.Unknown))

/** The answer whose lines these are, with those of its lists that have rows. */
const whole = (text: string): Answer => {
  const [head = "", ...rows] = text.trimEnd().split("\n")
  const lists = Map.groupBy(
    rows.map((row) => lineOf(row)),
    ({ list }) => list
  )
  return {
    ...answerOf(JSON.parse(head)),
    ...Object.fromEntries([...lists].map(([name, all]) => [name, all.map(({ row }) => row)]))
  }
}

const withoutEmpty = (answer: Answer): Answer =>
  Object.fromEntries(Object.entries(answer).filter(([, value]) => !isList(value) || value.length > 0))

/** What differs from one time it is asked for to the next. */
const cursorOf = (path: string, next: unknown) => `${path}&cursor=${encodeURIComponent(String(next))}`

const get = (path: string, headers: Record<string, string> = {}) => ask("GET", `/api/v1/${path}`, { headers })

const paths = [
  "coverage?to=norm@1&by=ours@1&through=norm@2",
  "diff?before=norm@1&after=norm@2&method=keyword",
  "suggestions?from=norm@1&to=ours@1&method=keyword",
  "carry?catalog=ours@1&from=norm@1&to=norm@2&method=keyword",
  "lint?from=ours@1",
  "moved?pageSize=1",
  "catalogs?",
  "references/norm%3A1%2F1/relations?direction=incoming",
  "review/calibrations?from=ours@1",
  "graph?from=ours@1&to=norm@1"
]

/** The lists that have pages. */
const growing = new Set([
  ...["references", "unlinked", "unlinkedExcepted", "unknownExceptions"],
  ...["changes", "relations", "findings", "moved", "catalogs", "calibrations"]
])

layer(Layer.provideMerge(editions, serving()))("an answer that grows with what is stored", (it) => {
  for (const path of paths) {
    it.effect(`has pages, and is whole as lines: ${path}`, () =>
      Effect.gen(function* () {
        const response = yield* get(path, lines)
        assert.deepStrictEqual([response.status, response.headers["content-type"]], [200, "application/x-ndjson"])
        assert.strictEqual(response.headers["vary"], "accept")
        const all = whole(yield* response.text)
        const one = answerOf(yield* (yield* get(path)).json)
        assert.notProperty(one, "next")
        const lists = Object.keys(one).filter((name) => growing.has(name) && isList(one[name]))
        for (const name of lists) assert.deepStrictEqual(all[name] ?? [], one[name])
        const rows = lists.flatMap((name) => one[name] as ReadonlyArray<unknown>)
        const paged: Array<unknown> = []
        let at = path.includes("pageSize") ? path : `${path}&pageSize=2`
        for (let page = 0; page <= rows.length; page++) {
          const found = answerOf(yield* (yield* get(at)).json)
          const some = lists.flatMap((name) => found[name] as ReadonlyArray<unknown>)
          assert.isAtMost(some.length, 2)
          paged.push(...some)
          if (found["next"] === undefined) break
          at = cursorOf(path.includes("pageSize") ? path : `${path}&pageSize=2`, found["next"])
        }
        assert.deepStrictEqual(paged, rows)
      })
    )
  }

  it.effect("goes on with its own cursor only", () =>
    Effect.gen(function* () {
      const path = "diff?before=norm@1&after=norm@2&method=keyword&pageSize=1"
      const { next } = answerOf(yield* (yield* get(path)).json)
      for (const wrong of [cursorOf(path.replace("keyword", "hybrid"), next), cursorOf(path, "nonsense")]) {
        const problem = yield* Effect.flatMap(get(wrong), problemOf)
        assert.deepStrictEqual([problem.status, problem.field], [400, "cursor"])
      }
      const tooMany = yield* Effect.flatMap(get(`${path.replace("pageSize=1", "pageSize=5001")}`), problemOf)
      assert.deepStrictEqual([tooMany.status, tooMany.field], [400, "pageSize"])
    })
  )

  it.effect("comes in the form that is asked for, by name or by Accept", () =>
    Effect.gen(function* () {
      for (const [path, accept, type] of [
        ["coverage/document?to=norm@1&by=ours@1", "text/html, */*;q=0.1", "text/html"],
        ["coverage/document?to=norm@1&by=ours@1", "application/sarif+json", "application/sarif+json"],
        ["coverage/document?to=norm@1&by=ours@1", "*/*", "text/plain"],
        ["coverage/document?to=norm@1&by=ours@1&format=csv", "text/html", "text/csv"],
        ["diff/document?before=norm@1&after=norm@2&method=keyword", "text/markdown", "text/markdown"],
        ["graph/document", "*/*", "text/vnd.graphviz"],
        ["graph/document?from=ours@1&to=norm@1", "image/*", "image/svg+xml"],
        ["lint/document", "application/sarif+json", "application/sarif+json"],
        ["export/references?catalog=norm@1", "text/csv", "text/csv"],
        ["export/references?catalog=norm@1", "*/*", "application/x-ndjson"],
        ["export/relations", "application/x-ndjson;q=0.5, text/csv", "text/csv"]
      ] as const) {
        const { headers, status } = yield* get(path, { accept })
        assert.deepStrictEqual([status, headers["content-type"]?.replace(/;.*/u, "")], [200, type], `${path} ${accept}`)
        assert.strictEqual(headers["vary"], path.includes("format=") ? undefined : "accept")
      }
      for (const path of [...paths, "coverage/document?to=norm@1&by=ours@1", "export/relations"]) {
        const response = yield* get(path, { accept: "video/mp4, application/*;q=0, text/*;q=0" })
        const problem = yield* problemOf(response)
        assert.deepStrictEqual([problem.status, problem.field], [406, "accept"], path)
        assert.strictEqual(response.headers["vary"], "accept")
      }
    })
  )
})

describe("the best form", () => {
  it("is the first of those that weigh most, where what is more exact counts first", () => {
    const types = ["application/json", "text/csv", "text/html"] as const
    assert.strictEqual(bestOf(types, undefined), "application/json")
    assert.strictEqual(bestOf(types, "text/*"), "text/csv")
    assert.strictEqual(bestOf(types, "text/*;q=0.9, text/html"), "text/html")
    assert.strictEqual(bestOf(types, "*/*, application/json;q=0"), "text/csv")
    assert.strictEqual(bestOf(types, "TEXT/HTML;level=1;q=0.2"), "text/html")
    assert.strictEqual(bestOf(types, "image/png"), undefined)
    assert.strictEqual(bestOf(types, "*/*;q=nonsense"), undefined)
  })
})

const jobOf = Schema.decodeUnknownEffect(Schema.toCodecJson(Job), { onExcessProperty: "error" })

/** The job that a request began, when it has ended. */
const ended = (response: { readonly headers: Readonly<Record<string, string | undefined>> }) =>
  ask("GET", response.headers["location"] ?? "").pipe(
    Effect.flatMap(({ json }) => Effect.flatMap(json, jobOf)),
    Effect.repeat({ until: ({ endedAt }) => endedAt !== undefined, schedule: Schedule.spaced("5 millis") })
  )

const rowsOf = (job: Job) => Effect.flatMap(get(`jobs/${job.id}/rows`), ({ text }) => text)

layer(Layer.provideMerge(editions, serving()), { excludeTestServices: true })("a job", (it) => {
  it.effect("compares editions, suggests and carries as a request does, and keeps all that it found", () =>
    Effect.gen(function* () {
      for (const [path, body, request] of [
        ["diff/jobs", { before: "norm@1", after: "norm@2", method: "keyword" }, paths[1]],
        ["suggestions/jobs", { from: "norm@1", to: "ours@1", method: "keyword" }, paths[2]],
        ["carry/jobs", { catalog: "ours@1", from: "norm@1", to: "norm@2", method: "keyword", store: false }, paths[3]]
      ] as const) {
        const job = yield* Effect.flatMap(ask("POST", `/api/v1/${path}`, { body }), ended)
        assert.strictEqual(job.status, "done", path)
        const { stored: _stored, ...kept } = whole(yield* rowsOf(job))
        assert.deepStrictEqual(kept, whole(yield* (yield* get(request ?? "", lines)).text), path)
      }
    })
  )

  it.effect("carries what is stored then, in the name of who asked", () =>
    Effect.gen(function* () {
      const body = { catalog: "ours@1", from: "norm@1", to: "norm@2", method: "keyword", by: "Ann" }
      const job = yield* Effect.flatMap(ask("POST", "/api/v1/carry/jobs", { body }), ended)
      const result = job.result?.kind === "carry" ? job.result : undefined
      assert.isNumber(result?.report.step)
      assert.deepStrictEqual(result?.lists, { relations: 1 })
      const { decisions } = answerOf(yield* (yield* get("decisions?limit=1")).json)
      assert.deepInclude(JSON.stringify(decisions), '"by":"Ann"')
    })
  )

  it.effect("shows the first hundred rows that are wrong, says how many there are, and keeps all", () =>
    Effect.gen(function* () {
      const bad = Array.from({ length: 1500 }, (_, i) => `,No identifier ${i}`)
      const body = ["id,title", "A,Safe", ...bad, ""].join("\n")
      const path = "/api/v1/imports?name=a.csv&catalog=bad@1&embed=false"
      const job = yield* Effect.flatMap(ask("POST", path, { body, headers: { "content-type": "text/csv" } }), ended)
      const result = job.result?.kind === "import" ? job.result : undefined
      assert.strictEqual(result?.report.failed.length, 100)
      assert.deepStrictEqual([result?.lists["failed"], job.problems], [1500, 1500])
      const all = whole(yield* rowsOf(job))
      assert.deepInclude(withoutEmpty(all), { catalog: "bad@1", created: 1 })
      const failed = all["failed"] as ReadonlyArray<unknown>
      assert.strictEqual(failed.length, 1500)
      assert.deepInclude(failed.at(-1), { at: "line 1502, id" })
      const { jobs } = answerOf(yield* (yield* get("jobs")).json)
      assert.isBelow(JSON.stringify(jobs).length, 50_000)
    })
  )

  it.effect("checks the database", () =>
    Effect.gen(function* () {
      const job = yield* Effect.flatMap(ask("POST", "/api/v1/doctor"), ended)
      assert.isTrue(job.result?.kind === "doctor" && job.result.report.sound)
    })
  )

  it.effect("that is not there has no rows", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flatMap(get("jobs/none/rows"), problemOf)).status, 404)
    })
  )
})
