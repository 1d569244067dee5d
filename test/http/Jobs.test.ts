import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Latch, Layer, Scope, Stream } from "effect"
import { ImportReport } from "../../src/catalog/ImportReport.ts"
import { NotFoundError } from "../../src/domain/NotFoundError.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { type JobEvent, Jobs, type JobWork } from "../../src/http.ts"
import * as NodeFiles from "../../src/importer/source/NodeFiles.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { Backup } from "../../src/catalog/Backup.ts"
import * as Store from "../../src/Store.ts"
import { ask, client, servingOf } from "../support/httpServer.ts"

const report = new ImportReport({
  format: "csv",
  catalog: "a@1",
  ...{ created: 0, updated: 0, unchanged: 0, headings: 0, guidance: 0, missing: 0, pruned: 0, withdrawn: 0 },
  ...{ embedded: 0, cut: 0, rehearsed: false, refused: false, failed: [], unread: [], warnings: [], unresolved: [] }
})
const done = { kind: "import", report: { ...report }, lists: {} } as const
const work = (run: JobWork["run"], more: Partial<JobWork> = {}): JobWork => ({
  kind: "import",
  name: "a",
  run,
  ...more
})
const never = () => Effect.never

const layer = Layer.provide(Jobs.layer({ maxJobs: 1, maxJobsWaiting: 1 }), NodeFiles.layer)
const tagsOf = (events: ReadonlyArray<JobEvent>) => events.map(({ _tag }) => _tag)
const told = (id: string, after?: number) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    return yield* Stream.runCollect(yield* jobs.events(id, after))
  })

