import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { Review } from "../../src/crosswalk/Review.ts"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import * as Once from "../../src/storage/Once.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const store = (url: string, config: Partial<LibsqlClient.Config> = {}) =>
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, Review.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url, ...config }))
  )

const reference = (n: number) => ({ uri: `r:${n}`, title: `Reference ${n}`, entityType: "requirement", catalog: "r@1" })

const pair = (n: number) => ({ sources: [`r:${n}`] as const, targets: ["r:0"] as const })

const suggestion = (n: number) => ({
  ...pair(n),
  type: "intersects" as const,
  status: "suggested" as const,
  confidence: 0.5,
  provenance: { method: "suggest:hybrid" }
})

const fill = Effect.gen(function* () {
  yield* ReferenceRepository.use(({ saveMany }) => saveMany(Array.from({ length: 10 }, (_, n) => reference(n))))
  yield* RelationRepository.use(({ saveMany }) => saveMany(Array.from({ length: 9 }, (_, n) => suggestion(n + 1))))
})

/** A store on a server behind a proxy, which does something to the first request that says so, and how often it did. */
const behindProxy = Effect.gen(function* () {
  const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
  const services = yield* Layer.build(store(proxy.url))
  yield* Effect.provideContext(fill, services)
  let done = 0
  const disturb = (behaviour: LoopbackProxy.Behaviour, isThat: (body: string) => boolean) => {
    proxy.behave((_, body) => {
      if (!isThat(body)) return { kind: "pass" }
      proxy.behave({ kind: "pass" })
      done++
      return behaviour
    })
  }
  return { disturb, services, disturbed: () => done }
})

const commits = (body: string) => body.includes('"COMMIT"')

const faults: ReadonlyArray<LoopbackProxy.Behaviour> = [
  { kind: "loseAnswer" },
  { kind: "cutAnswer" },
  { kind: "halfAnswer" }
]

