import assert from "node:assert/strict"
import { test } from "node:test"
import { EmbeddingRepository, ReferenceRepository } from "crosswalk"
import { Effect, Option } from "effect"
import { ApplicationLayer, openTicket, tickets } from "./application.js"

test("an application's table and ours are written in one transaction", () =>
  Effect.gen(function* () {
    yield* openTicket("rotate keys", true)
    assert.deepEqual(yield* tickets, ["rotate keys"])
    const references = yield* ReferenceRepository
    assert.ok(Option.isSome(yield* references.find("app:rotate keys")))
    const hits = yield* (yield* EmbeddingRepository).findSimilarByText("keys rotate")
    assert.equal(hits[0]?.reference.uri, "app:rotate keys")
  }).pipe(Effect.provide(ApplicationLayer), Effect.runPromise))

test("a transaction that fails leaves neither", () =>
  Effect.gen(function* () {
    yield* openTicket("rotate keys", true)
    const error = yield* Effect.flip(openTicket("open the door", false))
    assert.equal(error._tag, "Refused")
    assert.deepEqual(yield* tickets, ["rotate keys"])
    const references = yield* ReferenceRepository
    assert.ok(Option.isNone(yield* references.find("app:open the door")))
    const hits = yield* (yield* EmbeddingRepository).findSimilarByText("open the door")
    assert.deepEqual(
      hits.map(({ reference }) => reference.uri),
      ["app:rotate keys"]
    )
  }).pipe(Effect.provide(ApplicationLayer), Effect.runPromise))
