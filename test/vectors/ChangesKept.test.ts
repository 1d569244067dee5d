import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"

/** The oldest change that is left after the change `seq`, in a store whose newest embedded reference has this id. */
const oldest = (id: number, seq: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`INSERT INTO crosswalk_embedding_model (id, fingerprint, name, dimensions, max_length) VALUES (1, 'f', 'n', 1, 1)`
    yield* sql`INSERT INTO crosswalk_reference
      (id, uri, title, entity_type, tags, content_hash, text_hash, created_at, updated_at)
      VALUES (${id}, 'r', 't', 't', '[]', '', '', 0, 0)`
    yield* sql`INSERT INTO crosswalk_embedding (reference_id, model_id, text_hash, vector, created_at)
      VALUES (${id}, 1, '', x'00', 0)`
    yield* sql`INSERT INTO crosswalk_change (seq, reference_id) VALUES (100000, 1), (${seq}, 1)`
    const [row] = yield* sql<{ readonly seq: number }>`SELECT min(seq) AS seq FROM crosswalk_change`
    return row?.seq
  }).pipe(Effect.provide(Migrations.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })))))

it.effect("a small store keeps 131 072 changes, a large one a fifth of its references", () =>
  Effect.gen(function* () {
    assert.strictEqual(yield* oldest(1000, 300 * 1024), 300 * 1024)
    assert.strictEqual(yield* oldest(1_500_000, 300 * 1024), 100_000)
    assert.strictEqual(yield* oldest(1_500_000, 500 * 1024), 500 * 1024)
  })
)