describe("jobs", () => {
  it.effect("keep their rows up to a size, and say how many more there were", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const lines = Stream.fromIterable(Array.from({ length: 10 }, (_, i) => `${JSON.stringify({ row: i })}\n`))
      const { id } = yield* jobs.start(work((_tell, keep) => Effect.as(keep(lines), done)))
      yield* told(id)
      const kept = yield* Stream.mkString(Stream.decodeText(yield* jobs.rows(id)))
      assert.strictEqual(kept, '{"row":0}\n{"row":1}\n{"row":2}\n{"omitted":7}\n')
    }).pipe(
      Effect.provide(Layer.provide(Jobs.layer({ maxJobs: 1, maxJobsWaiting: 1, maxJobRowBytes: 35 }), NodeFiles.layer))
    )
  )

  it.effect("tell every reader the same, whenever it comes; of progress that is over only the last", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const gate = yield* Latch.make()
      const { id } = yield* jobs.start(
        work((tell) =>
          Effect.gen(function* () {
            for (const n of [1, 2, 3]) yield* tell({ _tag: "JobProgress", stage: "saving", done: n })
            yield* tell({ _tag: "JobProblem", at: "line 3", problem: "is wrong" })
            yield* gate.await
            yield* tell({ _tag: "JobProgress", stage: "saving", done: 4 })
            return done
          })
        )
      )
      const early = yield* Effect.forkChild(told(id))
      yield* Effect.yieldNow
      yield* gate.open
      const all = yield* Fiber.join(early)
      assert.deepStrictEqual(tagsOf(all), ["JobStarted", "JobProgress", "JobProblem", "JobProgress", "JobDone"])
      assert.deepStrictEqual(yield* told(id), all)
      assert.deepStrictEqual(yield* told(id, all[2]?.id), all.slice(3))
      assert.deepStrictEqual(yield* told(id, 99), [])
      const job = yield* jobs.find(id)
      assert.deepInclude(job, { status: "done", problems: 1, result: done })
    }).pipe(Effect.provide(layer))
  )

  it.effect("keep the last thousand events", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const { id } = yield* jobs.start(
        work((tell) =>
          Effect.as(
            Effect.forEach(Array.from({ length: 2500 }), (_, i) =>
              tell({ _tag: "JobProblem", at: `line ${i}`, problem: "is wrong" })
            ),
            done
          )
        )
      )
      yield* told(id)
      const events = yield* told(id)
      assert.strictEqual(events.length, 1000)
      assert.deepInclude(events.at(-1), { _tag: "JobDone", id: 2502 })
      assert.strictEqual((yield* jobs.find(id)).problems, 2500)
    }).pipe(Effect.provide(layer))
  )

  it.effect("wait for their turn, and are refused where too many wait", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const released: Array<string> = []
      const release = (name: string) => Effect.sync(() => released.push(name)).pipe(Effect.asVoid)
      const first = yield* jobs.start(work(never, { release: release("first") }))
      const second = yield* jobs.start(work(() => Effect.succeed(done), { release: release("second") }))
      const third = yield* Effect.flip(jobs.start(work(never, { release: release("third") })))
      assert.deepStrictEqual([third.status, third.reason, third.isRetryable], [503, "busy", true])
      assert.deepStrictEqual(
        (yield* jobs.list).map(({ status }) => status),
        ["waiting", "running"]
      )
      yield* jobs.cancel(first.id)
      assert.deepStrictEqual(tagsOf(yield* told(second.id)), ["JobStarted", "JobDone"])
      assert.deepStrictEqual(released, ["third", "first", "second"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("end when they are cancelled, also before they begin", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const running = yield* jobs.start(work(never))
      const waiting = yield* jobs.start(work(never))
      for (const { id } of [waiting, running]) {
        assert.deepInclude(yield* jobs.cancel(id), { status: "cancelled", cancelled: "asked" })
        assert.deepInclude((yield* told(id)).at(-1), { _tag: "JobCancelled", reason: "asked" })
        assert.strictEqual((yield* jobs.cancel(id)).status, "cancelled")
      }
      assert.strictEqual((yield* Effect.flip(jobs.cancel("none")))._tag, "NotFoundError")
    }).pipe(Effect.provide(layer))
  )

  it.effect("tell why they failed, and no more than a client may know of a defect", () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const failed = yield* jobs.start(work(() => new NotFoundError({ uri: "a@1", entity: "catalog" })))
      const [, last] = yield* told(failed.id)
      assert.deepInclude(last?._tag === "JobFailed" ? last.problem : {}, { status: 404, reason: "catalog" })
      const broken = yield* jobs.start(work(() => Effect.die(new Error("/secret/path"))))
      const [, defect] = yield* told(broken.id)
      assert.deepInclude(defect?._tag === "JobFailed" ? defect.problem : {}, { status: 500, reason: "failed" })
      assert.notInclude(JSON.stringify(yield* jobs.find(broken.id)), "secret")
    }).pipe(Effect.provide(layer))
  )

  it.effect("are told when the server stops, and no more begin", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(layer, scope)
      const jobs = Context.get(context, Jobs)
      const { id } = yield* jobs.start(work(never))
      const watched = yield* Effect.forkChild(Effect.flatMap(jobs.events(id), Stream.runCollect))
      yield* jobs.close
      assert.deepInclude((yield* Fiber.join(watched)).at(-1), { _tag: "JobCancelled", reason: "shutdown" })
      assert.strictEqual((yield* Effect.flip(jobs.start(work(never)))).reason, "busy")
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
    })
  )
})

/** The gate through which bulk embedding goes; a single text has its own way. */
class Gate extends Context.Service<Gate, Latch.Latch>()("test/Gate") {}

const gate = Layer.effect(Gate, Latch.make())
const held = Layer.effect(
  Embedder,
  Effect.gen(function* () {
    const embedder = yield* Embedder
    const { await: opened } = yield* Gate
    return { ...embedder, embedMany: (...given) => Effect.andThen(opened, embedder.embedMany(...given)) }
  })
).pipe(Layer.provide(Deterministic.layer()), Layer.provideMerge(gate))

