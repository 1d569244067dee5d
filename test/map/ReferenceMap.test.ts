import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { MapLayout } from "../../src/domain/MapLayout.ts"
import { ReferenceMap } from "../../src/map/ReferenceMap.ts"
import { randomOf } from "../../src/domain/Random.ts"
import * as Store from "../../src/Store.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const topics = ["password hash secret", "session cookie expiry", "input escape query", "log audit time"]
const fillers = ["must be verified", "is documented", "by the team", "for each user", "in production", "before release"]

const random = randomOf(11)
const pick = (some: ReadonlyArray<string>) => some[Math.floor(random() * some.length)] ?? ""
const titles = Array.from({ length: 160 }, (_, i) => `${topics[i % 4]} ${pick(fillers)} ${pick(fillers)}`)

/** References with vectors, every fourth of the same topic; from the hundredth on of another catalog. */
const fill = Effect.fnUntraced(function* (from: number, to: number) {
  yield* ReferenceRepository.use(({ saveMany }) =>
    saveMany(
      titles.slice(from, to).map((title, i) => {
        const catalog = from + i < 100 ? "a@1" : "b@2"
        return { uri: `${catalog}/R-${from + i}`, title, entityType: "rule", catalog }
      })
    )
  )
  yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
})

const read = ReferenceMap.use(({ read }) => read)
const compute = ReferenceMap.use(({ compute }) => compute())
const uris = ({ catalog, catalogs, suffixes }: MapLayout) =>
  suffixes.map((suffix, i) => `${catalogs[catalog[i] ?? 0]?.prefix}${suffix}`)
const placesOf = (map: MapLayout) => new Map(uris(map).map((uri, i) => [uri, [map.x[i], map.y[i]] as const]))
const distance = ({ x, y }: MapLayout, i: number, j: number) =>
  Math.hypot((x[i] ?? 0) - (x[j] ?? 0), (y[i] ?? 0) - (y[j] ?? 0))
