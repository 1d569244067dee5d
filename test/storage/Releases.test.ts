import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Backup } from "../../src/catalog/Backup.ts"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { Search } from "../../src/search/Search.ts"
import * as Store from "../../src/Store.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as DatabaseDoctor from "../../src/storage/Doctor.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** A database of every schema that was released, made by that version. `UPDATE_FIXTURES=1` adds the present one. */
const folder = join(import.meta.dirname, "../fixtures/databases")

const model = new ModelInfo({ id: "m", dimensions: 3, maxLength: 3, fingerprint: "f" })

const numberOf = (name: string) => Number(/\d+/u.exec(name)?.[0])

const store = (url: string) => Store.layerLibsql({ url, embedder: { type: "deterministic" } })

const requirements = [
  ["asvs:5.0.0/V6.2.1", "Passwords are at least 8 characters long", "asvs@5.0.0"],
  ["asvs:5.0.0/V6.2.10", "Passwords are hashed – slowly", "asvs@5.0.0"],
  ["company:2026.1/BR-04", "Staff choose long passwords 管理", "company@2026.1"]
] as const

const fill = Effect.gen(function* () {
  const embeddings = yield* EmbeddingRepository
  const relations = yield* RelationRepository
  for (const [uri, title, catalog] of requirements) {
    yield* embeddings.saveWithEmbedding({
      uri,
      title,
      entityType: "requirement",
      description: `Verify that ${title}.`,
      tags: ["level-1", "passwords"],
      metadata: { level: 1, cwe: [521] },
      catalog,
      identifier: uri.slice(uri.indexOf("/") + 1)
    })
  }
  yield* ReferenceRepository.use(({ save }) => save({ uri: "note:1", title: "Not embedded", entityType: "note" }))
  const [one, ten, company] = requirements.map(([uri]) => uri)
  const suggested = {
    sources: [String(company)] as const,
    status: "suggested" as const,
    confidence: 0.5,
    provenance: { method: "suggest:hybrid" }
  }
  yield* relations.save({ ...suggested, targets: [String(one)], type: "implements" })
  yield* relations.save({ ...suggested, targets: [String(ten)], type: "intersects" })
  yield* Review.use(({ decide }) =>
    decide([{ sources: [String(company)], targets: [String(one)], status: "accepted", note: "yes" }], { by: "Ann" })
  )
})

if (process.env["UPDATE_FIXTURES"] === "1") {
  const made = join(folder, "new.db")
  rmSync(made, { force: true })
  mkdirSync(folder, { recursive: true })
  const newest = await Effect.runPromise(
    Effect.gen(function* () {
      yield* fill
      const sql = yield* SqlClient.SqlClient
      yield* sql`PRAGMA page_size = 512`
      yield* LibsqlClient.LibsqlClient.use(({ copyTo }) => copyTo(made))
      const [row] = yield* sql<{ readonly id: number }>`SELECT max(migration_id) AS id FROM crosswalk_migration`
      return row?.id ?? 0
    }).pipe(Effect.provide(store(":memory:")))
  )
  copyFileSync(made, join(folder, `schema-${String(newest).padStart(4, "0")}.db`))
  rmSync(made)
}

