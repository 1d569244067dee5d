import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { JsonValue } from "../../src/domain/Text.ts"
import { decodeInput } from "../../src/domain/Input.ts"

const nested = (levels: number): Schema.Json => {
  let value: Schema.Json = 1
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value }
  return value
}

describe("JsonValue", () => {
  const decode = decodeInput(JsonValue, "metadata")

  it.effect("is at most 100 levels deep", () =>
    Effect.gen(function* () {
      yield* decode(nested(100))
      for (const levels of [101, 1_500, 150_000]) {
        const error = yield* Effect.flip(decode(nested(levels)))
        assert.match(
          error.message,
          /^metadata: is not valid; got an? (array|object)\. Expected JSON of at most 100 levels/u
        )
      }
    })
  )

  it.effect("has texts and keys without NUL and lone surrogates", () =>
    Effect.gen(function* () {
      for (const value of [["a\0"], { "a\0": 1 }, [{ deep: ["\ud800"] }]]) {
        assert.include((yield* Effect.flip(decode(value))).expected, "well-formed Unicode")
      }
    })
  )
})
