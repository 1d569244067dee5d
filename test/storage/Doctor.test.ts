import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import type { Check } from "../../src/storage/doctor/Check.ts"
import * as Keywords from "../../src/storage/doctor/Keywords.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const layer = EmbeddingRepository.layer.pipe(
  Layer.provideMerge(VectorIndex.layerSql),
  Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: ":memory:" }), Deterministic.layer())),
  Layer.fresh
)

/** What the doctor says after a statement that no part of Crosswalk would send. */
const after = (...statements: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const embeddings = yield* EmbeddingRepository
    for (const name of ["one", "two", "three"]) {
      yield* embeddings.saveWithEmbedding({
        uri: `r:${name}`,
        title: `Number ${name}`,
        entityType: "rule",
        tags: [name]
      })
    }
    for (const statement of statements) yield* sql.unsafe(statement)
    return [...(yield* Doctor.run), yield* Keywords.words]
  }).pipe(Effect.provide(layer))

const failed = (checks: ReadonlyArray<Check>) => [
  ...new Set(checks.filter(({ status }) => status === "failed").map(({ name }) => name))
]

describe("Doctor", () => {
  it.effect("finds nothing wrong with a sound database", () =>
    Effect.gen(function* () {
      expect((yield* after()).map(({ status }) => status)).toEqual(Array.from({ length: 19 }, () => "ok"))
    })
  )

  it.effect("leaves the database of a later version as it is", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`DELETE FROM crosswalk_migration WHERE migration_id = 3`
      yield* sql`INSERT INTO crosswalk_migration (migration_id, name) VALUES (9999, 'later')`
      expect(yield* repair).toEqual([])
      expect(yield* sql`SELECT name FROM crosswalk_migration WHERE migration_id = 3`).toEqual([])
    }).pipe(Effect.provide(layer))
  )

  it.effect("finds a vector of the wrong length or dimensions", () =>
    Effect.gen(function* () {
      expect(
        failed(yield* after("UPDATE crosswalk_embedding SET vector = zeroblob(1536) WHERE reference_id = 1"))
      ).toEqual(["vectors"])
      expect(failed(yield* after("UPDATE crosswalk_embedding SET vector = x'00' WHERE reference_id = 1"))).toEqual([
        "vectors"
      ])
    })
  )

  it.effect("finds a keyword entry that is lost, left over, or of another text", () =>
    Effect.gen(function* () {
      expect(
        failed(yield* after("DROP TRIGGER crosswalk_keyword_delete", "DELETE FROM crosswalk_reference WHERE id = 1"))
      ).toContain("keyword index")
      const drifted = yield* after(
        "DROP TRIGGER crosswalk_keyword_update",
        "DROP TRIGGER crosswalk_trigram_update",
        "UPDATE crosswalk_reference SET description = 'quite different' WHERE id = 1"
      )
      expect(failed(drifted)).toEqual(["tables", "references", "keyword index"])
    })
  )

  it.effect("finds tags that do not agree, and rows without an owner", () =>
    Effect.gen(function* () {
      expect(failed(yield* after("DELETE FROM crosswalk_tag WHERE tag = 'two'"))).toEqual(["tags"])
      expect(failed(yield* after("INSERT INTO crosswalk_tag VALUES ('more', 1)"))).toEqual(["tags"])
      const orphan = yield* after("PRAGMA foreign_keys = OFF", "UPDATE crosswalk_embedding SET model_id = 99")
      expect(failed(orphan)).toContain("foreign keys")
    })
  )

  it.effect("finds every text that is not UTF-8, and names its row and column", () =>
    Effect.gen(function* () {
      const checks = yield* after(
        "UPDATE crosswalk_reference SET title = CAST(x'70ff71' AS TEXT) WHERE id = 1",
        "UPDATE crosswalk_reference SET identifier = CAST(x'ff' AS TEXT) WHERE id = 2"
      )
      expect(failed(checks)).toEqual(["values", "references"])
      const { detail } = checks.find(({ name }) => name === "references") ?? { detail: "" }
      expect(detail).toContain("title of the reference r:one cannot be read: the bytes are not UTF-8")
      expect(detail).toContain("identifier of the reference r:two")
    })
  )

  it.effect("finds a row that cannot be read", () =>
    Effect.gen(function* () {
      expect(failed(yield* after("UPDATE crosswalk_reference SET metadata = '{' WHERE id = 1"))).toContain("references")
    })
  )

  it.effect("warns of what has no embedding, or one of an older text, without calling it damage", () =>
    Effect.gen(function* () {
      for (const statement of [
        "DELETE FROM crosswalk_embedding WHERE reference_id = 1",
        "UPDATE crosswalk_embedding SET text_hash = 'older' WHERE reference_id = 1"
      ]) {
        const checks = yield* after(statement)
        expect(failed(checks)).toEqual([])
        expect(checks.find(({ name }) => name === "embeddings")?.status).toBe("warning")
      }
    })
  )

  it.effect("reads through a connection that may not write", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      yield* Effect.provide(
        EmbeddingRepository.use((embeddings) =>
          embeddings.saveWithEmbedding({ uri: "r:1", title: "One", entityType: "rule" })
        ),
        EmbeddingRepository.layer.pipe(
          Layer.provide(VectorIndex.layerSql),
          Layer.provide(Layer.merge(LibsqlClient.layer({ url }), Deterministic.layer())),
          Layer.fresh
        )
      )
      const checks = yield* Effect.provide(Doctor.run, LibsqlClient.layer({ url, readonly: true }))
      expect(failed(checks)).toEqual([])
    })
  )

  it.effect("fails on a file that is no database, or not ours", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => writeFile(join(folder, "text.db"), "This is not a database. ".repeat(100)))
      const check = (url: string) => Effect.flip(Effect.provide(Doctor.run, LibsqlClient.layer({ url })))
      expect(yield* check(join(folder, "text.db"))).toMatchObject({ reason: "corrupt" })
      const theirs = LibsqlClient.layer({ url: join(folder, "theirs.db") })
      yield* Effect.provide(
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE t (a)`),
        theirs
      )
      expect(yield* check(join(folder, "theirs.db"))).toMatchObject({ reason: "migration" })
    })
  )
})
