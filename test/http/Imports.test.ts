import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Schedule, Schema, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"
import { Job, JobEvent } from "../../src/http.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Workbook from "../../src/report/Workbook.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

const examples = join(import.meta.dirname, "..", "..", "examples")
const octets = { "content-type": "application/octet-stream" }
const lines = { ...octets, accept: "application/x-ndjson" }

const jobOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.flatMap(response.json, Schema.decodeUnknownEffect(Schema.toCodecJson(Job), { onExcessProperty: "error" }))

const eventOf = Schema.decodeUnknownEffect(Schema.fromJsonString(JobEvent), { onExcessProperty: "error" })

const eventsOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.flatMap(response.text, (text) => Effect.forEach(text.split("\n").filter(Boolean), (line) => eventOf(line)))

/** The job when it has ended. */
const ended = (location: string | undefined) =>
  Effect.flatMap(ask("GET", location ?? ""), jobOf).pipe(
    Effect.repeat({ until: ({ endedAt }) => endedAt !== undefined, schedule: Schedule.spaced("5 millis") })
  )

const csv = (count: number, from = 1) =>
  `id,title\n${Array.from({ length: count }, (_, i) => `R-${from + i},Passwords are kept safe ${from + i}\n`).join("")}`

layer(serving(), { excludeTestServices: true })("importing", (it) => {
  it.effect("is a job that goes on by itself, and ends with its report", () =>
    Effect.gen(function* () {
      const response = yield* ask("POST", "/api/v1/imports?name=a.csv&catalog=job@1", { body: csv(3), headers: octets })
      assert.strictEqual(response.status, 202)
      const started = yield* jobOf(response)
      assert.strictEqual(response.headers["location"], `/api/v1/jobs/${started.id}`)
      assert.deepStrictEqual([started.kind, started.name, started.by], ["import", "a.csv", undefined])
      const job = yield* ended(response.headers["location"])
      assert.strictEqual(job.status, "done")
      assert.deepInclude(job.result?.report, { format: "csv", catalog: "job@1", created: 3, embedded: 3 })
      assert.strictEqual(yield* (yield* ReferenceRepository).count({ catalog: "job@1" }), 3)
      const api = yield* client
      assert.include(
        (yield* api.jobs.list({ query: {} })).jobs.map(({ id }) => id),
        job.id
      )
    })
  )

  it.effect("tells lines of progress and of rows that are wrong, where and what to do, and the report", () =>
    Effect.gen(function* () {
      const body = `${csv(2)},no identifier\n${csv(1, 3).slice("id,title\n".length)}R-1,again\n`
      const response = yield* ask("POST", "/api/v1/imports?name=a.csv&catalog=lines@1", { body, headers: lines })
      assert.deepStrictEqual([response.status, response.headers["content-type"]], [200, "application/x-ndjson"])
      const events = yield* eventsOf(response)
      const [first, ...rest] = events
      assert.strictEqual(first?._tag === "JobStarted" && `/api/v1/jobs/${first.job}`, response.headers["location"])
      const last = rest.at(-1)
      assert.deepInclude(last?._tag === "JobDone" ? last.result.report : {}, { created: 3, catalog: "lines@1" })
      const problems = rest.filter((event) => event._tag === "JobProblem")
      assert.deepStrictEqual(
        problems.map(({ at }) => at),
        ["line 4, id", "line 6"]
      )
      for (const { problem } of problems) assert.isNotEmpty(problem)
      assert.includeMembers(
        rest.flatMap((event) => (event._tag === "JobProgress" ? [event.stage] : [])),
        ["saving", "embedding"]
      )
      const ids = events.map(({ id }) => id)
      assert.deepStrictEqual(
        ids,
        [...ids].sort((a, b) => a - b)
      )
    })
  )

  it.effect("tells server-sent events, also to who comes later or again", () =>
    Effect.gen(function* () {
      const headers = { ...octets, accept: "text/event-stream" }
      const body = csv(2)
      const response = yield* ask("POST", "/api/v1/imports?name=a.csv&catalog=sse@1", { body, headers })
      assert.deepStrictEqual([response.status, response.headers["content-type"]], [200, "text/event-stream"])
      const text = yield* response.text
      assert.match(text, /^(?:event: JobStarted\nid: 1|id: 1\nevent: JobStarted)\ndata: \{.*\}\n\n/u)
      const id = response.headers["location"]?.split("/").at(-1) ?? ""
      const api = yield* client
      const events = yield* api.jobs.events({ params: { id }, headers: {} })
      const all = yield* Stream.runCollect(events)
      assert.strictEqual(all[0]?.event, "JobStarted")
      assert.strictEqual(all.at(-1)?.event, "JobDone")
      const later = yield* ask("GET", `/api/v1/jobs/${id}/events`, {
        headers: { accept: "application/x-ndjson", "last-event-id": all.at(-2)?.id ?? "" }
      })
      const [event, ...others] = yield* eventsOf(later)
      assert.deepStrictEqual([event?._tag, others.length], ["JobDone", 0])
    })
  )

  it.effect("takes the options of an import, and any format", () =>
    Effect.gen(function* () {
      const run = (query: string, body: string | Uint8Array) =>
        Effect.flatMap(ask("POST", `/api/v1/imports?${query}`, { body, headers: octets }), (response) =>
          ended(response.headers["location"])
        )
      const columns = encodeURIComponent(JSON.stringify({ id: "key", title: "what" }))
      const named = yield* run(`name=x.csv&catalog=named@1&embed=false&columns=${columns}`, "key,what\nA,Safe\n")
      assert.deepInclude(named.result?.report, { created: 1, embedded: 0 })
      const pruned = yield* run(`name=x.csv&catalog=named@1&prune=true&columns=${columns}`, "key,what\nB,Safe\n")
      assert.deepInclude(pruned.result?.report, { created: 1, missing: 1, pruned: 1 })
      const strict = yield* run("name=x.csv&catalog=strict@1&strict=true", `${csv(1)},none\n`)
      assert.deepInclude(strict.result?.report, { refused: true, created: 0 })
      const json = yield* run("name=r.json", readFileSync(join(examples, "security-requirements.json")))
      assert.strictEqual(json.status, "done")
      const sheet = yield* run(
        "name=r.xlsx&catalog=xlsx@1&sheet=1",
        yield* Workbook.write([
          {
            name: "S",
            rows: [
              ["id", "title"],
              ["R-1", "Safe"]
            ]
          }
        ])
      )
      assert.strictEqual(sheet.status, "done")
      assert.strictEqual(sheet.result?.kind === "import" && sheet.result.report.format, "xlsx")
    })
  )

  it.effect("says what an import would do, and writes nothing", () =>
    Effect.gen(function* () {
      const path = "/api/v1/imports?name=a.csv&catalog=dry@1&prune=true"
      yield* ended((yield* ask("POST", path, { body: csv(3), headers: octets })).headers["location"])
      const dry = yield* ask("POST", `${path}&store=false`, { body: csv(3, 3), headers: octets })
      const tried = yield* ended(dry.headers["location"])
      const counts = { created: 2, unchanged: 1, missing: 2, pruned: 2 }
      assert.deepInclude(tried.result?.report, { ...counts, rehearsed: true, embedded: 0 })
      const references = yield* ReferenceRepository
      assert.deepStrictEqual([...(yield* references.findMany(["dry:1/R-1", "dry:1/R-4"])).keys()], ["dry:1/R-1"])
      const done = yield* ask("POST", path, { body: csv(3, 3), headers: octets })
      const report = (yield* ended(done.headers["location"])).result?.report
      assert.deepInclude(report, { ...counts, rehearsed: false })
    })
  )

  it.effect("relates what is stored", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.saveMany(
        ["a", "b"].map((catalog) => ({
          uri: `${catalog}:9/1`,
          title: "Safe",
          entityType: "requirement",
          catalog: `${catalog}@9`,
          identifier: "1"
        }))
      )
      const body = "source,target\n1,1\n1,nothing\n"
      const response = yield* ask("POST", "/api/v1/imports/relations?name=p.csv&from=a@9&to=b@9", {
        body,
        headers: lines
      })
      const events = yield* eventsOf(response)
      const last = events.at(-1)
      assert.deepInclude(last?._tag === "JobDone" ? last.result.report : {}, { created: 1 })
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "JobProblem" ? [event.at] : [])),
        ["line 3"]
      )
      const [relation] = yield* (yield* RelationRepository).find("a:9/1", "outgoing")
      assert.deepStrictEqual([relation?.targets, relation?.provenance?.by], [["b:9/1"], undefined])
    })
  )

  it.effect("fails as a whole where the file cannot be read, and tells why", () =>
    Effect.gen(function* () {
      for (const [name, body] of [
        ["a.txt", "nothing of any format"],
        ["a.csv", ""],
        ["a.xlsx", "PK\u0003\u0004 and no more"],
        ["a.json", '{"a":']
      ] as const) {
        const response = yield* ask("POST", `/api/v1/imports?name=${name}`, { body, headers: lines })
        const last = (yield* eventsOf(response)).at(-1)
        assert.strictEqual(last?._tag === "JobFailed" && last.problem.status, 422, name)
      }
    })
  )

  it.effect("reads nothing but the body: no file beside it and no URL", () =>
    Effect.gen(function* () {
      const profile = JSON.stringify({
        profile: {
          uuid: "a1b2c3d4-0000-4000-8000-000000000000",
          metadata: { title: "P", "last-modified": "2026-01-01T00:00:00Z", version: "1", "oscal-version": "1.1.2" },
          imports: [{ href: "package.json", "include-all": {} }]
        }
      })
      const response = yield* ask("POST", "/api/v1/imports?name=profile.json", { body: profile, headers: lines })
      const last = (yield* eventsOf(response)).at(-1)
      assert.strictEqual(last?._tag, "JobFailed")
      for (const name of ["../a.csv", "/etc/passwd", "http://127.0.0.1:1/a.csv", "a\\b", " ", ""]) {
        const problem = yield* problemOf(
          yield* ask("POST", `/api/v1/imports?name=${encodeURIComponent(name)}`, { body: csv(1), headers: octets })
        )
        assert.deepStrictEqual([problem.status, problem.field], [400, "name"])
      }
    })
  )

  const wrong: ReadonlyArray<
    readonly [query: string, headers: Record<string, string>, status: number, field?: string]
  > = [
    ["", octets, 400, "name"],
    ["name=a.csv&format=word", octets, 400, "format"],
    ["name=a.csv&catalog=%20", octets, 400, "catalog"],
    ["name=a.csv&prune=maybe", octets, 400, "prune"],
    ["name=a.csv&columns=id", octets, 400, "columns"],
    ["name=a.csv&allowOutside=true", octets, 400, "allowOutside"],
    ["name=a.csv&by=me", octets, 400, "by"],
    ["name=a.csv", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["name=a.csv", { "content-type": "multipart/form-data; boundary=a" }, 415]
  ]
  for (const [query, headers, status, field] of wrong) {
    it.effect(`refuses ${query} as ${headers["content-type"]}`, () =>
      Effect.gen(function* () {
        const problem = yield* problemOf(yield* ask("POST", `/api/v1/imports?${query}`, { body: csv(1), headers }))
        assert.deepStrictEqual([problem.status, problem.field], [status, field])
      })
    )
  }

  it.effect("knows no job that is not there", () =>
    Effect.gen(function* () {
      for (const [method, path] of [
        ["GET", "/api/v1/jobs/none"],
        ["GET", "/api/v1/jobs/none/events"],
        ["DELETE", "/api/v1/jobs/none"]
      ] as const) {
        assert.strictEqual((yield* problemOf(yield* ask(method, path))).status, 404)
      }
      const problem = yield* problemOf(
        yield* ask("GET", "/api/v1/jobs/none/events", { headers: { "last-event-id": "x" } })
      )
      assert.deepStrictEqual([problem.status, problem.field], [400, "last-event-id"])
    })
  )
})

