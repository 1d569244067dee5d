import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { LibsqlClient } from "../../src/libsql.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as KeywordLeg from "../../src/storage/legs/KeywordLeg.ts"
import { KeywordLimits } from "../../src/storage/legs/KeywordLimits.ts"
import { KeywordMemory } from "../../src/storage/legs/KeywordMemory.ts"
import * as WordMemory from "../../src/storage/legs/WordMemory.ts"
import { randomOf } from "../../src/domain/Random.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const words = [
  ..."session sessions timeout password passwords passphrase hash hashed hashing log logs logging café CAFE naïve".split(
    " "
  ),
  ..."non-repudiation two-factor re-authentication multi factor TLS1.3 x509 the of and a is Größe größe Ελλάδα данные".split(
    " "
  )
]

const textsOf = (seed: number, count: number) => {
  const random = randomOf(seed)
  const some = (most: number) =>
    Array.from({ length: Math.ceil(random() * most) }, () => words[Math.floor(random() ** 2 * words.length)]).join(" ")
  return Array.from({ length: count }, (_, i) => ({
    uri: `r:${i}`,
    title: some(4),
    entityType: "requirement",
    catalog: i % 10 === 0 ? "small@1" : "big@1",
    tags: i % 2 === 0 ? ["even"] : [],
    ...(random() < 0.8 && { description: some(40) })
  }))
}

const queries = [
  "session timeout",
  "the password is hashed",
  "pass* log*",
  "non-repudiation of logs",
  "two-factor re-auth*",
  "cafe naive größe",
  "Ελλάδα данные",
  "x509 tls1.3",
  "nothing of this",
  "unheard",
  "the the the of and a is"
]

const filters = [undefined, { catalog: "small@1" }, { tags: ["even"] }, { catalog: "big@1", tags: ["even"] }]

/** The small catalog is searched as if it were alone, and nothing else is. */
const compared = 40
const everything = { entries: 1_000_000, single: 1_000_000, paired: 1_000_000, compared }
/** Limits with which the tables alone find other things. */
const low = { entries: 0, single: 1, paired: 1, compared }
const always = { after: 0, bytes: 1_000_000, share: 1, onLoop: 1_000 }
const never = { ...always, bytes: 0 }

const inFile = Layer.unwrap(
  Effect.map(temporaryFolder, (folder) =>
    ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: join(folder, "a.db") })))
  )
)

const found = ({ ideal, matches }: KeywordLeg.KeywordRanking) => ({
  ideal: ideal.toPrecision(12),
  matches: matches.map(({ score, uri }) => `${uri} ${score.toPrecision(12)}`)
})

/** The words in memory as of now. */
const upToDate = (memory: Effect.Success<ReturnType<typeof WordMemory.make>>) =>
  Effect.gen(function* () {
    for (;;) {
      const index = yield* memory.current
      if (index !== undefined) return index
      yield* Effect.sleep("5 millis")
    }
  })

it.live("words in memory find what the tables do, with the same scores, whatever is written meanwhile", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    const legWith = (limits: typeof low, memory: typeof always) =>
      KeywordLeg.make.pipe(Effect.provideService(KeywordLimits, limits), Effect.provideService(KeywordMemory, memory))
    const inTables = yield* legWith(everything, never)
    const inMemory = [
      yield* legWith(everything, always),
      yield* legWith(low, always),
      yield* legWith(low, { ...always, onLoop: 0 })
    ]
    const compare = Effect.gen(function* () {
      for (const [i, query] of queries.entries()) {
        for (const [j, filter] of filters.entries()) {
          const limit = (i + j) % 2 === 0 ? 3 : 400
          const expected = found(yield* inTables.rank(query, limit, filter))
          for (const leg of inMemory) {
            // Until the words are there, or read again, the tables answer.
            yield* Effect.repeat(leg.rank(query, limit, filter), {
              until: (ranking) => isDeepStrictEqual(found(ranking), expected),
              schedule: Schedule.spaced("5 millis")
            }).pipe(
              Effect.timeoutOrElse({
                duration: "20 seconds",
                orElse: () =>
                  Effect.map(leg.rank(query, limit, filter), (last) => assert.deepEqual(found(last), expected, query))
              })
            )
          }
        }
      }
    })
    yield* repository.saveMany(textsOf(1, 300))
    yield* compare
    yield* repository.saveMany(textsOf(2, 40))
    yield* repository.remove("r:7")
    yield* repository.saveMany([{ uri: "r:new", title: "A passphrase", entityType: "requirement" }])
    yield* compare
    yield* sql`UPDATE crosswalk_reference SET title = 'Session passwords' WHERE uri = 'r:5'`
    yield* compare
    yield* repository.removeMany(Array.from({ length: 250 }, (_, i) => `r:${i}`))
    yield* compare
  }).pipe(Effect.scoped, Effect.provide(inFile))
)

it.live("words in memory are of now, or not used", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    yield* repository.saveMany(textsOf(3, 50))
    const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, always)
    const first = yield* upToDate(memory)
    assert.deepStrictEqual(first.total, 50)
    yield* sql.withTransaction(
      Effect.gen(function* () {
        assert.isUndefined(yield* memory.current)
        yield* repository.save({ uri: "r:more", title: "More", entityType: "requirement" })
        assert.isUndefined(yield* memory.current)
      })
    )
    assert.isUndefined(yield* memory.current)
    assert.deepStrictEqual((yield* upToDate(memory)).total, 51)
    const few = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, { ...always, bytes: 100 })
    const late = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, { ...always, after: 3 })
    for (let i = 0; i < 3; i++) {
      assert.isUndefined(yield* few.current)
      assert.isUndefined(yield* late.current)
      yield* Effect.sleep("20 millis")
    }
    yield* upToDate(late)
    assert.isUndefined(yield* few.current)
  }).pipe(Effect.scoped, Effect.provide(inFile))
)

it.live("a text that cannot be read keeps words out of memory, and nothing else", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    yield* repository.saveMany(textsOf(4, 20))
    yield* sql`UPDATE crosswalk_reference SET description = CAST(x'70ff71' AS TEXT) WHERE uri = 'r:3'`
    const leg = yield* Effect.provideService(KeywordLeg.make, KeywordMemory, always)
    for (let i = 0; i < 5; i++) {
      assert.isAbove((yield* leg.rank("session the of", 5, undefined)).matches.length, 0)
      yield* Effect.sleep("10 millis")
    }
  }).pipe(Effect.scoped, Effect.provide(inFile))
)

it.live("where the state of the tables cannot be told, words in memory are not used", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    yield* repository.saveMany(textsOf(5, 20))
    const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, always)
    yield* upToDate(memory)
    for (const damage of [
      sql`UPDATE crosswalk_keyword_data SET block = NULL WHERE id = 10`,
      sql`DELETE FROM crosswalk_keyword_data WHERE id = 10`
    ]) {
      yield* damage
      for (let i = 0; i < 5; i++) {
        assert.isUndefined(yield* memory.current)
        yield* Effect.sleep("10 millis")
      }
    }
  }).pipe(Effect.scoped, Effect.provide(inFile))
)
