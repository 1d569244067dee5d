import { Context, Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql"
import { CatalogChanges, Change, type ChangeKind, Possibility, Successor } from "../domain/Change.ts"
import type { ConflictError } from "../domain/ConflictError.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { DiffOptions } from "../domain/DiffOptions.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import * as Migrations from "../storage/Migrations.ts"
import { operation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import * as CatalogContent from "./CatalogContent.ts"
import * as CatalogMatch from "./CatalogMatch.ts"
import * as Rewording from "./Rewording.ts"
import * as TextDiff from "./TextDiff.ts"

/** Why two versions cannot be compared. */
export type DiffError =
  | ConflictError
  | ValidationError
  | NotFoundError
  | ModelMismatchError
  | EmbeddingError
  | ModelLoadError
  | DatabaseError

const make = Effect.gen(function* () {
  const content = yield* CatalogContent.make
  const snapshot = yield* Snapshot.make
  const references = yield* ReferenceRepository
  const relationRepository = yield* RelationRepository

  const diff = operation("CatalogDiff.diff", { options: DiffOptions })(function* ({ options }) {
    const { after, before, method = "hybrid", relations = "first" } = options
    const withVectors = method !== "keyword"
    yield* Effect.annotateCurrentSpan({ before, after, method, ...(withVectors && { model: content.model.id }) })
    for (const catalog of [before, after]) yield* references.requireCatalog(catalog)
    if (withVectors) for (const catalog of [before, after]) yield* content.prepare({ catalog })
    const [old, young] = yield* snapshot.read(
      Effect.all([content.read({ catalog: before }, withVectors), content.read({ catalog: after }, withVectors)])
    )
    const matched = yield* CatalogMatch.match(old, young, { names: [before, after], method, relations }).pipe(
      Effect.provideService(RelationRepository, relationRepository)
    )
    const changes = yield* toChanges(old.references, young.references, matched, [before, after])
    yield* Effect.annotateCurrentSpan({ changes: changes.length })
    return new CatalogChanges({ before, after, changes, totals: count(changes) })
  })

  return CatalogDiff.of({ diff })
})

const count = (changes: ReadonlyArray<Change>): Record<ChangeKind, number> => {
  const totals = { unchanged: 0, moved: 0, modified: 0, split: 0, merged: 0, deleted: 0, new: 0, unclear: 0 }
  for (const { kinds } of changes) for (const kind of kinds) totals[kind] += 1
  return totals
}

const toChanges = Effect.fnUntraced(function* (
  before: ReadonlyArray<Reference>,
  after: ReadonlyArray<Reference>,
  { pairs, unclearAfter, unclearBefore }: CatalogMatch.Matched,
  names: readonly [string, string]
) {
  const possible = (references: ReadonlyArray<Reference>, found: ReadonlyArray<CatalogMatch.Possible> = []) =>
    found.flatMap(({ confidence, place }) => {
      const reference = references[place]
      return reference === undefined ? [] : new Possibility({ reference, confidence })
    })
  const isModified = Rewording.between(before, after)
  const bySource = Map.groupBy(pairs, (pair) => pair.before)
  const byTarget = Map.groupBy(pairs, (pair) => pair.after)
  /** The predecessor that a target continues before any other. */
  const mains = new Map(
    [...byTarget].map(([target, own]) => {
      const whole = own.filter(({ isPart }) => !isPart)
      return [
        target,
        whole.length === 0 ? undefined : whole.reduce((a, b) => (b.similarity > a.similarity ? b : a)).before
      ]
    })
  )
  const mainOf = (target: number) => mains.get(target)

  const changes: Array<Change> = []
  for (const [i, reference] of before.entries()) {
    const own = (bySource.get(i) ?? []).toSorted(
      (a, b) =>
        Number(mainOf(b.after) === i) - Number(mainOf(a.after) === i) ||
        b.similarity - a.similarity ||
        a.after - b.after
    )
    const successors = own.flatMap(({ after: place, basis, confidence }) => {
      const successor = after[place]
      return successor === undefined
        ? []
        : new Successor({
            reference: successor,
            basis,
            confidence,
            isMain: mainOf(place) === i,
            title: TextDiff.words(reference.title, successor.title),
            description: TextDiff.words(reference.description ?? "", successor.description ?? "")
          })
    })
    const [main] = successors
    const kinds: Array<ChangeKind> = []
    const maybe = possible(after, unclearBefore.get(i))
    if (main === undefined) kinds.push(maybe.length > 0 ? "unclear" : "deleted")
    else if (!main.isMain) kinds.push("merged")
    else {
      const { reference: successor } = main
      if (CatalogMatch.localId(reference.uri, names[0]) !== CatalogMatch.localId(successor.uri, names[1])) {
        kinds.push("moved")
      }
      if (isModified(reference, successor)) kinds.push("modified")
    }
    if (successors.length > 1) kinds.push("split")
    const [first = "unchanged", ...others] = kinds
    changes.push(new Change({ kinds: [first, ...others], before: reference, after: successors, possible: maybe }))
    if (i % 100 === 99) yield* Effect.yieldNow
  }
  after.forEach((reference, i) => {
    if (byTarget.has(i)) return
    const alone = { reference, basis: "text", confidence: 1, isMain: true, title: [], description: [] } as const
    const maybe = possible(before, unclearAfter.get(i))
    changes.push(
      new Change({
        kinds: [maybe.length > 0 ? "unclear" : "new"],
        after: [new Successor(alone)],
        possible: maybe
      })
    )
  })
  return changes
})

/**
 * Compares two versions of a catalog: what stayed, moved, changed its text, was split, merged or deleted, what is new,
 * and of what that is unclear.
 *
 * @example
 * import { Effect } from "effect"
 * import { CatalogDiff } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const catalogDiff = yield* CatalogDiff
 *   const { totals } = yield* catalogDiff.diff({ before: "asvs@4.0.3", after: "asvs@5.0.0" })
 *   return totals.deleted
 * })
 */
export class CatalogDiff extends Context.Service<
  CatalogDiff,
  {
    /**
     * What became of each reference of `before`, then what of `after` has no predecessor. Relations that a person accepted between the
     * two count first, those rejected are left out; then UUIDs that both versions have; then equal texts; then likeness, as in `Crosswalk.suggest`, for which
     * both are embedded first where they are not. Nothing else is written.
     */
    readonly diff: (options: DiffOptions) => Effect.Effect<CatalogChanges, DiffError>
  }
>()("crosswalk/CatalogDiff") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    CatalogDiff,
    DatabaseError,
    SqlClient.SqlClient | Embedder | EmbeddingRepository | ReferenceRepository | RelationRepository
  > = Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. */
  static readonly layer: Layer.Layer<CatalogDiff, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(
      Layer.provide(Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer))
    )
}
