import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Sources from "../../src/importer/Sources.ts"
import * as Store from "../../src/Store.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

/** The requirements of the sample that the 41 company requirements were written after, in their order. */
const meant = (
  "AUTH-1 AUTH-2 AUTH-3 AUTH-4 AUTH-5 AUTH-6 AUTH-8 SESS-3 SESS-4 ACC-2 ACC-3 ACC-5 ACC-6 CRYPT-1 CRYPT-2 CRYPT-3 " +
  "CRYPT-4 LOG-1 LOG-2 LOG-3 LOG-4 INP-1 INP-2 INP-3 INP-4 INP-5 FILE-1 FILE-2 API-1 API-2 PRIV-1 PRIV-2 PRIV-3 " +
  "PRIV-4 PRIV-5 CONF-3 SUP-1 SUP-2 SUP-4 RES-1 RES-2"
).split(" ")

const importExample = Effect.fn(function* (name: string) {
  const references = yield* ReferenceRepository
  const { catalog, items } = yield* Sources.open(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)))
  const found = yield* Stream.runCollect(items)
  yield* references.saveMany(
    found.flatMap((item) => (Result.isSuccess(item) && item.success._tag === "Entry" ? [item.success.reference] : []))
  )
  return catalog
}, Effect.scoped)

describe("suggestions between catalogues that share hardly a word", () => {
  it.live("know how sure they may be: the calibration set is worded much more alike", () =>
    Effect.gen(function* () {
      const to = yield* importExample("security-requirements.json")
      const from = yield* importExample("company-requirements.csv")
      const { references } = yield* Crosswalk.use((crosswalk) => crosswalk.suggest({ from, to, store: false }))
      const firsts = references.map(({ source, suggestions }) => ({
        confidence: suggestions[0]?.confidence ?? 0,
        isRight: suggestions[0]?.target.uri === `sample:1.0.0/${meant[Number(source.uri.replace(/.*BR-0?/u, "")) - 1]}`
      }))
      const right = firsts.filter(({ isRight }) => isRight).length / firsts.length
      const expected = firsts.reduce((sum, { confidence }) => sum + confidence, 0) / firsts.length
      assert.isAtLeast(right, 0.55)
      assert.closeTo(expected, right, 0.15)
      // Every one of them has a counterpart, which words alone hardly show.
      assert.isAtLeast(references.filter(({ mayHaveNone }) => !mayHaveNone).length, 28)
      const certain = firsts.filter(({ confidence }) => confidence >= 0.8)
      assert.isAtLeast(certain.length, 5)
      assert.isAtLeast(certain.filter(({ isRight }) => isRight).length / certain.length, 0.8)
    }).pipe(Effect.provide([Store.layerLibsql(), NodeServices.layer]))
  )
})
