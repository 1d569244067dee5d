import { Context, Effect, Layer, Schema, Semaphore, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Callback, tell } from "../domain/Callback.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { MapLayout } from "../domain/MapLayout.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as MapRows from "../storage/MapRows.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as MissingVectors from "../storage/MissingVectors.ts"
import { operation, optional, property } from "../storage/Operation.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { WorkerFailure } from "../worker/WorkerClient.ts"
import type { Page, Task } from "./MapProtocol.ts"
import * as MapShape from "./MapShape.ts"
import * as MapThread from "./MapThread.ts"
import * as PrincipalAxes from "./PrincipalAxes.ts"

/** The fewest references that are told apart by more than their principal axes. */
const fewest = 4

/** Whom `compute` tells. */
export const MapComputeOptions = Schema.Struct({
  /** Called now and then with how far it has come, from 0 to 1. */
  onProgress: Schema.optional(Callback<number>())
})
export type MapComputeOptions = typeof MapComputeOptions.Type

/** What was computed. */
export const MapTotals = Schema.Struct({
  /** How many references have a place on the map now. */
  references: Schema.Natural
})
export type MapTotals = typeof MapTotals.Type

const silent = () => Effect.void

type Place = readonly [x: number, y: number]
type Places = ReadonlyMap<number, Place>

const placesOf = (ids: ArrayLike<number>, positions: Float32Array): Places =>
  new Map(
    Array.from({ length: ids.length }, (_, i): readonly [number, Place] => [
      ids[i] ?? 0,
      [positions[2 * i] ?? 0, positions[2 * i + 1] ?? 0]
    ])
  )

const failed =
  (operation: string) =>
  ({ problem }: WorkerFailure) =>
    new DatabaseError({
      operation,
      reason: "unknown",
      isRetryable: true,
      problem: `the map could not be computed (${problem})`
    })

