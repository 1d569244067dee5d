import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { Moved, type MovedCounts, type MovedKind } from "../domain/Moved.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as Uuid from "../domain/Uuid.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as MovedRows from "../storage/MovedRows.ts"
import { operation } from "../storage/Operation.ts"
import * as Snapshot from "../storage/Snapshot.ts"

/** The worst first. */
const kinds: ReadonlyArray<MovedKind> = ["gone", "other", "unknown", "reworded", "metadata"]

const make = Effect.gen(function* () {
  const rows = yield* MovedRows.make
  const snapshot = yield* Snapshot.make

  /** What differs from what was read, with the accepted relations of which nothing else took the place. */
  const told = Effect.fnUntraced(function* (which: "all" | "indexed") {
    const found = yield* rows.readings(which)
    const settled = found.some(({ now }) => now === null) ? yield* rows.settled : new Set<number>()
    return found.flatMap((row) => {
      const relations = row.relations.filter((id) => !settled.has(id))
      if (relations.length === 0) return []
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
      return [{ ...row, relations, uuid, kind }]
    })
  })

  const read = Effect.gen(function* () {
    const readings = yield* told("all")
    const lost = readings.filter(({ kind }) => kind === "gone" || kind === "other")
    const relations = yield* rows.relations(readings.flatMap((one) => one.relations))
    const holders = lost.some(({ uuid }) => uuid !== undefined) ? yield* rows.holders : new Map<string, never>()
    const sameTexts = lost.length === 0 ? new Map<number, never>() : yield* rows.sameTexts(lost.map(({ id }) => id))
    return readings.map(({ catalog, id, kind, now, read, relations: ids, uri, uuid }) => {
      const rest = ids.flatMap((id) => relations.get(id) ?? [])
      // What it was related to may say the same; that is not where it went.
      const others = new Set(rest.flatMap(({ sources, targets }) => [...sources, ...targets]))
      const held = uuid === undefined ? undefined : holders.get(uuid)
      const same = sameTexts.get(id) ?? []
      const found = (kind === "gone" || kind === "other" ? (held ?? same) : []).filter((one) => !others.has(one.uri))
      return new Moved({
        uri,
        ...(catalog !== null && { catalog }),
        kind,
        ...(read !== null && { read }),
        ...(now !== null && { now }),
        went: found.map(({ catalog, uri }) => ({
          uri,
          ...(catalog !== null && { catalog }),
          basis: held === undefined ? "text" : "uuid",
          // Of several in one catalog each may be it.
          isUnchanged:
            same.some((one) => one.uri === uri) && found.filter((one) => one.catalog === catalog).length === 1
        })),
        relations: rest.map(({ catalog: to, confidence, sources, targets, type }) => ({
          sources,
          targets,
          ...(to !== null && { to }),
          type,
          confidence
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

  const count = operation(
    "Pins.count",
    {}
  )(function* () {
    const worst = new Map<number, MovedKind>()
    for (const { kind, relations } of yield* snapshot.read(told("indexed"))) {
      for (const id of relations) {
        const known = worst.get(id)
        if (known === undefined || kinds.indexOf(kind) < kinds.indexOf(known)) worst.set(id, kind)
      }
    }
    const all = [...worst.values()]
    const of = (kind: MovedKind) => all.filter((one) => one === kind).length
    return { gone: of("gone"), other: of("other"), unknown: of("unknown"), reworded: of("reworded") }
  })

  return Pins.of({ moved, count })
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
    /**
     * How many accepted relations have an end of another text, or one that is gone. What differs in metadata only is not looked
     * at, so that it takes as long as there are such ends, not as there are relations.
     */
    readonly count: () => Effect.Effect<MovedCounts, ValidationError | DatabaseError>
  }
>()("crosswalk/Pins") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<Pins, DatabaseError, SqlClient.SqlClient> = Layer.effect(this, make).pipe(
    Layer.provide(Migrations.layer)
  )

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Pins, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps
}
