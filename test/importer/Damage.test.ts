import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Schema, Stream } from "effect"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import { mappings, sources } from "../support/sources.ts"
import { read } from "./reading.ts"

const Damages = Schema.Array(
  Schema.Struct({
    at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 })),
    byte: Schema.Literals([
      0, 9, 10, 13, 0x20, 0x22, 0x26, 0x2a, 0x2c, 0x2d, 0x3a, 0x3c, 0x3e, 0x5b, 0x7b, 0x7d, 0x80, 0xff
    ])
  })
).check(Schema.isMaxLength(6))

const damaged = (text: string, damages: typeof Damages.Type): Uint8Array => {
  const bytes = Buffer.from(text)
  for (const { at, byte } of damages) bytes[Math.floor(at * bytes.length)] = byte
  return bytes
}

describe("damaged sources", () => {
  it.effect("are whole to begin with", () =>
    Effect.gen(function* () {
      for (const [name, text] of Object.entries(sources)) {
        const found = yield* Effect.exit(read(name, text))
        assert.strictEqual(Exit.isSuccess(found) && found.value.entries.length > 0, name !== "profile.json", name)
      }
    })
  )

  for (const [name, text] of Object.entries(sources)) {
    it.effect.prop(`never die: ${name}`, [Damages], ([damages]) =>
      Effect.gen(function* () {
        const found = yield* Effect.exit(read(name, damaged(text, damages)))
        assert.isTrue(Exit.isSuccess(found) || !Cause.hasDies(found.cause))
      })
    )
  }

  for (const [name, text] of Object.entries(mappings)) {
    it.effect.prop(`never die as mappings: ${name}`, [Damages], ([damages]) =>
      Effect.gen(function* () {
        const opened = Effect.flatMap(Mappings.read(name, Stream.succeed(damaged(text, damages))), ({ items }) =>
          Stream.runCollect(items)
        )
        const found = yield* Effect.exit(Effect.scoped(opened))
        assert.isTrue(Exit.isSuccess(found) || !Cause.hasDies(found.cause))
      })
    )
  }
})
