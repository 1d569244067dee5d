import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { type Client, createClient } from "@libsql/client"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Backup } from "../../src/catalog/Backup.ts"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Store from "../../src/Store.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"
import * as IndexAdmin from "../../src/vectors/IndexAdmin.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const inputs = ["one", "two", "three"].map((name) => ({
  uri: `r:${name}`,
  title: `Number ${name}`,
  description: `Passwords of ${name}`,
  entityType: "rule",
  tags: [name, "all"],
  catalog: "r@1",
  metadata: { level: 1 }
}))

const fill = Effect.gen(function* () {
  yield* ReferenceRepository.use(({ saveMany }) => saveMany(inputs))
  yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
  const { decide } = yield* Review
  yield* decide([{ sources: ["r:one"], targets: ["r:two"], status: "accepted", note: "yes" }], { by: "Ann" })
  yield* decide([{ sources: ["r:two"], targets: ["r:three"], status: "rejected" }], { by: "Bob" })
})

/** What a person decided, as it is stored. */
const decided = Effect.gen(function* () {
  const relations = yield* RelationRepository
  const review = yield* Review
  return [yield* Stream.runCollect(relations.findAll()), yield* review.log()]
})

const failedOf = (checks: ReadonlyArray<{ readonly name: string; readonly status: string }>) =>
  checks.filter(({ status }) => status === "failed").map(({ name }) => name)

/** What is damaged, by which statements, and which checks find it. */
const damages: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
  ["a trigger that is gone", ["DROP TRIGGER crosswalk_keyword_update"], ["tables"]],
  [
    "a trigger that is another one",
    [
      "DROP TRIGGER crosswalk_embedding_stale",
      "CREATE TRIGGER crosswalk_embedding_stale AFTER UPDATE ON crosswalk_reference BEGIN SELECT 1; END"
    ],
    ["tables"]
  ],
  ["an index that is gone", ["DROP INDEX crosswalk_relation_status"], ["tables"]],
  ["a list of migrations that lacks one", ["DELETE FROM crosswalk_migration WHERE migration_id = 2"], ["tables"]],
  ["a table of tags that is gone", ["DROP TABLE crosswalk_tag"], ["tables"]],
  ["a part of a keyword index that is gone", ["DROP TABLE crosswalk_keyword_data"], ["database file", "tables"]],
  ["marks of commits that are gone", ["DROP TABLE crosswalk_commit"], ["tables"]],
  ["a keyword index that is gone", ["DROP TABLE crosswalk_keyword"], ["tables"]],
  ["a change log that is gone", ["DROP TABLE crosswalk_change"], ["tables"]],
  ["a log of texts that is gone", ["DROP TABLE crosswalk_text_change"], ["tables"]],
  ["a log of texts without a row", ["DELETE FROM crosswalk_text_change"], ["change log"]],
  ["vectors that are gone", ["DROP TABLE crosswalk_embedding"], ["tables"]],
  ["tags that do not agree", ["DELETE FROM crosswalk_tag WHERE tag = 'all'"], ["tags"]],
  ["an index of metadata that is gone", ["DROP TABLE crosswalk_metadata"], ["tables"]],
  ["an index of metadata that is not theirs", ["DELETE FROM crosswalk_metadata WHERE rowid = 1"], ["metadata"]],
  ["a change log without a row", ["DELETE FROM crosswalk_change"], ["change log"]],
  [
    "keywords of another text",
    ["INSERT INTO crosswalk_keyword (crosswalk_keyword) VALUES ('delete-all')"],
    ["keyword index"]
  ],
  ["trigrams that lack a reference", ["DELETE FROM crosswalk_trigram_docsize WHERE id = 1"], ["keyword index"]],
  ["a vector that is none", ["UPDATE crosswalk_embedding SET vector = x'00' WHERE reference_id = 1"], ["vectors"]],
  [
    "a vector whose model is not known",
    ["PRAGMA foreign_keys = OFF", "UPDATE crosswalk_embedding SET model_id = 99", "PRAGMA foreign_keys = ON"],
    ["foreign keys", "vectors"]
  ],
  ["what was learnt of a catalog", [`UPDATE crosswalk_catalog SET boilerplate = '{"a":'`], ["references", "catalogs"]]
]

