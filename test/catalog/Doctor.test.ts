import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Doctor, DoctorReport } from "../../src/catalog/Doctor.ts"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const check = Effect.flatMap(Doctor, ({ check }) => check)

const saved = EmbeddingRepository.use((embeddings) =>
  embeddings.saveWithEmbedding({ uri: "r:1", title: "Passwords are hashed", entityType: "rule" })
)

const reference = { uri: "r:2", title: "No vector", entityType: "rule" }

const statusOf = ({ checks }: DoctorReport) => Object.fromEntries(checks.map(({ name, status }) => [name, status]))

const model = new ModelInfo({ id: "a-model", dimensions: 3, maxLength: 3, fingerprint: "f" })
const broken = new ModelLoadError({ model: "a-model", problem: "its weights are damaged", reason: "damaged" })

describe("Doctor", () => {
  it.effect("finds a sound store sound, part by part", () =>
    Effect.gen(function* () {
      yield* saved
      const report = yield* check
      expect(report.sound).toBe(true)
      expect(new Set(Object.values(statusOf(report)))).toEqual(new Set(["ok", "skipped"]))
      expect(report.checks.map(({ name }) => name)).toEqual([
        ...[
          "database file",
          "tables",
          "foreign keys",
          "values",
          "references",
          "catalogs",
          "relations",
          "pins",
          "decisions"
        ],
        ...["change log", "keyword index", "tags", "metadata", "abbreviations", "vectors", "embeddings"],
        ...["text lengths", "map", "vector index", "temporary files", "model", "languages"]
      ])
      const json = Schema.toCodecJson(DoctorReport)
      expect(Schema.decodeUnknownSync(json)(JSON.parse(JSON.stringify(Schema.encodeSync(json)(report))))).toEqual(
        report
      )
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("warns of what is to be done and fails where something is damaged", () =>
    Effect.gen(function* () {
      yield* saved
      yield* ReferenceRepository.use(({ save }) => save(reference))
      const unembedded = yield* check
      expect(unembedded.sound).toBe(true)
      expect(statusOf(unembedded)["embeddings"]).toBe("warning")
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE crosswalk_embedding SET vector = x'00'`
      const damaged = yield* check
      expect(damaged.sound).toBe(false)
      expect(statusOf(damaged)["vectors"]).toBe("failed")
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("warns of an embedder that does not load, and judges the database all the same", () =>
    Effect.gen(function* () {
      yield* saved
      const report = yield* check
      expect(report.sound).toBe(true)
      expect(report.checks.find(({ name }) => name === "model")).toMatchObject({
        name: "model",
        status: "warning",
        detail: broken.message
      })
    }).pipe(
      Effect.provide(
        Doctor.layer.pipe(
          Layer.provide(
            Layer.effect(
              Embedder,
              Effect.map(Embedder, (embedder) => ({ ...embedder, embed: () => Effect.fail(broken) }))
            ).pipe(Layer.provide(Deterministic.layer()))
          ),
          Layer.provideMerge(TestStore.layer)
        )
      )
    )
  )

  it.effect("takes the word of what inspects the model", () =>
    Effect.gen(function* () {
      const inspected = (inspect: Effect.Effect<{ readonly model: ModelInfo }, ModelLoadError>) =>
        Effect.map(Effect.provide(check, Doctor.layerInspect(inspect)), ({ checks }) =>
          checks.find(({ name }) => name === "model")
        )
      expect(yield* inspected(Effect.succeed({ model }))).toMatchObject({ name: "model", status: "ok" })
      expect(yield* inspected(Effect.fail(broken))).toMatchObject({ status: "warning", detail: broken.message })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("says where there are no tables yet, and makes none", () =>
    Effect.gen(function* () {
      const { checks, sound } = yield* check
      expect(sound).toBe(true)
      expect(checks.map(({ name, status }) => [name, status])).toEqual([
        ["database file", "ok"],
        ["tables", "warning"],
        ["model", "ok"]
      ])
      const sql = yield* SqlClient.SqlClient
      expect(yield* sql`SELECT name FROM sqlite_master`).toEqual([])
    }).pipe(
      Effect.provide(
        Doctor.layerLibsql().pipe(
          Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: ":memory:" }), Deterministic.layer())),
          Layer.fresh
        )
      )
    )
  )
})