const count = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM crosswalk_map`
  return row?.n
})

describe("the map of all references", () => {
  for (const number of [0, 1, 2, 3]) {
    it.effect(`of ${number} is current at once`, () =>
      Effect.gen(function* () {
        yield* fill(0, number)
        const map = yield* read
        expect(map).toMatchObject({ method: "pca", isCurrent: true, placed: 0, unplaced: 0, omitted: 0 })
        expect(map.x).toHaveLength(number)
        expect(yield* compute).toEqual({ references: number })
        expect(yield* read).toEqual(map)
      }).pipe(Effect.provide(TestStore.layer))
    )
  }

  it.live("is there before it is computed, and then keeps what is alike together", () =>
    Effect.gen(function* () {
      yield* fill(0, 160)
      yield* ReferenceRepository.use(({ save }) => save({ uri: "note:1", title: "Not embedded", entityType: "note" }))
      const before = yield* read
      expect(before).toMatchObject({ method: "pca", isCurrent: false, placed: 0, unplaced: 1 })
      expect(before.catalogs).toEqual([
        { catalog: "a@1", prefix: "a@1/R-" },
        { catalog: "b@2", prefix: "b@2/R-1" }
      ])
      expect(uris(before).slice(0, 3)).toEqual(["a@1/R-0", "a@1/R-1", "a@1/R-2"])

      expect(yield* compute).toEqual({ references: 160 })
      const after = yield* read
      expect(after).toMatchObject({ method: "umap", isCurrent: true, placed: 0, unplaced: 1 })
      expect(uris(after)).toEqual(uris(before))
      expect(Math.max(...after.x, ...after.y)).toBe(65_535)
      const names = uris(after)
      const isOfTopic = names.map((uri) => Number(uri.replace(/.*-/u, "")) % 4)
      const alike = names.map((_, i) => {
        const near = names
          .map((_, j) => j)
          .filter((j) => j !== i)
          .toSorted((a, b) => distance(after, i, a) - distance(after, i, b))
        return near.slice(0, 5).filter((j) => isOfTopic[j] === isOfTopic[i]).length / 5
      })
      expect(alike.reduce((a, b) => a + b) / alike.length).toBeGreaterThan(0.85)
      const json = Schema.toCodecJson(MapLayout)
      expect(Schema.decodeUnknownSync(json)(JSON.parse(JSON.stringify(Schema.encodeSync(json)(after))))).toEqual(after)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("is the same in every database with these references, and places what comes later beside its like", () =>
    Effect.gen(function* () {
      const first = yield* Effect.provide(Effect.andThen(fill(0, 120), Effect.andThen(compute, read)), TestStore.layer)
      yield* fill(0, 120)
      yield* compute
      const map = yield* read
      expect(map).toEqual(first)

      yield* fill(120, 140)
      const later = yield* read
      expect(later).toMatchObject({ method: "umap", isCurrent: false, placed: 20 })
      expect(yield* read).toEqual(later)
      // Where the others are to each other has not changed: one scale and shift for each axis leads from the one to the other.
      const [old, now] = [placesOf(map), placesOf(later)]
      const [a, b, c] = ["a@1/R-0", "a@1/R-50", "a@1/R-99"].map((uri) => [old.get(uri), now.get(uri)])
      const ratio = (axis: 0 | 1) =>
        ((b?.[1]?.[axis] ?? 0) - (a?.[1]?.[axis] ?? 0)) / ((b?.[0]?.[axis] ?? 0) - (a?.[0]?.[axis] ?? 0))
      expect(ratio(0)).toBeCloseTo(ratio(1), 2)
      expect((c?.[1]?.[0] ?? 0) - (a?.[1]?.[0] ?? 0)).toBeCloseTo(
        ratio(0) * ((c?.[0]?.[0] ?? 0) - (a?.[0]?.[0] ?? 0)),
        -2
      )
      expect(yield* count).toBe(120)
      yield* compute
      expect(yield* read).toMatchObject({ method: "umap", isCurrent: true, placed: 0 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("forgets the place of a vector that went, and of one that is another now", () =>
    Effect.gen(function* () {
      yield* fill(0, 40)
      yield* compute
      const references = yield* ReferenceRepository
      yield* references.remove("a@1/R-3")
      yield* references.save({ uri: "a@1/R-4", title: "Something else", entityType: "rule", catalog: "a@1" })
      expect(yield* count).toBe(38)
      expect(yield* read).toMatchObject({ isCurrent: true, placed: 0, unplaced: 1 })
      yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
      expect(yield* read).toMatchObject({ isCurrent: false, placed: 1, unplaced: 0 })
      // The same vectors once more move nothing.
      yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings({ force: true }))
      expect(yield* count).toBe(38)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("leaves out of what it stores what changes while it is computed", () =>
    Effect.gen(function* () {
      yield* fill(0, 40)
      const { save } = yield* ReferenceRepository
      const { updateAllEmbeddings } = yield* EmbeddingRepository
      const change = Effect.andThen(
        save({ uri: "a@1/R-4", title: "Something else", entityType: "rule", catalog: "a@1" }),
        updateAllEmbeddings()
      )
      const once = yield* Effect.cached(Effect.orDie(Effect.asVoid(change)))
      yield* ReferenceMap.use(({ compute }) => compute({ onProgress: () => once }))
      expect(yield* count).toBe(39)
      expect(yield* read).toMatchObject({ method: "umap", isCurrent: false, placed: 1 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("is not changed by a computation that is interrupted", () =>
    Effect.gen(function* () {
      yield* fill(0, 100)
      const { compute } = yield* ReferenceMap
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        compute({ onProgress: () => Effect.asVoid(Deferred.succeed(begun, undefined)) })
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      expect(yield* count).toBe(0)
      expect(yield* read).toMatchObject({ method: "pca" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("is computed again where the process that computed it was killed", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "map.db")
      const store = Store.layerLibsql({ url, embedder: { type: "deterministic" } })
      yield* Effect.provide(fill(0, 100), store)
      const computer = spawn(process.execPath, [
        fileURLToPath(new URL("../support/mapComputer.ts", import.meta.url)),
        url
      ])
      yield* Effect.promise(async () => {
        await once(computer.stdout, "data")
        computer.kill("SIGKILL")
        await once(computer, "exit")
      })
      yield* Effect.gen(function* () {
        expect(yield* count).toBe(0)
        expect((yield* Doctor.use(({ check }) => check)).sound).toBe(true)
        yield* compute
        expect(yield* read).toMatchObject({ method: "umap", isCurrent: true })
      }).pipe(Effect.provide(store))
    })
  )

  it.live("has damage that the doctor finds and takes away", () =>
    Effect.gen(function* () {
      yield* fill(0, 10)
      yield* compute
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE crosswalk_map SET x = 'far' WHERE reference_id = 3`
      yield* sql`UPDATE crosswalk_map SET y = 9e999 WHERE reference_id = 4`
      const failed = yield* Effect.map(
        Doctor.use(({ check }) => check),
        ({ checks }) => checks.filter(({ status }) => status === "failed").map(({ name }) => name)
      )
      expect(failed).toContain("map")
      expect(yield* Effect.flip(read)).toMatchObject({ _tag: "DatabaseError", reason: "corrupt" })
      yield* Doctor.use(({ repair }) => repair)
      expect(yield* count).toBe(8)
      expect((yield* Doctor.use(({ check }) => check)).sound).toBe(true)
      expect(yield* read).toMatchObject({ method: "umap", placed: 2 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("has places for all, also where vectors cannot be read", () =>
    Effect.gen(function* () {
      yield* fill(0, 10)
      yield* compute
      const sql = yield* SqlClient.SqlClient
      // A vector of other dimensions, and one with an infinite value, as one flipped bit can leave it.
      const damages = [sql`x'00ff'`, sql`CAST(x'0000807f' || substr(vector, 5) AS BLOB)`]
      const triggers = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master
        WHERE type = 'trigger' AND tbl_name = 'crosswalk_embedding'`
      for (const { name } of triggers) yield* sql.unsafe(`DROP TRIGGER ${name}`)
      for (const damage of damages) {
        // All that have a place: nothing is left that another could lie beside.
        yield* sql`UPDATE crosswalk_embedding SET vector = ${damage} WHERE reference_id <> 3`
        yield* sql`DELETE FROM crosswalk_map WHERE reference_id = 3`
        expect((yield* read).x).toHaveLength(10)
        yield* sql`DELETE FROM crosswalk_map`
        expect((yield* read).x).toHaveLength(10)
        yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings({ force: true }))
        yield* compute
      }
    }).pipe(Effect.provide(TestStore.layer))
  )
})