describe("Doctor.repair", () => {
  for (const [name, statements, checks] of damages) {
    it.effect(`mends ${name}, and leaves what a person decided`, () =>
      Effect.gen(function* () {
        yield* fill
        const sql = yield* SqlClient.SqlClient
        const doctor = yield* Doctor
        const before = yield* decided
        for (const statement of statements) yield* sql.unsafe(statement)
        const found = yield* doctor.check
        expect(failedOf(found.checks)).toEqual(checks)
        for (const { remedy, status } of found.checks) {
          if (status === "failed") expect(["repairDatabase", "updateEmbeddings", undefined]).toContain(remedy?.action)
        }
        const { done, report } = yield* doctor.repair
        expect(done).not.toEqual([])
        expect(failedOf(report.checks)).toEqual([])
        expect(yield* decided).toEqual(before)
        // It works again, and there is nothing more to repair.
        yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
        const references = yield* ReferenceRepository
        yield* references.save({ uri: "r:four", title: "Number four", entityType: "rule", tags: ["all"] })
        expect(yield* references.search("four")).toHaveLength(1)
        expect(yield* references.count({ tags: ["all"] })).toBe(4)
        expect((yield* EmbeddingRepository.use(({ status }) => status)).fresh).toBe(3)
        expect((yield* doctor.repair).done).toEqual([])
      }).pipe(Effect.provide(TestStore.layer))
    )
  }

  it.effect("begins a log anew of which a trigger was gone, so that no index in memory follows it, and no other", () =>
    Effect.gen(function* () {
      yield* fill
      const sql = yield* SqlClient.SqlClient
      const triggers = yield* sql<{ name: string }>`SELECT name FROM sqlite_master
        WHERE type = 'trigger' AND (name GLOB 'crosswalk_change_*' OR name GLOB 'crosswalk_text_change_*')`
      expect(triggers).toHaveLength(11)
      for (const { name } of triggers) {
        const log = name.startsWith("crosswalk_text_") ? "crosswalk_text_change" : "crosswalk_change"
        const nonces = sql.unsafe<{ readonly nonce: number }>(`SELECT nonce FROM ${log}`)
        const before = yield* nonces
        yield* sql.unsafe(`DROP TRIGGER ${name}`)
        expect(yield* repair).toEqual([`made the trigger ${name} again`, `began the log ${log} anew`])
        const after = yield* nonces
        expect(after).toHaveLength(1)
        expect(before).not.toContainEqual(after[0])
      }
    }).pipe(Effect.provide(TestStore.layer))
  )

  for (const [name, statement] of [
    ["that cannot be read", "description = CAST(x'70ff71' AS TEXT)"],
    ["of which a bit of a text is another one", "description = 'Qasswords of two'"],
    ["of which a bit of a tag is another one", `tags = '["all","twn"]'`],
    ["of which a bit of its metadata is another one", `metadata = '{"__proto__":{"level":3},"2":-0.5,"1":[]}'`],
    ["of which the role is another one", "role = 'heading'"]
  ] as const) {
    it.effect(`marks a reference ${name}, which the next import writes anew`, () =>
      Effect.gen(function* () {
        const metadata = JSON.parse('{ "__proto__": { "level": 2 }, "2": -0.5, "1": [] }')
        const all = inputs.map((input) => ({ ...input, metadata }))
        yield* fill
        const sql = yield* SqlClient.SqlClient
        const doctor = yield* Doctor
        const references = yield* ReferenceRepository
        yield* references.saveMany(all)
        expect((yield* doctor.check).sound).toBe(true)
        const before = yield* decided
        yield* sql.unsafe(`UPDATE crosswalk_reference SET ${statement} WHERE uri = 'r:two'`)
        const found = yield* doctor.check
        expect(failedOf(found.checks)).toContain("references")
        expect(found.checks.find(({ name }) => name === "references")?.detail).toContain("r:two")
        expect(yield* references.saveMany(all)).toMatchObject({ unchanged: 3 })
        const { done, report } = yield* doctor.repair
        expect(done.join()).toContain("r:two")
        expect(report.checks.find(({ name }) => name === "references")?.remedy).toEqual({ action: "import" })
        expect((yield* doctor.repair).done).toEqual([])
        expect(yield* references.saveMany(all)).toMatchObject({ unchanged: 2, updated: 1 })
        expect((yield* doctor.check).sound).toBe(true)
        expect(yield* decided).toEqual(before)
      }).pipe(Effect.provide(TestStore.layer))
    )
  }

  it.effect("tells of triggers and views that others made, and leaves them", () =>
    Effect.gen(function* () {
      yield* fill
      const sql = yield* SqlClient.SqlClient
      const doctor = yield* Doctor
      yield* sql`CREATE VIEW crosswalk_report AS SELECT uri FROM crosswalk_reference`
      expect((yield* doctor.check).checks.find(({ name }) => name === "tables")).toMatchObject({ status: "ok" })
      yield* sql`CREATE TRIGGER audit AFTER UPDATE ON CROSSWALK_RELATION BEGIN DELETE FROM crosswalk_relation; END`
      const told = { status: "warning", detail: expect.stringContaining("the trigger audit on these tables is not") }
      const { checks } = yield* doctor.check
      expect(checks.find(({ name }) => name === "tables")).toMatchObject(told)
      const { done, report } = yield* doctor.repair
      expect(done).toEqual([])
      expect(report.checks.find(({ name }) => name === "tables")).toMatchObject(told)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("leaves what only a backup can bring back, and says so", () =>
    Effect.gen(function* () {
      yield* fill
      const sql = yield* SqlClient.SqlClient
      const doctor = yield* Doctor
      yield* sql`UPDATE crosswalk_decision SET after = 'no document' WHERE id = 1`
      const found = yield* doctor.check
      expect(failedOf(found.checks)).toEqual(["decisions"])
      expect(failedOf((yield* doctor.repair).report.checks)).toEqual(["decisions"])
      yield* sql`PRAGMA foreign_keys = OFF`
      yield* sql`DROP TABLE crosswalk_decision`
      const { checks } = yield* doctor.check
      expect(checks.find(({ name }) => name === "tables")).toMatchObject({
        status: "failed",
        detail: expect.stringContaining("Restore a backup")
      })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("removes a damaged vector index, and what killed processes have left", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const url = join(folder, "x.db")
      // No process has this number.
      for (const name of [
        ".x.db.4194999-abc.crosswalk-part",
        // Of a restore, with what SQLite put beside it, and of a backup.
        ".x.db.4194999-def.crosswalk-part-journal",
        ".backup.db.4194999-abc.crosswalk-part",
        "x.db.vectors.4194999-abc.tmp"
      ]) {
        writeFileSync(join(folder, name), "half")
      }
      const others = [".other.4194999-abc.part", `.other.${process.pid}-abc.crosswalk-part`].sort()
      for (const name of others) writeFileSync(join(folder, name), "another's, or still being written")
      yield* Effect.gen(function* () {
        yield* fill
        const doctor = yield* Doctor
        yield* IndexAdmin.build()
        const sql = yield* SqlClient.SqlClient
        // A change that no trigger wrote down.
        const [trigger] = yield* sql<{
          sql: string
        }>`SELECT sql FROM sqlite_master WHERE name = 'crosswalk_change_update'`
        yield* sql`DROP TRIGGER crosswalk_change_update`
        yield* sql`UPDATE crosswalk_embedding SET vector = (SELECT vector FROM crosswalk_embedding WHERE reference_id = 2)
          WHERE reference_id = 1`
        yield* sql.unsafe(trigger?.sql ?? "")
        const { checks } = yield* doctor.check
        expect(failedOf(checks)).toEqual(["vector index"])
        expect(checks.find(({ name }) => name === "temporary files")).toMatchObject({
          status: "warning",
          detail: expect.stringContaining(".backup.db.4194999-abc.crosswalk-part"),
          remedy: { action: "repairDatabase" }
        })
        const { report } = yield* doctor.repair
        expect(failedOf(report.checks)).toEqual([])
        expect(existsSync(join(folder, "x.db.vectors"))).toBe(false)
      }).pipe(Effect.provide(Store.layerLibsql({ url, embedder: { type: "deterministic" } })))
      expect(
        readdirSync(folder)
          .filter((name) => /part|tmp/u.test(name))
          .sort()
      ).toEqual(others)
    })
  )
})

/** What drops every table but the list of migrations: the tables of an index go with it. */
const dropsOf = async (client: Client) => {
  const { rows } = await client.execute(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'crosswalk_*'
    AND name <> 'crosswalk_migration' AND name NOT GLOB 'crosswalk_*_*' ORDER BY rowid DESC`)
  const { rows: more } =
    await client.execute(`SELECT name FROM sqlite_master WHERE type = 'table' AND (sql LIKE '%fts5%'
    OR name GLOB 'crosswalk_*_*' AND sql NOT LIKE '%fts5%' AND name NOT GLOB '*_data' AND name NOT GLOB '*_idx'
    AND name NOT GLOB '*_docsize' AND name NOT GLOB '*_config')`)
  return [...more, ...rows].map(({ name }) => `DROP TABLE IF EXISTS ${String(name)}`)
}

describe("a database that is not of this version", () => {
  const model = new ModelInfo({ id: "m", dimensions: 3, maxLength: 3, fingerprint: "f" })
  const check = (url: string) =>
    Doctor.use(({ check }) => check).pipe(
      Effect.provide(
        Doctor.layerInspect(Effect.succeed({ model })).pipe(
          Layer.provideMerge(LibsqlClient.layer({ url, readonly: true }))
        )
      )
    )

  it.effect("gets its list of migrations back where its tables are those of this version", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      const client = LibsqlClient.layer({ url })
      yield* Effect.provide(Migrations.run, client)
      const drop = SqlClient.SqlClient.use((sql) => sql`DROP TABLE crosswalk_migration`)
      yield* Effect.provide(drop, client)
      expect(yield* Effect.flip(Effect.provide(Migrations.run, client))).toMatchObject({
        reason: "migration",
        remedy: { action: "repairDatabase" }
      })
      yield* Effect.provide(repair, client)
      yield* Effect.provide(Migrations.run, client)
      expect((yield* check(url)).sound).toBe(true)
    })
  )

  for (const [what, version, statements, remedy] of [
    [
      "a list that ends too early",
      Migrations.newest,
      ["DELETE FROM crosswalk_migration WHERE migration_id > 5"],
      "repair"
    ],
    [
      "a list of an earlier version that lacks one",
      12,
      ["DELETE FROM crosswalk_migration WHERE migration_id = 3"],
      "repair"
    ],
    ["an earlier version without tags", 12, ["DROP TABLE crosswalk_tag"], "repair"],
    ["an earlier version without decisions", 12, ["DROP TABLE crosswalk_decision"], "restore"],
    ["only its list", Migrations.newest, "all", "restore"],
    ["no references", Migrations.newest, ["DROP TABLE crosswalk_reference"], "restore"],
    ["no relations", Migrations.newest, ["DROP TABLE crosswalk_relation"], "restore"],
    ["no pins", Migrations.newest, ["DROP TABLE crosswalk_pin"], "restore"]
  ] as const) {
    it.live(`is told to ${remedy} where it has ${what}, and that helps`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        let url = join(folder, "x.db")
        const backup = join(folder, "backup.db")
        const save = (title: string) =>
          ReferenceRepository.use(({ save }) => save({ uri: "r:1", title, entityType: "rule" }))
        const store = Layer.unwrap(
          Effect.sync(() => Layer.provideMerge(ReferenceRepository.layer, LibsqlClient.layer({ url })))
        ).pipe(Layer.fresh)
        yield* Effect.provide(Migrations.runTo(version), Layer.fresh(LibsqlClient.layer({ url })))
        if (version === Migrations.newest) yield* Effect.provide(save("One"), store)
        yield* Effect.promise(async () => {
          const client = createClient({ url: `file:${url}` })
          await client.execute({ sql: "VACUUM INTO ?", args: [backup] })
          await client.execute("PRAGMA foreign_keys = OFF")
          for (const statement of statements === "all" ? await dropsOf(client) : statements)
            await client.execute(statement)
          client.close()
        })
        const found = yield* check(url)
        expect(found.sound).toBe(false)
        const tables = found.checks.find(({ name }) => name === "tables")
        const repaired = yield* Effect.provide(repair, Layer.fresh(LibsqlClient.layer({ url })))
        if (remedy === "repair") {
          expect(tables?.remedy).toEqual({ action: "repairDatabase" })
        } else {
          expect(tables?.detail).toContain("Restore a backup")
          expect(repaired).toEqual([])
          // What does not know it yet sends to the checks.
          const written = yield* Effect.flip(Effect.provide(save("Another title"), store))
          expect(written).toMatchObject({ remedy: { action: "checkDatabase" } })
          // This process has had the other open.
          url = join(folder, "restored.db")
          yield* Backup.restore(backup, { url })
        }
        yield* Effect.provide(save("Two"), store)
        const after = yield* check(url)
        expect(after.checks.filter(({ status }) => status === "failed")).toEqual([])
      })
    )
  }

  it.effect("is no error where a process was killed before or in its migration", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      writeFileSync(url, "")
      const empty = yield* check(url)
      expect(empty.sound).toBe(true)
      expect(empty.checks.find(({ name }) => name === "tables")).toMatchObject({ status: "warning" })

      const client = LibsqlClient.layer({ url })
      yield* Effect.provide(Migrations.run, client)
      const earlier = join(yield* temporaryFolder, "earlier.db")
      yield* Effect.provide(Migrations.runTo(5), LibsqlClient.layer({ url: earlier }))
      const older = yield* check(earlier)
      expect(older.sound).toBe(true)
      expect(older.checks.find(({ name }) => name === "tables")).toMatchObject({
        status: "warning",
        remedy: { action: "migrateDatabase" }
      })
      const later = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`INSERT INTO crosswalk_migration (migration_id, name) VALUES (99999, 'later')`
      )
      yield* Effect.provide(later, client)
      expect((yield* check(url)).checks.find(({ name }) => name === "tables")).toMatchObject({
        status: "failed",
        remedy: { action: "update" }
      })
    })
  )
})
