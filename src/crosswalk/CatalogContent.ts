import { Effect, Option } from "effect"
import { ConflictError } from "../domain/ConflictError.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import type { Reference } from "../domain/Reference.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as CatalogTexts from "../storage/CatalogTexts.ts"
import * as CatalogVectors from "../storage/CatalogVectors.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import * as NaturalPages from "../storage/NaturalPages.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { EmbedsMissing } from "./EmbedsMissing.ts"
import type { Side } from "./Similarity.ts"

/** The requirements of a catalog, in natural order, with what they are compared by. */
export interface Content extends Side {
  readonly references: ReadonlyArray<Reference>
}

/** Reads whole catalogs, in order to compare them. */
export const make = Effect.gen(function* () {
  const { model } = yield* Embedder
  const embeddings = yield* EmbeddingRepository
  const references = yield* ReferenceRepository
  const vectors = yield* CatalogVectors.make(model)
  const { reader } = yield* CatalogTexts.make

  /**
   * Learns what the texts repeat and embeds what has no fresh vector of the model in use, so that {@link read} finds all
   * of them; nothing where {@link EmbedsMissing} is false. Vectors of another model stay, and fail it.
   */
  const prepare = Effect.fn("CatalogContent.prepare")(function* (scope: CatalogVectors.Scope) {
    const embeds = yield* EmbedsMissing
    yield* vectors.requireModel(scope)
    if ("uri" in scope) {
      const reference = Option.getOrUndefined(yield* references.find(scope.uri))
      if (reference === undefined) return yield* new NotFoundError({ uri: scope.uri, entity: "reference" })
      if (embeds) yield* embeddings.saveWithEmbedding(reference)
      return
    }
    if (!embeds) return
    yield* references.learnBoilerplate(scope.catalog)
    const failures: Array<EmbeddingError> = []
    yield* embeddings.updateAllEmbeddings({
      filter: { catalog: scope.catalog, role: "requirement" },
      onFailure: (error) => Effect.sync(() => failures.push(error))
    })
    const [failure] = failures
    if (failure !== undefined) return yield* failure
  })

  /** What is stored; with vectors, of what {@link prepare} embedded. */
  const read = Effect.fn("CatalogContent.read")(function* (scope: CatalogVectors.Scope, withVectors: boolean) {
    const embeds = yield* EmbedsMissing
    const textOf = yield* reader
    const found: Array<Reference> = []
    const texts: Array<string> = []
    const all: Array<Float32Array> = []
    for (let after: NaturalPages.Place | undefined = NaturalPages.start; after !== undefined; ) {
      const page: Effect.Success<ReturnType<typeof vectors.page>> = yield* vectors.page(scope, after, withVectors)
      for (const { reference, vector } of page.found) {
        const text = textOf(reference)
        found.push(reference)
        texts.push(text)
        if (!withVectors) continue
        if (vector === undefined && !embeds) {
          return yield* new ConflictError({
            uri: reference.uri,
            reason: "notEmbedded",
            problem: "it has no embedding of its text, and who may only read cannot have one made",
            remedy: { action: "updateEmbeddings" }
          })
        }
        if (vector === undefined) {
          return yield* new EmbeddingError({
            text,
            reason: "unavailable",
            problem: "its vector is gone; another process is changing the catalog, try again when it is done",
            reference
          })
        }
        all.push(vector)
      }
      after = page.next
      yield* Effect.yieldNow
    }
    const joined = new Float32Array(all.length * model.dimensions)
    all.forEach((vector, i) => joined.set(vector, i * model.dimensions))
    return {
      references: found,
      texts,
      fullTexts: found.map(({ description = "", title }) => `${title} ${description}`),
      vectors: joined
    } satisfies Content
  })

  /** The catalog that a requirement is compared within, or that reference alone where it is in none. */
  const scopeOf = Effect.fnUntraced(function* (uri: string) {
    const reference = Option.getOrUndefined(yield* references.find(uri))
    if (reference === undefined) return yield* new NotFoundError({ uri, entity: "reference" })
    if (reference.role !== "requirement") {
      return yield* new ValidationError({
        field: "source",
        value: uri,
        constraint: `has the role ${reference.role}, and only requirements have counterparts`,
        expected: "a requirement"
      })
    }
    return reference.catalog === undefined ? { uri } : { catalog: reference.catalog }
  })

  return { prepare, read, scopeOf, model }
})
