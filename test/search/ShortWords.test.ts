import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as ShortWords from "../../src/storage/legs/ShortWords.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

/** Few letters, so that words are at every place of a text, beside what is no letter of such a script. */
const Letter = Schema.Literals([
  "管",
  "理",
  "鍵",
  "の",
  "カ",
  "ー",
  "々",
  "가",
  "ก",
  "ิ",
  "𠮷",
  "a",
  "É",
  "。",
  " ",
  "’",
  "😀"
])
const Letters = Schema.Array(Letter)
const words = ["管理", "理管", "管管", "鍵", "𠮷", "𠮷管", "カー", "の々", "가가", "กิ", "管"]

it.effect.prop(
  "short words are found where the texts have them, at any place and after any change, and nowhere else",
  {
    saved: Arbitrary.array(Arbitrary.array(Arbitrary.schema(Letters), { minLength: 2, maxLength: 2 }), {
      maxLength: 20
    }),
    changed: Arbitrary.array(Arbitrary.array(Arbitrary.schema(Letters), { minLength: 2, maxLength: 2 }), {
      maxLength: 5
    })
  },
  ({ changed, saved }) =>
    Effect.gen(function* () {
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const { remove, saveMany } = yield* ReferenceRepository
      const inputs = (all: ReadonlyArray<ReadonlyArray<ReadonlyArray<string>>>) =>
        all.map(([title = [], description = []], i) => ({
          uri: `r:${i}`,
          title: title.join("").trim() === "" ? "管理" : title.join(""),
          description: description.join(""),
          entityType: "t"
        }))
      yield* saveMany([...inputs(saved), { uri: "r:none", title: "Keys", entityType: "t" }])
      yield* saveMany(inputs(changed))
      if (saved.length > 6) yield* remove("r:6")
      for (const word of words) {
        const found = yield* sql<{ readonly id: number }>`
          SELECT id FROM crosswalk_reference WHERE ${ShortWords.condition(sql, sql`${word}`)} ORDER BY id`
        const expected = yield* sql<{ readonly id: number }>`SELECT id FROM crosswalk_reference
          WHERE instr(title, ${word}) OR instr(description, ${word}) ORDER BY id`
        assert.deepStrictEqual(found, expected, word)
      }
    }).pipe(
      Effect.provide(
        Layer.fresh(ReferenceRepository.layer).pipe(
          Layer.provideMerge(Layer.fresh(LibsqlClient.layer({ url: ":memory:" })))
        )
      )
    ),
  { arbitrary: { runs: 20 } }
)

it.effect("to find them no text is read that cannot have them", () =>
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    yield* ReferenceRepository
    const plan = yield* sql<{ readonly detail: string }>`EXPLAIN QUERY PLAN
      SELECT id FROM crosswalk_reference WHERE ${ShortWords.condition(sql, sql`${"管理"}`)}`
    assert.notInclude(
      plan.map(({ detail }) => detail),
      "SCAN crosswalk_reference"
    )
    assert.lengthOf(
      plan.filter(({ detail }) => detail.includes("INDEX crosswalk_reference_")),
      4
    )
  }).pipe(Effect.provide(ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })))))
)
