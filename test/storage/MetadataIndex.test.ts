import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { SqlClient } from "effect/sql"
import { MetadataCondition } from "../../src/domain/MetadataCondition.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { conditions } from "../../src/storage/FilterSql.ts"
import * as MetadataIndex from "../../src/storage/MetadataIndex.ts"
import * as Passing from "../../src/storage/Passing.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

/** Values that are nearly alike, so that many conditions hold and few hold for all. */
const Scalar = Schema.Union([
  Schema.Literals([0, 1, -1, 2, 2.00001, 2.00002, 10, -0.5, 1e11, 2e11, 1e-9, -1e300]),
  Schema.Literals(["", "1", "2.0", "1e3", "-1", "x", "X", "é", "管理", "'\"", "a b", "a\nb", "true", "1.2.3"]),
  Schema.Literals(["z".repeat(40), `${"z".repeat(40)}y`]),
  Schema.Boolean,
  Schema.Null
])
const Value = Schema.Union([
  Scalar,
  Schema.Array(Scalar),
  Schema.Struct({ inner: Scalar }),
  Schema.Array(Schema.Array(Scalar))
])
const Key = Schema.Literals(["a", "b", "é 管", "B"])
const Metadata = Schema.Array(Schema.Tuple([Key, Value]))
const Condition = Schema.Struct({
  path: Schema.Literals(["a", "b", "é 管", "a.inner", "none"]),
  operator: MetadataCondition.fields.operator,
  value: Scalar
})

const objects = (entries: typeof Metadata.Type) => Object.fromEntries(entries)

it.effect.prop(
  "what the index finds and a test keeps is what the condition holds for, after any changes",
  {
    saved: Arbitrary.array(Arbitrary.schema(Metadata), { minLength: 1, maxLength: 12 }),
    changed: Arbitrary.array(Arbitrary.schema(Metadata), { maxLength: 4 }),
    asked: Arbitrary.array(Arbitrary.schema(Condition), { minLength: 5, maxLength: 20 })
  },
  ({ asked, changed, saved }) =>
    Effect.gen(function* () {
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const references = yield* ReferenceRepository
      const inputs = (all: ReadonlyArray<typeof Metadata.Type>) =>
        all.map((entries, i) => ({ uri: `r:${i}`, title: "T", entityType: "t", metadata: objects(entries) }))
      yield* references.saveMany(inputs(saved))
      yield* references.saveMany(inputs(changed))
      yield* references.saveMany([{ uri: "r:0", title: "T", entityType: "t" }])
      if (saved.length > 2) yield* references.remove("r:1")
      assert.strictEqual(yield* MetadataIndex.wrong(sql), 0)
      for (const condition of asked) {
        const filter = { metadata: [condition] }
        const rows = yield* sql<{ readonly id: number }>`
          SELECT r.id FROM crosswalk_reference AS r WHERE ${conditions(sql, filter)} ORDER BY r.id`
        const found = yield* Passing.few(sql, filter, 1000)
        assert.deepStrictEqual(
          found?.toSorted((a, b) => a - b),
          rows.map(({ id }) => id),
          JSON.stringify(condition)
        )
      }
    }).pipe(
      Effect.provide(
        Layer.fresh(ReferenceRepository.layer).pipe(
          Layer.provideMerge(Layer.fresh(LibsqlClient.layer({ url: ":memory:" })))
        )
      )
    ),
  { arbitrary: { runs: 15 } }
)

it.effect("conditions of the first level have an index, others are looked for in all metadata", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const isIndexed = (path: string, operator: "=" | "!=" | "<=") =>
      Passing.isIndexed(sql, { metadata: [{ path, operator, value: 2 }] })
    assert.deepStrictEqual(
      [isIndexed("a", "="), isIndexed("a", "<="), isIndexed("a", "!="), isIndexed("a.b", "=")],
      [true, true, false, false]
    )
    assert.isTrue(Passing.isIndexed(sql, { level: "2" }))
  }).pipe(Effect.provide(LibsqlClient.layer({ url: ":memory:" })))
)
