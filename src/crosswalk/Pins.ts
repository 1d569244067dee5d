import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { Moved, type MovedKind } from "../domain/Moved.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as Uuid from "../domain/Uuid.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as MovedRows from "../storage/MovedRows.ts"
import { operation } from "../storage/Operation.ts"
import * as Snapshot from "../storage/Snapshot.ts"

const make = Effect.gen(function* () {
  const rows = yield* MovedRows.make
  const snapshot = yield* Snapshot.make

  const read = Effect.gen(function* () {
    const readings = (yield* rows.readings).map((row) => {
      const [uuid, now] = [Uuid.inText(row.uuid), Uuid.inText(row.uuid_now)]
      const isOther = uuid !== undefined && now !== undefined && uuid !== now
      const kind: MovedKind =
        row.now === null
          ? "gone"
          : isOther
            ? "other"
            : row.read === null
              ? "unknown"
              : row.is_current === 0
                ? "reworded"
                : "metadata"
      return { ...row, uuid, kind }
    })
    const lost = readings.filter(({ kind }) => kind === "gone" || kind === "other")
    const relations = yield* rows.relations(readings.flatMap((one) => one.relations))
    const holders = lost.some(({ uuid }) => uuid !== undefined) ? yield* rows.holders : new Map<string, never>()
    const sameTexts = lost.length === 0 ? new Map<number, never>() : yield* rows.sameTexts(lost.map(({ id }) => id))
    return readings.map(({ catalog, id, kind, now, read, relations: ids, uri, uuid }) => {
      const rest = ids.flatMap((id) => relations.get(id) ?? [])
      // What it was related to may say the same; that is not where it went.
      const others = new Set(rest.flatMap(({ sources, targets }) => [...sources, ...targets]))
      const held = uuid === undefined ? undefined : holders.get(uuid)
      const found = kind === "gone" || kind === "other" ? (held ?? sameTexts.get(id) ?? []) : []
      return new Moved({
        uri,
        ...(catalog !== null && { catalog }),
        kind,
        ...(read !== null && { read }),
        ...(now !== null && { now }),
        went: found.flatMap((one) => (others.has(one.uri) ? [] : one.uri)),
        relations: rest.map(({ catalog: to, sources, targets, type }) => ({
          sources,
          targets,
          ...(to !== null && { to }),
          type
        }))
      })
    })
  })

  const moved = operation(
    "Pins.moved",
    {}
  )(function* () {
    return yield* snapshot.read(read)
  })

  return Pins.of({ moved })
})

/**
 * What accepted relations rest on. Each is pinned to what was read of its references: text, title, catalog and the UUID that
 * the source gives; this says what is another now.
 *
 * @example
 * import { Effect } from "effect"
 * import { Pins } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const { moved } = yield* Pins
 *   return (yield* moved()).filter(({ kind }) => kind === "gone").map(({ read, uri, went }) => ({ uri, read, went }))
 * })
 */
export class Pins extends Context.Service<
  Pins,
  {
    /** The references that differ from what was read, in the order in which they were first decided on. */
    readonly moved: () => Effect.Effect<ReadonlyArray<Moved>, ValidationError | DatabaseError>
  }
>()("crosswalk/Pins") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<Pins, DatabaseError, SqlClient.SqlClient> = Layer.effect(this, make).pipe(
    Layer.provide(Migrations.layer)
  )

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Pins, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps
}