describe.skipIf(Sqld.unavailable !== undefined)(`a change whose answer is lost ${Sqld.unavailable ?? ""}`, () => {
  it.live("is a decision: it is logged once, told as made, and undone once", () =>
    Effect.gen(function* () {
      const { disturb, disturbed, services } = yield* behindProxy
      yield* Effect.gen(function* () {
        const review = yield* Review
        for (const [n, fault] of faults.entries()) {
          disturb(fault, commits)
          const outcome = yield* review.decide([{ ...pair(n + 1), status: "accepted", note: `${n}` }], { by: "Ann" })
          assert.deepStrictEqual(
            outcome.decided.map(({ note }) => note),
            [`${n}`]
          )
          disturb(fault, commits)
          assert.strictEqual((yield* review.decideAll({ to: "r@1" }, { status: "rejected" })).decided.length, 8 - n)
          disturb(fault, commits)
          assert.strictEqual((yield* review.undo()).decided.length, 8 - n)
        }
        assert.strictEqual(disturbed(), 9)
        const log = yield* review.log({ limit: 1000 })
        assert.deepStrictEqual(
          log.filter(({ note }) => note !== undefined).map(({ note }) => note),
          ["2", "1", "0"]
        )
        // Each step is there once, and each that was taken back was taken back once.
        assert.strictEqual(log.length, 3 + 2 * (8 + 7 + 6))
        assert.strictEqual(new Set(log.map(({ step }) => step)).size, 9)
        const undone = new Set(log.flatMap(({ undoes }) => undoes ?? []))
        assert.strictEqual(undone.size, 3)
      }).pipe(Effect.provideContext(services))
    })
  )

  it.live("is a removal, or suggestions that replace others: it is told as made", () =>
    Effect.gen(function* () {
      const { disturb, disturbed, services } = yield* behindProxy
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const relations = yield* RelationRepository
        disturb({ kind: "loseAnswer" }, commits)
        yield* references.remove("r:9")
        disturb({ kind: "loseAnswer" }, commits)
        assert.strictEqual((yield* references.removeMany(["r:8", "r:7", "r:none"])).removed, 2)
        disturb({ kind: "loseAnswer" }, commits)
        yield* relations.remove({ ...pair(6), type: "intersects" })
        disturb({ kind: "loseAnswer" }, commits)
        assert.include(yield* relations.save({ ...suggestion(5), confidence: 0.7 }), { confidence: 0.7 })
        disturb({ kind: "loseAnswer" }, commits)
        const replaced = yield* relations.replaceSuggestions({ from: "r@1", to: "r@1" }, [suggestion(1)])
        assert.deepStrictEqual(replaced, { removed: 5, saved: 1, kept: 0 })
        assert.strictEqual(disturbed(), 5)
        assert.deepStrictEqual([yield* references.count(), yield* relations.count()], [7, 1])
        assert.isTrue(Option.isNone(yield* references.find("r:9")))
      }).pipe(Effect.provideContext(services))
    })
  )

  it.live("is made where it was not: its transaction was cut before its end", () =>
    Effect.gen(function* () {
      const { disturb, disturbed, services } = yield* behindProxy
      yield* Effect.gen(function* () {
        const review = yield* Review
        for (const [n, does] of (["resetBefore", "loseAnswer"] as const).entries()) {
          disturb({ kind: does }, (body) => body.includes("INSERT INTO crosswalk_decision"))
          const { decided } = yield* review.decide([{ ...pair(n + 1), status: "rejected" }])
          assert.strictEqual(decided.length, 1)
        }
        assert.strictEqual(disturbed(), 2)
        assert.strictEqual((yield* review.log()).length, 2)
      }).pipe(Effect.provideContext(services))
    })
  )

  it.live("is the making of the tables", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      let lost = 0
      proxy.behave((_, body) => (commits(body) && lost++ === 0 ? { kind: "loseAnswer" } : { kind: "pass" }))
      yield* Effect.gen(function* () {
        yield* Migrations.run
        assert.isAtLeast(lost, 1)
        assert.strictEqual(yield* Migrations.state, "current")
      }).pipe(Effect.provide(LibsqlClient.layer({ url: proxy.url })))
    })
  )

  it.live("is not made again in a transaction of the program, which alone can be made again", () =>
    Effect.gen(function* () {
      const { disturb, services } = yield* behindProxy
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const review = yield* Review
        disturb({ kind: "loseAnswer" }, (body) => body.includes("INSERT INTO crosswalk_decision"))
        const error = yield* Effect.flip(
          sql.withTransaction(review.decide([{ ...pair(1), status: "accepted" }])).pipe(Effect.timeout("60 seconds"))
        )
        assert.instanceOf(error, DatabaseError)
        assert.deepStrictEqual(yield* review.log(), [])
      }).pipe(Effect.provideContext(services))
    })
  )

  it.live("fails in the time that a call has where the connection stays broken, and says to look", () =>
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      yield* Effect.provide(fill, store(url))
      const proxy = yield* LoopbackProxy.make(url)
      yield* Effect.gen(function* () {
        proxy.behave((_, body) => (commits(body) ? { kind: "loseAnswer" } : { kind: "pass" }))
        const review = yield* Review
        const [duration, error] = yield* Effect.timed(Effect.flip(review.decide([{ ...pair(1), status: "accepted" }])))
        assert.instanceOf(error, DatabaseError)
        assert.match(error.problem, /look before repeating|in time/u)
        assert.isBelow(Duration.toMillis(duration), 20_000)
        proxy.behave({ kind: "pass" })
        // It had been made, once.
        assert.strictEqual((yield* review.log()).length, 1)
      }).pipe(Effect.provide(store(proxy.url, { requestTimeout: "2 seconds" })))
    })
  )
})

describe("a change in a file", () => {
  it.effect("leaves no mark, as its answer cannot be lost", () =>
    Effect.gen(function* () {
      yield* fill
      yield* Review.use(({ decide }) => decide([{ ...pair(1), status: "accepted" }]))
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SELECT count(*) AS n FROM crosswalk_commit`, [{ n: 0 }])
    }).pipe(Effect.provide(store(":memory:")))
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`marks ${Sqld.unavailable ?? ""}`, () => {
  it.live("are gone after an hour", () =>
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      yield* Effect.gen(function* () {
        yield* Migrations.run
        const sql = yield* SqlClient.SqlClient
        const once = yield* Once.make
        yield* sql`INSERT INTO crosswalk_commit (mark, at) VALUES ('old', unixepoch() - 3601), ('new', unixepoch() - 60)`
        assert.deepStrictEqual(yield* once(sql`SELECT 1 AS one`), [{ one: 1 }])
        const marks = yield* sql<{ readonly mark: string }>`SELECT mark FROM crosswalk_commit ORDER BY id`
        assert.strictEqual(marks.length, 2)
        assert.strictEqual(marks[0]?.mark, "new")
      }).pipe(Effect.provide(LibsqlClient.layer({ url })))
    })
  )
})
