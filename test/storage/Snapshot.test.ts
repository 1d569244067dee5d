import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Coverage } from "../../src/crosswalk/Coverage.ts"
import * as Graph from "../../src/crosswalk/Graph.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Snapshot from "../../src/storage/Snapshot.ts"
import { layerLive } from "../support/liveClient.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** More than a page of references, half of them in each catalog, and of accepted relations. */
const size = 1_100
const accepted = 520

const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const uri = (i: number) => `${i % 2 === 0 ? "a" : "b"}:${i}`
  yield* references.saveMany(
    Array.from({ length: size }, (_, i) => ({
      uri: uri(i),
      title: `Reference ${i}`,
      entityType: "rule",
      catalog: i % 2 === 0 ? "a" : "b",
      metadata: { n: 100 }
    }))
  )
  yield* relations.saveMany(
    Array.from({ length: size / 2 }, (_, i) => ({
      sources: [uri(2 * i)] as const,
      targets: [uri(2 * i + 1)],
      type: "equal" as const,
      status: i < accepted ? ("accepted" as const) : ("suggested" as const)
    }))
  )
})

const numberOf = (metadata: unknown) => Number(Reflect.get(Object(metadata), "n"))
const total = (numbers: ReadonlyArray<number>) => numbers.reduce((sum, n) => sum + n, 0)

/** Every read that spans pages, and what it says of the sums that every transaction keeps. */
const reads = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const exports = yield* CatalogExport
  const coverage = yield* Coverage
  const review = yield* Review
  const lines = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
  const isAccepted = { status: ["accepted" as const] }
  return {
    findAll: Stream.runCollect(references.findAll()).pipe(
      Effect.map((all) => total(all.map(({ metadata }) => numberOf(metadata))))
    ),
    slowly: references.findAll().pipe(
      Stream.tap(({ uri }) => (uri.endsWith("7") ? Effect.sleep("1 millis") : Effect.void)),
      Stream.runCollect,
      Effect.map((all) => total(all.map(({ metadata }) => numberOf(metadata))))
    ),
    findMany: Snapshot.read(
      references.findMany(Array.from({ length: size }, (_, i) => `${i % 2 === 0 ? "a" : "b"}:${i}`))
    ).pipe(Effect.map((all) => total([...all.values()].map(({ metadata }) => numberOf(metadata))))),
    exported: Snapshot.read(
      Effect.all([
        Stream.mkString(exports.references({ catalog: "a" })),
        Stream.mkString(exports.references({ catalog: "b" }))
      ])
    ).pipe(
      Effect.map((texts) =>
        total(texts.flatMap(lines).flatMap(({ metadata }) => (metadata === undefined ? [] : numberOf(metadata))))
      )
    ),
    relations: Stream.runCount(relations.findAll(isAccepted)),
    exportedRelations: Stream.mkString(exports.relations(isAccepted)).pipe(
      Effect.map((text) => lines(text).filter(({ sources }) => sources !== undefined).length)
    ),
    coverage: coverage
      .report({ to: "b", by: "a" })
      .pipe(Effect.map(({ references }) => references.filter(({ state }) => state === "covered").length)),
    graph: Graph.read({ from: "a", to: "b", status: ["accepted"] }).pipe(
      Effect.map(({ relations }) => relations.length)
    ),
    items: Stream.runCount(Snapshot.stream(review.items({ status: "accepted" })))
  }
})

const inProcess = Effect.fnUntraced(function* (url: string, pause = 2) {
  const script = join(import.meta.dirname, "../support/movingWriter.ts")
  yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, [script, url, String(pause)], {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, RUST_LOG: "off" }
      })
      await once(child.stdout, "data")
      return child
    }),
    (child) =>
      Effect.promise(async () => {
        const ended = child.exitCode === null ? once(child, "exit") : undefined
        child.stdin.end()
        await ended
      })
  )
})

/** In a database that only this process sees, a fiber is the other writer. */
const inFiber = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const one = () => 1 + Math.floor(Math.random() * size)
  const add = (amount: number) =>
    Effect.suspend(
      () => sql`UPDATE crosswalk_reference
        SET metadata = json_object('n', (metadata ->> '$.n') + ${amount}) WHERE id = ${one()}`
    )
  const swap = sql`UPDATE crosswalk_relation SET status = CASE status WHEN 'accepted' THEN 'suggested' ELSE 'accepted' END
    WHERE id IN ((SELECT min(id) FROM crosswalk_relation WHERE status = 'accepted'),
      (SELECT max(id) FROM crosswalk_relation WHERE status = 'suggested'))`
  const move = sql.withTransaction(Effect.andThen(add(-3), Effect.andThen(add(3), swap)))
  yield* Effect.acquireRelease(
    Effect.forkChild(Effect.forever(Effect.andThen(move, Effect.sleep("1 millis")))),
    Fiber.interrupt
  )
})

type Client = LibsqlClient.LibsqlClient | SqlClient.SqlClient

const services = (client: Layer.Layer<Client, unknown>) =>
  Layer.mergeAll(
    ReferenceRepository.layer,
    RelationRepository.layer,
    CatalogExport.layer,
    Coverage.layer,
    Review.layer
  ).pipe(Layer.provideMerge(client), Layer.orDie)

/** The database of a test, and what writes to it meanwhile. */
interface Place {
  readonly layer: ReturnType<typeof services>
  readonly writes: Effect.Effect<void, unknown, import("effect").Scope.Scope | Client>
  /** What is to be done between two reads. */
  readonly between?: Effect.Effect<unknown, unknown, Client>
}