describe("a database of an earlier version", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".db"))
  it("is kept for every schema", () => {
    expect(files.length).toBeGreaterThanOrEqual(4)
  })

  for (const name of files) {
    it.live(`${name} is brought up to date with all that it holds, and is sound`, () =>
      Effect.gen(function* () {
        const url = join(yield* temporaryFolder, name)
        copyFileSync(join(folder, name), url)
        const state = Effect.provide(Migrations.state, LibsqlClient.layer({ url, readonly: true }))
        if ((yield* state) === "older") {
          const read = Effect.provide(Migrations.run, LibsqlClient.layer({ url, readonly: true }))
          expect(yield* Effect.flip(read)).toMatchObject({
            reason: "migration",
            remedy: { action: "migrateDatabase" }
          })
        }
        yield* Effect.gen(function* () {
          const references = yield* ReferenceRepository
          const all = yield* Stream.runCollect(references.findAll())
          expect(all.map(({ title, uri }) => [uri, title])).toEqual([
            ...requirements.map(([uri, title]) => [uri, title]),
            ["note:1", "Not embedded"]
          ])
          expect(all[0]).toMatchObject({
            tags: ["level-1", "passwords"],
            metadata: { level: 1, cwe: [521] },
            catalog: "asvs@5.0.0",
            identifier: "V6.2.1",
            role: "requirement"
          })
          expect(yield* EmbeddingRepository.use(({ status }) => status)).toMatchObject({ fresh: 3, missing: 1 })
          const { hits } = yield* Search.use(({ search }) => search("V6.2.10"))
          expect(hits[0]?.reference.uri).toBe("asvs:5.0.0/V6.2.10")
          expect((yield* references.search("管理"))[0]?.reference.uri).toBe("company:2026.1/BR-04")
          const relations = yield* Stream.runCollect(
            yield* RelationRepository.use(({ findAll }) => Effect.succeed(findAll()))
          )
          expect(relations.map(({ status, type }) => [type, status])).toEqual([
            ["implements", "accepted"],
            ["intersects", "suggested"]
          ])
          const [first] = all
          if (first !== undefined) expect(yield* references.saveMany([first])).toMatchObject({ unchanged: 1 })
          const { checks } = yield* Doctor.use(({ check }) => check)
          expect(checks.filter(({ status }) => status === "failed")).toEqual([])
        }).pipe(Effect.provide(store(url)))
        expect(yield* state).toBe("current")
      })
    )

    it.live(`${name} is repaired, and goes on as one of this version`, () =>
      Effect.gen(function* () {
        const url = join(yield* temporaryFolder, name)
        copyFileSync(join(folder, name), url)
        const damage = SqlClient.SqlClient.use((sql) => sql`DROP TRIGGER crosswalk_keyword_update`)
        yield* Effect.provide(damage, LibsqlClient.layer({ url }))
        const repair = Doctor.use(({ repair }) => repair).pipe(
          Effect.provide(
            Layer.provideMerge(Doctor.layerInspect(Effect.succeed({ model })), LibsqlClient.layer({ url }))
          )
        )
        const { done, report } = yield* Effect.scoped(repair)
        expect(done).toContain("made the trigger crosswalk_keyword_update again")
        expect(report.checks.filter(({ status }) => status === "failed")).toEqual([])
        yield* Effect.gen(function* () {
          expect(yield* ReferenceRepository.use(({ count }) => count())).toBe(4)
          expect(yield* Review.use(({ log }) => log())).toHaveLength(numberOf(name) < 4 ? 0 : 1)
          expect((yield* Doctor.use(({ repair }) => repair)).done).toEqual([])
        }).pipe(Effect.provide(store(url)))
      })
    )

    it.live(`${name} is restored as a backup`, () =>
      Effect.gen(function* () {
        const url = join(yield* temporaryFolder, "x.db")
        const backup = join(folder, name)
        const { migrated } = yield* Backup.restore(backup, { url })
        const before = yield* Effect.provide(Migrations.state, LibsqlClient.layer({ url: backup, readonly: true }))
        expect(migrated).toBe(before === "older")
        expect(yield* Effect.provide(Migrations.state, LibsqlClient.layer({ url, readonly: true }))).toBe("current")
      })
    )
  }

  const older = files.filter((name) => numberOf(name) < Migrations.newest)
  const on = (url: string) => Layer.fresh(LibsqlClient.layer({ url }))
  const tablesOf = (url: string) =>
    SqlClient.SqlClient.use(
      (sql) => sql<{ readonly name: string }>`SELECT name FROM sqlite_master
      WHERE type = 'table' AND name GLOB 'crosswalk_*' AND name <> 'crosswalk_migration' ORDER BY rowid`
    ).pipe(
      Effect.map((rows) => rows.map(({ name }) => name)),
      Effect.provide(on(url))
    )
  /** A copy of a release of which a table was dropped. */
  const without = Effect.fnUntraced(function* (name: string, table: string) {
    const url = join(yield* temporaryFolder, name)
    copyFileSync(join(folder, name), url)
    yield* SqlClient.SqlClient.use((sql) =>
      Effect.andThen(sql`PRAGMA foreign_keys = OFF`, sql.unsafe(`DROP TABLE ${table}`))
    ).pipe(Effect.provide(on(url)))
    return url
  })

  for (const name of older) {
    it.live(`${name} without one of its tables is refused, and nothing is made in its place`, () =>
      Effect.gen(function* () {
        const tables = yield* tablesOf(join(folder, name))
        expect(tables.length).toBeGreaterThan(10)
        // Those that an index for keywords has of its own are looked at below.
        for (const table of tables.filter((table) => !/_(data|idx|docsize|config)$/u.test(table))) {
          const url = yield* without(name, table)
          const before = yield* tablesOf(url)
          expect(yield* Effect.flip(Effect.provide(Migrations.run, on(url)))).toMatchObject({
            reason: "migration",
            message: expect.stringContaining(`not whole: ${table}`),
            remedy: { action: "checkDatabase" }
          })
          expect(yield* tablesOf(url)).toEqual(before)
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live(
    "that lacks a table is told which by the doctor, and made whole by a repair where that can be",
    () =>
      Effect.gen(function* () {
        const name = older.at(-1) ?? ""
        const lost: Array<string> = []
        const tables = yield* tablesOf(join(folder, name))
        // What an index has of its own is alike in all.
        for (const table of tables.filter((table) => !/(trigram|metadata)_(data|idx|docsize|config)$/u.test(table))) {
          const url = yield* without(name, table)
          const check = (yield* Effect.provide(DatabaseDoctor.run, on(url))).find((check) => check.name === "tables")
          expect(check).toMatchObject({ status: "failed", detail: expect.stringMatching(`^the table ${table}\\b`) })
          yield* Effect.provide(repair, on(url))
          const isWhole = (yield* Effect.provide(Migrations.state, on(url))) === "current"
          expect(isWhole).toBe(check?.remedy?.action === "repairDatabase")
          if (!isWhole) lost.push(table)
          else {
            const checks = yield* Effect.provide(DatabaseDoctor.run, on(url))
            expect(checks.filter(({ status }) => status === "failed")).toEqual([])
          }
        }
        expect(lost.toSorted()).toEqual(
          ["catalog", "decision", "orphan", "pin", "reading", "reference", "relation", "relation_end"].map(
            (table) => `crosswalk_${table}`
          )
        )
      }).pipe(Effect.scoped),
    180_000
  )
})
