import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { LibsqlClient } from "../../../src/libsql.ts"
import { ReferenceRepository } from "../../../src/storage/ReferenceRepository.ts"
import * as KeywordLeg from "../../../src/storage/legs/KeywordLeg.ts"
import { KeywordLimits } from "../../../src/storage/legs/KeywordLimits.ts"
import { termsOf } from "../../../src/storage/legs/KeywordQuery.ts"
import { KeywordMemory } from "../../../src/storage/legs/KeywordMemory.ts"
import type * as WordIndex from "../../../src/storage/legs/WordIndex.ts"
import * as WordMemory from "../../../src/storage/legs/WordMemory.ts"
import { randomOf } from "../../../src/domain/Random.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { always, everything, filters, found, low, never, once, queries, textsOf, upToDate } from "./keywordTexts.ts"

const storeOf = (url: string) =>
  ReferenceRepository.layer.pipe(Layer.provideMerge(Layer.fresh(LibsqlClient.layer({ url }))))

const inFile = Layer.unwrap(Effect.map(temporaryFolder, (folder) => storeOf(join(folder, "a.db"))))

const ranked = (index: WordIndex.WordIndex, query: string) => {
  const best = index.rank(termsOf(query), 500)
  return { terms: best.terms, found: index.found(best) }
}

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
    assert.deepStrictEqual((yield* memory.current)?.total, 51)
    assert.strictEqual(first.total, 50)
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

it.live("what many writes changed is read in the background, and nothing else is read again", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    yield* repository.saveMany(textsOf(9, 400))
    const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, once)
    const first = yield* upToDate(memory)
    yield* repository.saveMany(textsOf(10, 300))
    assert.isUndefined(yield* memory.current)
    const second = yield* upToDate(memory)
    assert.strictEqual(second.total, 400)
    assert.notStrictEqual(second, first)
    yield* repository.removeMany(Array.from({ length: 399 }, (_, i) => `r:${i}`))
    assert.isUndefined(yield* memory.current)
    const third = yield* upToDate(memory)
    assert.strictEqual(third.total, 1)
    assert.isBelow(third.bytes, first.bytes / 2)
  }).pipe(Effect.scoped, Effect.provide(inFile))
)

it.live("what another process writes is followed, while searches and writes go on", () =>
  Effect.gen(function* () {
    const url = join(yield* temporaryFolder, "a.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* ReferenceRepository.use(({ saveMany }) => saveMany(textsOf(14, 100)))
      const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, once)
      yield* upToDate(memory)
      const other = Effect.forEach(
        Array.from({ length: 40 }, (_, i) => i),
        (i) => ReferenceRepository.use(({ saveMany }) => saveMany(textsOf(20 + i, 10 + i))),
        { discard: true }
      ).pipe(Effect.provide(storeOf(url)))
      const writing = yield* Effect.forkChild(other)
      const random = randomOf(15)
      yield* Effect.repeat(
        Effect.gen(function* () {
          if (random() < 0.2)
            yield* ReferenceRepository.use(({ removeMany }) => removeMany([`r:${Math.floor(random() * 50)}`]))
          // Asked at once, so that some wait for others.
          yield* Effect.all([memory.current, memory.current, memory.current], { concurrency: "unbounded" })
          yield* Effect.sleep("2 millis")
        }),
        { times: 100 }
      )
      yield* Fiber.join(writing)
      const index = yield* upToDate(memory)
      const fresh = yield* upToDate(yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, once))
      assert.strictEqual(index.total, fresh.total)
      for (const query of queries) {
        assert.deepStrictEqual(ranked(index, query), ranked(fresh, query))
      }
    }).pipe(Effect.provide(storeOf(url)))
  }).pipe(Effect.scoped)
)

const unknownHistories: Readonly<Record<string, ReadonlyArray<string>>> = {
  "whose history was pruned": [
    "DELETE FROM crosswalk_text_change WHERE seq < (SELECT max(seq) FROM crosswalk_text_change)"
  ],
  "that is another one": ["UPDATE crosswalk_text_change SET nonce = nonce + 1"],
  "that was put back to an earlier state": [
    "DELETE FROM crosswalk_text_change WHERE seq > 20",
    "DELETE FROM crosswalk_reference WHERE id > 20"
  ],
  "whose log began anew": [
    "DELETE FROM crosswalk_text_change",
    "INSERT INTO crosswalk_text_change (reference_id) VALUES (0)"
  ],
  "whose index of words was built again": ["INSERT INTO crosswalk_keyword (crosswalk_keyword) VALUES ('rebuild')"],
  "whose changes were not all written down": [
    "DROP TRIGGER crosswalk_text_change_update",
    "UPDATE crosswalk_reference SET title = title || ' longer' WHERE id = 2",
    "DELETE FROM crosswalk_reference WHERE id = 3"
  ],
  "whose changes were not written down": [
    "DROP TRIGGER crosswalk_text_change_update",
    "UPDATE crosswalk_reference SET title = 'other' WHERE id = 2"
  ]
}

for (const [what, statements] of Object.entries(unknownHistories)) {
  it.live(`a database ${what} is read anew`, () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* ReferenceRepository.use(({ saveMany }) => saveMany(textsOf(16, 60)))
      const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, always)
      yield* upToDate(memory)
      // A change that is known before the others.
      yield* sql`UPDATE crosswalk_reference SET title = 'password' WHERE id = 1`
      yield* upToDate(memory)
      yield* sql.withTransaction(
        Effect.gen(function* () {
          for (const statement of statements) yield* sql.unsafe(statement)
          if (what === "whose history was pruned") {
            yield* sql`UPDATE crosswalk_reference SET title = 'session' WHERE id < 4`
            yield* sql`DELETE FROM crosswalk_text_change WHERE seq < (SELECT max(seq) FROM crosswalk_text_change)`
          }
        })
      )
      assert.isUndefined(yield* memory.current)
      const index = yield* upToDate(memory)
      const fresh = yield* upToDate(yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, always))
      assert.strictEqual(index.total, fresh.total)
      for (const query of [...queries, "longer", "other"]) {
        assert.deepStrictEqual(ranked(index, query), ranked(fresh, query))
      }
    }).pipe(Effect.scoped, Effect.provide(inFile))
  )
}

it.live("a text that becomes unreadable takes the words out of memory, and more words than fit do", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    yield* repository.saveMany(textsOf(18, 20))
    const memory = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, always)
    const small = yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, { ...always, bytes: 10_000 })
    yield* upToDate(memory)
    yield* upToDate(small)
    yield* repository.saveMany(textsOf(19, 100))
    yield* upToDate(memory)
    yield* sql`UPDATE crosswalk_reference SET title = CAST(x'70ff71' AS TEXT) WHERE uri = 'r:3'`
    for (let i = 0; i < 5; i++) {
      assert.isUndefined(yield* small.current)
      assert.isUndefined(yield* memory.current)
      yield* Effect.sleep("10 millis")
    }
  }).pipe(Effect.scoped, Effect.provide(inFile))
)