const path = Effect.map(temporaryFolder, (folder) => join(folder, "x.db"))

const server = Sqld.unavailable
const places: ReadonlyArray<{
  readonly name: string
  readonly skipped?: string | undefined
  readonly make: Effect.Effect<Place, unknown, import("effect").Scope.Scope>
}> = [
  {
    name: "a file",
    make: Effect.map(path, (url) => ({
      layer: services(LibsqlClient.layer({ url })),
      writes: inProcess(`file:${url}`)
    }))
  },
  {
    name: "a live client of a file",
    make: Effect.map(path, (url) => ({
      layer: services(layerLive({ url: `file:${url}` })),
      writes: inProcess(`file:${url}`)
    }))
  },
  {
    name: "memory",
    make: Effect.succeed({
      layer: services(LibsqlClient.layer({ url: ":memory:" })),
      writes: inFiber,
      between: Effect.sleep("3 millis")
    })
  },
  {
    name: "a server",
    skipped: server,
    make: Effect.map(Sqld.primary(), ({ url }) => ({
      layer: services(LibsqlClient.layer({ url })),
      writes: inProcess(url)
    }))
  },
  {
    name: "a server's replica",
    skipped: server,
    make: Effect.map(Sqld.primaryAndReplica, ({ primary, replica }) => ({
      layer: services(LibsqlClient.layer({ url: replica.url })),
      writes: inProcess(primary.url)
    }))
  },
  {
    name: "an embedded replica",
    skipped: server,
    make: Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      return {
        layer: services(LibsqlClient.layer({ url: yield* path, syncUrl: url })),
        // A replica is brought up to date until there is nothing new: with a writer that is faster, that has no end.
        writes: inProcess(url, 50),
        between: LibsqlClient.LibsqlClient.use(({ sync }) => sync)
      }
    })
  }
]

for (const { make, name, skipped } of places) {
  describe.skipIf(skipped !== undefined)(`one read is one state, on ${name} ${skipped ?? ""}`, () => {
    it.live(
      "whatever is written meanwhile",
      () =>
        Effect.gen(function* () {
          const { between = Effect.void, layer, writes } = yield* make
          yield* Effect.gen(function* () {
            yield* fill
            const expected = { references: size * 100, relations: accepted }
            const states = new Set<string>()
            yield* writes
            const references = yield* ReferenceRepository
            for (let round = 0; round < 2; round++) {
              for (const [read, value] of Object.entries(yield* reads)) {
                yield* between
                expect([expected.references, expected.relations], `${read} in round ${round}`).toContain(yield* value)
              }
              const found = yield* references.findMany(Array.from({ length: 400 }, (_, i) => `a:${2 * i}`))
              states.add(JSON.stringify([...found.values()].map(({ metadata }) => metadata)))
            }
            // It was written meanwhile.
            expect(states.size).toBeGreaterThan(1)
          }).pipe(Effect.scoped, Effect.provide(layer))
        }).pipe(Effect.scoped),
      300_000
    )

    it.live("sees what was written before it, and is left as it was found", () =>
      Effect.gen(function* () {
        const { layer } = yield* make
        yield* Effect.gen(function* () {
          const references = yield* ReferenceRepository
          const sql = yield* SqlClient.SqlClient
          for (let i = 0; i < 20; i++) {
            yield* references.save({ uri: `r:${i}`, title: "One", entityType: "rule" })
            expect(yield* Stream.runCount(references.findAll())).toBe(i + 1)
          }
          // What is not read to its end, fails or is interrupted, holds nothing.
          yield* Stream.runDrain(Stream.take(references.findAll(), 1))
          yield* Effect.ignore(Snapshot.read(Effect.andThen(references.count(), Effect.fail("no"))))
          yield* Effect.ignore(
            Effect.timeout(Snapshot.read(Effect.andThen(references.count(), Effect.never)), "50 millis")
          )
          expect(
            yield* Effect.flip(Snapshot.read(sql`DELETE FROM crosswalk_reference`)).pipe(Effect.exit)
          ).toBeDefined()
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* references.save({ uri: "r:x", title: "One", entityType: "rule" })
              expect(yield* Stream.runCount(references.findAll())).toBe(21)
            })
          )
          // A stream whose reader writes: it sees the state of its beginning, and both go on.
          const seen = yield* references.findAll().pipe(
            Stream.mapEffect(({ uri }) => references.save({ uri: `${uri}-copy`, title: "Two", entityType: "rule" })),
            Stream.runCount
          )
          expect(seen).toBe(21)
          expect(yield* references.count()).toBe(42)
        }).pipe(Effect.provide(layer))
      }).pipe(Effect.scoped)
    )
  })
}

describe("a file after a snapshot", () => {
  it.live("has no reader that would keep its changes from being written back", () =>
    Effect.gen(function* () {
      const url = yield* path
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const sql = yield* SqlClient.SqlClient
        yield* references.save({ uri: "r:1", title: "One", entityType: "rule" })
        yield* Stream.runDrain(Stream.take(references.findAll(), 1))
        yield* Effect.ignore(
          Effect.timeout(Snapshot.read(Effect.andThen(references.count(), Effect.never)), "50 millis")
        )
        yield* references.save({ uri: "r:2", title: "Two", entityType: "rule" })
        const [row] = yield* sql`PRAGMA wal_checkpoint(TRUNCATE)`
        expect(row).toMatchObject({ busy: 0, log: 0 })
      }).pipe(Effect.provide(services(LibsqlClient.layer({ url }))))
    })
  )
})
