import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as http from "../../src/http.ts"
import * as crosswalk from "../../src/index.ts"
import * as mcp from "../../src/mcp.ts"

type Sample = Schema.Codec<unknown, unknown>

const isSchema = (value: unknown): value is Sample => Schema.isSchema(value)

/** What has functions or streams in it, which are no data. */
const withFunctions: ReadonlySet<string> = new Set([
  "Evaluation.KeywordOptions",
  "Evaluation.Options",
  "CatalogSource",
  "ImportOptions",
  "ImportSource",
  "IndexAdmin.BuildOptions",
  "MapComputeOptions",
  "SuggestHooks",
  "UpdateOptions"
])

/** Every other schema that the package exports, also inside of its namespaces: a new one cannot escape. */
const schemas = Object.entries({ ...crosswalk, ...http, ...mcp })
  .flatMap(([name, value]): ReadonlyArray<readonly [string, unknown]> => {
    if (isSchema(value)) return [[name, value]]
    return typeof value === "object" && value !== null
      ? Object.entries(value).map(([inner, schema]) => [`${name}.${inner}`, schema] as const)
      : []
  })
  .flatMap(([name, value]) => (isSchema(value) && !withFunctions.has(name) ? [[name, value] as const] : []))

const jsonOf = (schema: Sample) => {
  const codec = Schema.toCodecJson(schema)
  return {
    encode: (value: unknown) => Effect.map(Schema.encodeEffect(codec)(value), (json) => JSON.stringify(json)),
    decode: (text: string) => Schema.decodeUnknownEffect(codec)(JSON.parse(text))
  }
}

describe("JSON", () => {
  it("is asked of every schema", () => {
    const names = schemas.map(([name]) => name)
    assert.includeMembers(names, ["Reference", "ReferenceWithEmbedding", "ValidationError", "CrosswalkError", "Remedy"])
  })

  for (const [name, schema] of schemas) {
    it.effect(`of any ${name} comes back`, () =>
      Effect.gen(function* () {
        const { decode, encode } = jsonOf(schema)
        for (const value of yield* Arbitrary.sampleEffect(Arbitrary.schema(schema), {
          count: 25,
          size: 12,
          maxDiscards: 500_000
        })) {
          const text = yield* encode(value)
          const back = yield* decode(text)
          assert.strictEqual(yield* encode(back), text)
          assert.isTrue(Schema.is(schema)(back))
        }
      })
    )
  }
})
