import { Effect, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { GraphOptions } from "../domain/GraphOptions.ts"
import * as Identifier from "../domain/Identifier.ts"
import * as Natural from "../domain/Natural.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import { urisOf } from "../domain/RelationEnds.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"

/** References and the relations between them. */
export interface Graph {
  readonly from: string | undefined
  readonly to: string | undefined
  /** By catalog, then URI. */
  readonly references: ReadonlyArray<Reference>
  /** Relations whose ends are all among the references, each once. */
  readonly relations: ReadonlyArray<Relation>
}

const byPlace = (a: Reference, b: Reference): number =>
  Natural.compare(a.catalog ?? "", b.catalog ?? "") || Natural.compare(a.uri, b.uri)

const reading = Effect.fnUntraced(function* (options: GraphOptions) {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const { from, linkedOnly = false, minConfidence, status = ["accepted", "suggested"], to } = options
  for (const catalog of [from, to]) if (catalog !== undefined) yield* references.requireCatalog(catalog)
  const found = yield* relations.findAll({ status, minConfidence }).pipe(Stream.runCollect)
  const ends = new Map<string, Reference>(yield* references.findMany([...new Set(found.flatMap(urisOf))]))
  const isOf = (uris: ReadonlyArray<string>, catalog: string | undefined, without?: string) =>
    catalog === undefined || without === catalog || uris.some((uri) => ends.get(uri)?.catalog === catalog)
  const joins = ({ sources, targets, to: without }: Relation) =>
    (isOf(sources, from) && isOf(targets, to, without)) || (isOf(targets, from, without) && isOf(sources, to))
  const drawn = found.filter(joins)
  const shown = new Map(
    drawn.flatMap(urisOf).flatMap((uri) => {
      const reference = ends.get(uri)
      return reference === undefined ? [] : [[uri, reference] as const]
    })
  )
  if (!linkedOnly && from !== undefined && to !== undefined) {
    for (const catalog of [from, to]) {
      yield* Stream.runForEach(references.findAll({ catalog, role: "requirement" }), (reference) =>
        Effect.sync(() => shown.set(reference.uri, reference))
      )
    }
  }
  return { from, to, references: [...shown.values()].sort(byPlace), relations: drawn } satisfies Graph
})

/** Reads the relations between two catalogs, of one, or all there are, with their references. */
export const read: (
  options?: GraphOptions
) => Effect.Effect<
  Graph,
  ValidationError | NotFoundError | DatabaseError,
  ReferenceRepository | RelationRepository | SqlClient.SqlClient
> = operation("Graph.read", { options: optional(GraphOptions) })(function* ({ options = {} }) {
  return yield* Snapshot.read(reading(options))
})

/** An identifier inside its catalog: `V1.2.3` of `asvs:5.0.0/V1.2.3` in `asvs@5.0.0`. */
export const localId = ({ catalog, uri }: Reference): string =>
  (catalog === undefined ? undefined : Identifier.ofUri(uri, catalog)) ?? uri