const store = Layer.merge(Store.layer, Backup.layerLibsql).pipe(
  Layer.provideMerge(VectorIndex.layerSql),
  Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: ":memory:" }), held))
)

describe("an import that embeds", () => {
  const csv = `id,title\n${Array.from({ length: 40 }, (_, i) => `R-${i},Passwords are kept safe ${i}\n`).join("")}`
  const start = (accept: string) =>
    ask("POST", "/api/v1/imports?name=a.csv&catalog=a@1", {
      body: csv,
      headers: { "content-type": "text/csv", accept }
    })

  it.live("holds up no query, however long it takes, and no request", () =>
    Effect.gen(function* () {
      const api = yield* client
      const [id = ""] = (yield* start("*/*")).headers["location"]?.split("/").slice(-1) ?? []
      // Nothing is embedded while the gate is closed: the job stands in the middle of it.
      while ((yield* (yield* ReferenceRepository).count({ catalog: "a@1" })) < 40) yield* Effect.sleep("1 millis")
      for (let i = 0; i < 30; i++) {
        const { hits } = yield* api.search.search({ query: { q: "passwords safe", mode: "hybrid", limit: 3 } })
        assert.isAbove(hits.length, 0)
      }
      yield* ask("PUT", "/api/v1/references/b%3A1", { body: { title: "Other", entityType: "requirement" } })
      assert.strictEqual((yield* api.jobs.find({ params: { id } })).status, "running")
      yield* (yield* Gate).open
      yield* Effect.flatMap(api.jobs.events({ params: { id }, headers: {} }), Stream.runDrain)
      assert.deepInclude((yield* api.jobs.find({ params: { id } })).result?.report, { embedded: 40 })
    }).pipe(Effect.provide(servingOf(store, [], { maxConcurrent: 1 })))
  )

  it.live("goes on when the client that started it goes away", () =>
    Effect.gen(function* () {
      const api = yield* client
      const response = yield* start("application/x-ndjson")
      const [id = ""] = response.headers["location"]?.split("/").slice(-1) ?? []
      // Reads the first line and hangs up.
      yield* Stream.runHead(response.stream)
      yield* (yield* Gate).open
      const events = yield* api.jobs.events({ params: { id }, headers: {} })
      assert.strictEqual((yield* Stream.runCollect(events)).at(-1)?.event, "JobDone")
    }).pipe(Effect.provide(servingOf(store)))
  )

  it.live("is cancelled over HTTP; what it saved stays, and the same again goes on there", () =>
    Effect.gen(function* () {
      const api = yield* client
      const references = yield* ReferenceRepository
      const location = (yield* start("*/*")).headers["location"] ?? ""
      while ((yield* references.count({ catalog: "a@1" })) < 40) yield* Effect.sleep("1 millis")
      assert.strictEqual((yield* ask("DELETE", location)).status, 200)
      assert.strictEqual(yield* references.count({ catalog: "a@1" }), 40)
      yield* (yield* Gate).open
      const again = (yield* start("*/*")).headers["location"]?.split("/").at(-1) ?? ""
      yield* Effect.flatMap(api.jobs.events({ params: { id: again }, headers: {} }), Stream.runDrain)
      assert.deepInclude((yield* api.jobs.find({ params: { id: again } })).result?.report, {
        unchanged: 40,
        embedded: 40
      })
    }).pipe(Effect.provide(servingOf(store)))
  )

  it.live("ends when the server stops, which then waits for nobody who watches it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(servingOf(store), scope)
      const last = yield* Effect.gen(function* () {
        const response = yield* start("application/x-ndjson")
        const reading = yield* Effect.forkChild(response.text)
        yield* Effect.yieldNow
        yield* Scope.close(scope, yield* Effect.exit(Effect.void))
        return (yield* Fiber.join(reading)).trimEnd().split("\n").at(-1)
      }).pipe(Effect.provideContext(context))
      assert.match(last ?? "", /"JobCancelled".*"shutdown"/u)
    })
  )
})