/** The vectors of a page that have a place, and those that have none. */
const divided = ({ ids, vectors }: MapRows.Vectors, known: Places, dimensions: number): ReadonlyArray<Page> => {
  const indexes = [...ids.keys()]
  const pageOf = (some: ReadonlyArray<number>, isKnown: boolean): Page => {
    const own = new Float32Array(some.length * dimensions)
    for (const [to, i] of some.entries()) {
      own.set(vectors.subarray(i * dimensions, (i + 1) * dimensions), to * dimensions)
    }
    const places = some.flatMap((i) => known.get(ids[i] ?? 0) ?? [])
    return { vectors: own, positions: isKnown ? Float32Array.from(places) : undefined }
  }
  const isKnown = (i: number) => known.has(ids[i] ?? 0)
  return [
    pageOf(indexes.filter(isKnown), true),
    pageOf(
      indexes.filter((i) => !isKnown(i)),
      false
    )
  ]
}

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const { model } = yield* Embedder
  const rows = yield* MapRows.make(model)
  const missing = yield* MissingVectors.make(sql)
  const snapshot = yield* Snapshot.make
  const one = yield* Semaphore.make(1)
  const { dimensions, fingerprint } = model

  /** Positions that are not stored, of the state that they were found for. */
  const kept: { of: string; places: Places } = { of: "", places: new Map() }

  const inThread = (
    operation: string,
    task: Task,
    pages: Stream.Stream<Page>,
    onProgress: (done: number) => Effect.Effect<void> = silent
  ) => Effect.mapError(MapThread.run({ task, dimensions }, pages, onProgress), failed(operation))

  /** What is stored, in one state. The vectors are only read where positions have to be found. */
  const stored = snapshot.read(
    Effect.gen(function* () {
      const { count, step } = yield* rows.extent
      const { nonce, seq } = yield* rows.position
      const points = yield* Stream.runCollect(rows.points(step))
      const known: Places = new Map(points.flatMap(({ id, place }) => (place === undefined ? [] : [[id, place]])))
      const method = points.length >= fewest && 2 * known.size >= points.length ? ("umap" as const) : ("pca" as const)
      const lacking = points.length - known.size
      const of = `${method} ${seq} ${nonce} ${lacking}`
      const isKept = kept.of === of || (method === "umap" && lacking === 0)
      return {
        points,
        known: method === "umap" ? known : new Map<number, Place>(),
        lacking,
        method,
        of,
        vectors: isKept ? undefined : yield* Stream.runCollect(rows.vectors(step)),
        unplaced: yield* missing.count(fingerprint, undefined),
        omitted: Math.max(0, count - points.length)
      }
    })
  )

  /** Of a few there is nothing to compute. */
  const ofFew = (vectors: ReadonlyArray<MapRows.Vectors>) =>
    PrincipalAxes.positions(Float32Array.from(vectors.flatMap((page) => [...page.vectors])), dimensions)

  /** Finds the positions that are not stored. */
  const find = Effect.fnUntraced(function* (known: Places, vectors: ReadonlyArray<MapRows.Vectors>) {
    // Of those with a place, none may have a vector that can be read.
    const isBeside = vectors.some(({ ids }) => ids.some((id) => known.has(id)))
    const ids = vectors.flatMap((page) => [...page.ids]).filter((id) => !known.has(id))
    if (!isBeside && ids.length < fewest) return placesOf(ids, ofFew(vectors))
    const pages = vectors.flatMap((page) =>
      isBeside ? divided(page, known, dimensions) : [{ vectors: page.vectors, positions: undefined }]
    )
    return placesOf(ids, yield* inThread("ReferenceMap.read", isBeside ? "beside" : "axes", Stream.fromIterable(pages)))
  })

  const read = property("ReferenceMap.read")(
    one.withPermits(1)(
      Effect.gen(function* () {
        const { known, lacking, method, of, omitted, points, unplaced, vectors } = yield* stored
        if (vectors !== undefined) {
          kept.places = yield* find(known, vectors)
          kept.of = of
        }
        const places = points.map(({ id }): Place => known.get(id) ?? kept.places.get(id) ?? [0, 0])
        return new MapLayout({
          method,
          isCurrent: points.length < fewest || (method === "umap" && lacking === 0),
          placed: method === "umap" ? lacking : 0,
          unplaced,
          omitted,
          ...MapShape.named(points),
          ...MapShape.scaled(places)
        })
      })
    )
  )

  const computing = yield* Semaphore.make(1)
  const compute = operation("ReferenceMap.compute", { options: optional(MapComputeOptions) })(function* ({
    options: { onProgress } = {}
  }) {
    return yield* computing.withPermits(1)(
      Effect.gen(function* () {
        const { position, vectors } = yield* snapshot.read(
          Effect.gen(function* () {
            const { step } = yield* rows.extent
            return { position: yield* rows.position, vectors: yield* Stream.runCollect(rows.vectors(step)) }
          })
        )
        const ids = vectors.flatMap((page) => [...page.ids])
        yield* Effect.annotateCurrentSpan({ references: ids.length, model: model.id })
        const pages = vectors.map((page) => ({ vectors: page.vectors, positions: undefined }))
        const positions =
          ids.length < fewest
            ? ofFew(vectors)
            : yield* inThread("ReferenceMap.compute", "umap", Stream.fromIterable(pages), (done) =>
                tell(onProgress, done)
              )
        yield* rows.replace(ids, positions, position)
        return { references: ids.length }
      })
    )
  })

  return { read, compute }
})

/**
 * All references in two dimensions, near where their vectors are. Computed once, for all (`compute`), and stored; until then,
 * positions are found at once that tell less. What comes later lies beside what it is nearest to, until the map is computed
 * anew. The same vectors make the same map.
 *
 * @example
 * import { Effect } from "effect"
 * import { ReferenceMap } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const map = yield* ReferenceMap
 *   const { isCurrent } = yield* map.read
 *   if (!isCurrent) yield* map.compute()
 *   const { catalogs, catalog, suffixes, x, y } = yield* map.read
 *   return suffixes.map((suffix, i) => ({ uri: `${catalogs[catalog[i] ?? 0]?.prefix}${suffix}`, x: x[i], y: y[i] }))
 * })
 */
export class ReferenceMap extends Context.Service<
  ReferenceMap,
  {
    /** The map as it is now. Writes nothing. */
    readonly read: Effect.Effect<MapLayout, DatabaseError>
    /**
     * Computes where all references are, in a thread, and stores it: 1,000 references take about a second, 10,000 half a
     * minute, and of more these are spread over all and the others placed beside them. Interrupted, it changes nothing.
     */
    readonly compute: (options?: MapComputeOptions) => Effect.Effect<MapTotals, ValidationError | DatabaseError>
  }
>()("crosswalk/ReferenceMap") {
  /** On any libSQL `SqlClient`, of the vectors of the embedder in use, which is not loaded. */
  static readonly layer: Layer.Layer<ReferenceMap, DatabaseError, SqlClient.SqlClient | Embedder> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(Migrations.layer))
}