layer(serving(tokens))("importing with a token", (it) => {
  it.effect("needs one that may write, and tells who it was", () =>
    Effect.gen(function* () {
      const path = "/api/v1/imports?name=a.csv&catalog=token@1"
      const send = (token: string) => ask("POST", path, { body: csv(1), headers: { ...octets, ...bearer(token) } })
      assert.strictEqual((yield* problemOf(yield* send("nobody"))).status, 401)
      assert.strictEqual((yield* problemOf(yield* send("reader"))).status, 403)
      const job = yield* Effect.flatMap(send("writer"), jobOf)
      assert.strictEqual(job.by, "writer")
      const one = `/api/v1/jobs/${job.id}`
      assert.strictEqual((yield* ask("GET", one, { headers: bearer("reader") })).status, 200)
      assert.strictEqual((yield* problemOf(yield* ask("DELETE", one, { headers: bearer("reader") }))).status, 403)
      assert.strictEqual((yield* ask("DELETE", one, { headers: bearer("writer") })).status, 200)
    })
  )
})

describe("what is sent", () => {
  it.live("is bounded in size, said or not", () =>
    Effect.gen(function* () {
      const path = "/api/v1/imports?name=a.csv"
      const said = yield* problemOf(yield* ask("POST", path, { body: csv(100), headers: octets }))
      assert.deepStrictEqual([said.status, said.reason], [413, "too-large"])
      const streamed = yield* problemOf(
        yield* ask("POST", path, { body: Stream.make(csv(50), csv(50)), headers: octets })
      )
      assert.deepStrictEqual([streamed.status, streamed.reason], [413, "too-large"])
      const api = yield* client
      assert.deepStrictEqual((yield* api.jobs.list({ query: {} })).jobs, [])
    }).pipe(Effect.provide(serving([], { maxUploadBytes: 1000 })))
  )
})
