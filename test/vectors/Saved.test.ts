import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as IndexAdmin from "../../src/vectors/IndexAdmin.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"

const folder = mkdtempSync(join(tmpdir(), "crosswalk-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = { exactUpTo: 100 }

const store = (url: string, index: Layer.Layer<VectorIndex, unknown, LibsqlClient.LibsqlClient>) =>
  Layer.mergeAll(ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
    Layer.provideMerge(index),
    Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url }), Deterministic.layer({ dimensions: 32 }))),
    Layer.fresh
  )

/** What each new process that opens the database finds, and what it compared with. */
const found = (url: string, text: string, index = Usearch.layerSaved(options)) =>
  Effect.gen(function* () {
    const { embed, model } = yield* Embedder
    const { comparedBy, neighbours } = yield* (yield* VectorIndex).nearest(yield* embed(text, "query"), {
      fingerprint: model.fingerprint,
      limit: 10
    })
    return { neighbours, uris: neighbours.map(({ uri }) => uri), comparedBy }
  }).pipe(Effect.provide(store(url, index)))

const add = (url: string, from: number, count: number) =>
  Effect.gen(function* () {
    yield* ReferenceRepository.use(({ saveMany }) =>
      saveMany(
        Array.from({ length: count }, (_, i) => ({
          uri: `r:${from + i}`,
          title: `Rule ${from + i} of ${["doors", "keys", "logs", "nets"][i % 4]} and ${i % 13}`,
          entityType: "rule"
        }))
      )
    )
    yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
  }).pipe(Effect.provide(store(url, Usearch.layerSaved(options))))

const exact = Layer.provide(VectorIndex.layerSql, Layer.effect(SqlClient.SqlClient, LibsqlClient.LibsqlClient))

describe("a process that asks a few questions", () => {
  it.effect("uses the saved graph with the changes that follow it, and else compares in SQL", () =>
    Effect.gen(function* () {
      const url = join(folder, "few.db")
      const file = `${url}.vectors`
      yield* add(url, 0, 300)
      const asInSql = Effect.fnUntraced(function* (comparedBy: string, text: string) {
        const [saved, inSql] = [yield* found(url, text), yield* found(url, text, exact)]
        assert.strictEqual(saved.comparedBy, comparedBy)
        if (comparedBy === "sql") assert.deepStrictEqual(saved.uris, inSql.uris)
        else {
          // Of equally near ones either is right.
          const tenth = inSql.neighbours.at(-1)?.cosine ?? 1
          assert.isAtLeast(saved.neighbours.filter(({ cosine }) => cosine >= tenth - 1e-6).length, 8)
        }
        return saved.uris
      })
      yield* asInSql("sql", "keys of a house")
      yield* IndexAdmin.build(options).pipe(Effect.provide(LibsqlClient.layer({ url })))
      const bytes = readFileSync(file)
      yield* asInSql("graph", "keys of a house")

      yield* add(url, 300, 20)
      assert.include(yield* asInSql("graph", "Rule 305 of keys and 5"), "r:305")
      yield* add(url, 320, 20)
      assert.include(yield* asInSql("sql", "Rule 325 of keys and 5"), "r:325")
      assert.deepStrictEqual(readFileSync(file), bytes)

      writeFileSync(
        file,
        bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte))
      )
      yield* asInSql("sql", "nets and 12")
    })
  )
})
