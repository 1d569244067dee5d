/** `crosswalk/testing`: stores for the tests of your own program. */
import "./domain/Requirements.ts"
import * as Store from "./Store.ts"

export { DatabaseError } from "./domain/DatabaseError.ts"
export { EmbeddingError } from "./domain/EmbeddingError.ts"
export { ModelLoadError } from "./domain/ModelLoadError.ts"
export { NotFoundError } from "./domain/NotFoundError.ts"
export { ValidationError } from "./domain/ValidationError.ts"
export * as Deterministic from "./embedder/Deterministic.ts"
export { Embedder } from "./embedder/Embedder.ts"

/**
 * An empty store in memory whose embedder counts hashed words: fast, the same everywhere, without a model or a file. Texts
 * that share words are near, whatever they mean.
 *
 * Every time it is provided it is another store. To share one among tests, give it to `layer` of `@effect/vitest`.
 *
 * @example
 * import { expect, it } from "@effect/vitest"
 * import { Effect } from "effect"
 * import { EmbeddingRepository } from "crosswalk"
 * import { TestStore } from "crosswalk/testing"
 *
 * it.effect("finds what it saved", () =>
 *   Effect.gen(function*() {
 *     const embeddings = yield* EmbeddingRepository
 *     yield* embeddings.saveWithEmbedding({ uri: "r:1", title: "Passwords are hashed", entityType: "requirement" })
 *     const [hit] = yield* embeddings.findSimilarByText("hashed passwords")
 *     expect(hit?.reference.uri).toBe("r:1")
 *   }).pipe(Effect.provide(TestStore.layer)))
 */
export const TestStore = {
  layer: Store.layerLibsql({ embedder: { type: "deterministic" } })
} as const
