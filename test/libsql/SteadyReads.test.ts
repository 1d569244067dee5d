import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Snapshot from "../../src/storage/Snapshot.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const total = 1100

const save = (from: number, count: number) =>
  ReferenceRepository.use(({ saveMany }) =>
    saveMany(Array.from({ length: count }, (_, i) => ({ uri: `r:${from + i}`, title: "a", entityType: "rule" })))
  )

const services = (config: LibsqlClient.Config) =>
  Layer.fresh(ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer(config))))

const count = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<{ readonly n: number }>`SELECT count(*) AS n FROM crosswalk_reference`
).pipe(Effect.map(([row]) => row?.n))

/** Asked again until a replica has it. */
const arrives = (wanted: number) =>
  Effect.repeat(count, { until: (n) => n === wanted, schedule: Schedule.spaced("20 millis") })

describe.skipIf(Sqld.unavailable !== undefined)(
  `a replica server whose primary is away ${Sqld.unavailable ?? ""}`,
  () => {
    it.live(
      "gives what spans pages in one state, or says that it changed",
      () =>
        Effect.gen(function* () {
          const { primary, replica } = yield* Sqld.primaryAndReplica
          const writing = services({ url: primary.url })
          yield* Effect.provide(save(0, total), writing)
          yield* Effect.gen(function* () {
            yield* arrives(total)
            yield* Sqld.takeAway({ primary, replica })
            yield* Sqld.watched(replica)
            const all = ReferenceRepository.use(({ findAll }) => Stream.runCount(findAll()))
            assert.strictEqual(yield* all, total)
            // The next does not wait for the primary.
            assert.strictEqual(yield* all, total)

            const error = yield* Effect.flip(
              Snapshot.read(
                Effect.gen(function* () {
                  assert.strictEqual(yield* count, total)
                  yield* primary.start
                  yield* Effect.provide(save(total, 1), Layer.fresh(writing))
                  return yield* arrives(total + 1)
                })
              )
            )
            assert.deepInclude(error, {
              _tag: "DatabaseError",
              reason: "connection",
              isRetryable: true,
              remedy: { action: "retry" }
            })
            assert.match(error.message, /one state|lost its copy/u)
            // As the error says; the replica may have to be started again.
            const again = Schedule.upTo(Schedule.spaced("200 millis"), { duration: "60 seconds" })
            const whole = all.pipe(
              Effect.filterOrFail(
                (n) => n === total + 1,
                () => ({ isRetryable: true })
              )
            )
            yield* Effect.retry(whole, { while: ({ isRetryable }) => isRetryable, schedule: again })
          }).pipe(Effect.provide(services({ url: replica.url, requestTimeout: "30 seconds" })))
        }),
      120_000
    )

    it.live("takes an error amid a read for one of a replica that begins anew, and not for what is there", () =>
      Effect.gen(function* () {
        const { url } = yield* Sqld.primary()
        yield* Effect.provide(save(0, 3), services({ url }))
        const proxy = yield* LoopbackProxy.make(url)
        yield* Effect.gen(function* () {
          const away = { kind: "answer", status: 503 } as const
          const failing = {
            kind: "answer",
            status: 200,
            type: "application/json",
            body: JSON.stringify({
              baton: null,
              base_url: null,
              results: [
                {
                  type: "error",
                  error: { message: "SQLite error: no such table: crosswalk_reference", code: "SQLITE_UNKNOWN" }
                },
                { type: "ok", response: { type: "close" } }
              ]
            })
          } as const
          proxy.behave((_, body) => (/BEGIN/u.test(body) ? away : { kind: "pass" }))
          const error = yield* Effect.flip(
            Snapshot.read(
              Effect.gen(function* () {
                assert.strictEqual(yield* count, 3)
                proxy.behave(failing)
                return yield* count
              })
            )
          )
          assert.include(error, { _tag: "DatabaseError", reason: "connection", isRetryable: true })
          assert.include(error.message, "one state (it failed: SQLite error: no such table: crosswalk_reference)")
        }).pipe(Effect.provide(services({ url: proxy.url })))
      })
    )
  }
)
