import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import * as Sources from "../../src/importer/Sources.ts"
import { collect } from "./reading.ts"

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const open = (name: string) => Effect.scoped(Effect.flatMap(Sources.open(example(name)), collect))

const Queries = Schema.fromJsonString(
  Schema.Struct({
    queries: Schema.Array(Schema.Struct({ query: Schema.String, expected: Schema.String, keyword: Schema.Boolean }))
  })
)

const words = (text: string) =>
  (text.toLowerCase().match(/\p{L}{3,}/gu) ?? []).filter((word) => !["the", "with", "somebody", "gets"].includes(word))

layer(NodeServices.layer)("examples", (it) => {
  it.effect("are imported without any option", () =>
    Effect.gen(function* () {
      const sample = yield* open("security-requirements.json")
      assert.deepStrictEqual([sample.format, sample.catalog, sample.entries.length], ["json", "sample@1.0.0", 61])
      const company = yield* open("company-requirements.csv")
      assert.deepStrictEqual([company.format, company.catalog, company.entries.length], ["csv", "company@2026.1", 41])
      for (const { entries, failed } of [sample, company]) {
        assert.deepStrictEqual(failed, [])
        for (const { reference } of entries) {
          assert.strictEqual(reference.entityType, "requirement")
          assert.isNotEmpty(reference.description)
        }
      }
    })
  )

  it.effect("have queries whose answer exists and, but for some, shares no word with them", () =>
    Effect.gen(function* () {
      const text = yield* (yield* FileSystem.FileSystem).readFileString(example("queries.json"))
      const { queries } = yield* Schema.decodeEffect(Queries)(text)
      const sample = yield* open("security-requirements.json")
      const company = yield* open("company-requirements.csv")
      const all = [...sample.entries, ...company.entries]
      assert.isAtLeast(queries.filter(({ keyword }) => !keyword).length, 4)
      for (const { expected, keyword, query } of queries) {
        const found = all.find((entry) => entry.reference.uri === expected)?.reference
        assert.isDefined(found, expected)
        const answer = words(`${found?.title} ${found?.description}`)
        const common = words(query).filter((word) => answer.includes(word))
        assert.strictEqual(common.length > 0, keyword, `${query}: ${common.join(", ")}`)
      }
    })
  )
})
