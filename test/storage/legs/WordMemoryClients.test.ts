import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { LibsqlClient } from "../../../src/libsql.ts"
import { ReferenceRepository } from "../../../src/storage/ReferenceRepository.ts"
import * as KeywordLeg from "../../../src/storage/legs/KeywordLeg.ts"
import { KeywordLimits } from "../../../src/storage/legs/KeywordLimits.ts"
import { KeywordMemory } from "../../../src/storage/legs/KeywordMemory.ts"
import * as WordMemory from "../../../src/storage/legs/WordMemory.ts"
import { randomOf } from "../../../src/domain/Random.ts"
import * as Sqld from "../../support/sqld.ts"
import { temporaryFolder } from "../../support/temporaryFolder.ts"
import { always, everything, filters, found, low, never, once, queries, textsOf, upToDate } from "./keywordTexts.ts"

/** Writes something: many or few new texts, other ones, some that go, what leaves no text changed, and what is taken back. */
const writing = (random: () => number, i: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const repository = yield* ReferenceRepository
    const some = (count: number) => textsOf(1000 + i, count).map((text) => ({ ...text, uri: uriOf() }))
    const uriOf = () => `r:${Math.floor(random() * 300)}`
    const ways: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      repository.saveMany(some(1)),
      repository.saveMany(some(30)),
      repository.removeMany([uriOf()]),
      repository.removeMany(Array.from({ length: 40 }, uriOf)),
      sql`UPDATE crosswalk_reference SET description = description || ' hash log' WHERE uri = ${uriOf()}`,
      sql`UPDATE crosswalk_reference SET uri = ${`moved:${i}`} WHERE uri = ${uriOf()}`,
      sql`UPDATE crosswalk_reference SET tags = '["odd"]' WHERE uri = ${uriOf()}`,
      sql`INSERT INTO crosswalk_keyword (crosswalk_keyword) VALUES ('optimize')`.pipe(
        Effect.andThen(repository.saveMany(some(1)))
      ),
      Effect.ignore(sql.withTransaction(Effect.andThen(repository.saveMany(some(5)), Effect.fail("taken back"))))
    ]
    yield* ways[Math.floor(random() * ways.length)] ?? Effect.void
  })

const storeOf = (config: LibsqlClient.Config) =>
  ReferenceRepository.layer.pipe(Layer.provideMerge(Layer.fresh(LibsqlClient.layer(config))))

/** A client, and another one of what it is a copy of, by which others write; what is written elsewhere comes with `sync`. */
const clients = (here: LibsqlClient.Config, elsewhere = here) => ({
  here: storeOf(here),
  elsewhere: storeOf(elsewhere)
})

const fileIn = (folder: string) => join(folder, "a.db")
const inFolder = Effect.map(temporaryFolder, fileIn)

const server = Sqld.unavailable
const kinds = [
  { name: "a file", make: Effect.map(inFolder, (url) => clients({ url })), writes: 80, skipped: undefined },
  {
    name: "a file of a server",
    make: Effect.map(inFolder, (url) => clients({ url, longReads: "thread" })),
    writes: 80,
    skipped: undefined
  },
  {
    name: "a server",
    make: Effect.map(Sqld.primary(), ({ url }) => clients({ url })),
    writes: 20,
    skipped: server
  },
  {
    name: "a server's replica",
    make: Effect.map(Sqld.primaryAndReplica, ({ primary, replica }) =>
      clients({ url: replica.url }, { url: primary.url })
    ),
    writes: 20,
    skipped: server
  },
  {
    name: "an embedded replica",
    make: Effect.map(Effect.all([Sqld.primary(), inFolder]), ([{ url: syncUrl }, url]) =>
      clients({ url, syncUrl }, { url: syncUrl })
    ),
    writes: 20,
    skipped: server
  }
]

for (const [seed, { make, name, skipped, writes }] of kinds.entries()) {
  describe.skipIf(skipped !== undefined)(`words in memory of ${name} ${skipped ?? ""}`, () => {
    it.live(
      "find after every write what the tables do, with the same scores, whoever wrote",
      () =>
        Effect.gen(function* () {
          const { elsewhere, here } = yield* make
          const others = yield* Layer.build(elsewhere)
          yield* Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            const { sync } = yield* LibsqlClient.LibsqlClient
            yield* ReferenceRepository.use(({ saveMany }) => saveMany(textsOf(6, 250)))
            const legWith = (limits: typeof low, memory: typeof always) =>
              KeywordLeg.make.pipe(
                Effect.provideService(KeywordLimits, limits),
                Effect.provideService(KeywordMemory, memory)
              )
            const inTables = yield* legWith(everything, never)
            // With such limits the tables alone find other things.
            const inMemory = yield* legWith(low, { ...once, onLoop: seed % 2 === 0 ? 1_000 : 0 })
            yield* upToDate(yield* Effect.provideService(WordMemory.make(sql), KeywordMemory, once))
            // Until they are read.
            yield* Effect.repeat(inMemory.rank("the of", 1, undefined), {
              until: ({ matches }) => matches.every(({ id }) => id !== undefined),
              schedule: Schedule.spaced("5 millis")
            })
            const random = randomOf(seed)
            for (let i = 0; i < writes; i++) {
              if (random() < 0.3) yield* Effect.andThen(Effect.provideContext(writing(random, i), others), sync)
              else yield* writing(random, i)
              for (let j = 0; j < 3; j++) {
                const query = queries[Math.floor(random() * queries.length)] ?? "the"
                const filter = filters[Math.floor(random() * filters.length)]
                const limit = random() < 0.5 ? 3 : 400
                const expected = found(yield* inTables.rank(query, limit, filter))
                const ranking = yield* inMemory.rank(query, limit, filter)
                assert.deepStrictEqual(found(ranking), expected, `${i} ${query}`)
                // Only what is in memory tells ids.
                if (filter === undefined) assert.isTrue(ranking.matches.every(({ id }) => id !== undefined))
              }
            }
          }).pipe(Effect.provide(here))
        }).pipe(Effect.scoped),
      120_000
    )
  })
}
