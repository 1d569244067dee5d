import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const store = (config: LibsqlClient.Config) =>
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, Review.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer(config))
  )

const reference = (uri: string) => ({ uri, title: `Passwords of ${uri}`, entityType: "requirement" })

const refusal = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(effect)
    assert.instanceOf(error, DatabaseError)
    assert.deepStrictEqual([error.reason, error.isRetryable], ["authorization", false], error.problem)
    return error.problem
  })

describe.skipIf(Sqld.unavailable !== undefined)(`a token ${Sqld.unavailable ?? ""}`, () => {
  it.live("that only reads opens a store, finds what is there, and is told by name where it does not reach", () =>
    Effect.gen(function* () {
      const { token, url } = yield* Sqld.primary({ auth: true })
      const fill = ReferenceRepository.use(({ saveMany }) => saveMany(["a", "b"].map(reference)))
      // Tables that are not there cannot be made with it.
      assert.include(
        yield* refusal(Effect.provide(fill, store({ url, authToken: token("ro") }))),
        "token that may write"
      )
      yield* Effect.provide(fill, store({ url, authToken: token("rw") }))
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const relations = yield* RelationRepository
        const review = yield* Review
        assert.strictEqual(yield* Migrations.state, "current")
        assert.strictEqual((yield* references.search("passwords")).length, 2)
        assert.strictEqual(yield* references.count(), 2)
        const pair = { sources: ["a"], targets: ["b"] } as const
        for (const write of [
          references.save(reference("c")),
          references.saveMany([reference("c")]),
          references.remove("a"),
          relations.save({ ...pair, type: "equal" }),
          relations.remove({ ...pair, type: "equal" }),
          review.decide([{ ...pair, status: "accepted" }])
        ]) {
          assert.include(yield* refusal(write), "Use a token that may write")
        }
        // What is the same needs no write.
        yield* references.save(reference("a"))
      }).pipe(Effect.provide(store({ url, authToken: token("ro") })))
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`namespaces of a server ${Sqld.unavailable ?? ""}`, () => {
  it.live("are databases that do not see each other, and a token of one does not open another", () =>
    Effect.gen(function* () {
      const server = yield* Sqld.primary({ auth: true, namespaces: ["alpha", "beta"] })
      // What a wildcard in the DNS, or a gateway, does: the host says which database is meant.
      const urlOf = (name: string) =>
        Effect.map(LoopbackProxy.make(server.url, `${name}.crosswalk.example`), ({ url }) => url)
      const [alpha, beta, gamma] = [yield* urlOf("alpha"), yield* urlOf("beta"), yield* urlOf("gamma")]
      const all = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { search } = yield* ReferenceRepository
        const rows = yield* sql<{ readonly uri: string }>`SELECT uri FROM crosswalk_reference ORDER BY uri`
        const found = yield* search("passwords")
        assert.deepStrictEqual(
          found.map(({ reference }) => reference.uri).sort(),
          rows.map(({ uri }) => uri)
        )
        return rows.map(({ uri }) => uri)
      })
      for (const [url, name] of [
        [alpha, "alpha"],
        [beta, "beta"]
      ] as const) {
        const authToken = server.token("rw", 600, name)
        const save = ReferenceRepository.use(({ saveMany }) => saveMany([reference(`${name}:1`), reference("both")]))
        yield* Effect.provide(save, store({ url, authToken }))
        assert.deepStrictEqual(yield* Effect.provide(all, store({ url, authToken })), [`${name}:1`, "both"])
      }
      const stranger = store({ url: beta, authToken: server.token("rw", 600, "alpha") })
      const nowhere = store({ url: gamma, authToken: server.token("rw") })
      for (const other of [stranger, nowhere]) {
        const error = yield* Effect.flip(Effect.provide(all, other))
        assert.instanceOf(error, DatabaseError)
        assert.include(error.problem, "no such database, or none that this token opens")
      }
    })
  )
})
