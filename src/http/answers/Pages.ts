import { Effect, Schema, Stream } from "effect"
import type { CrosswalkError } from "../../domain/CrosswalkError.ts"
import { Text } from "../../domain/Text.ts"
import * as Download from "../files/Download.ts"
import { answered } from "../Problem.ts"
import * as Accept from "./Accept.ts"
import * as Cursor from "./Cursor.ts"
import * as Recent from "./Recent.ts"
import * as Rows from "./Rows.ts"

/** Which part of an answer is asked for, of which no page has more rows than `most`. */
export const partFields = (most: number) => ({
  /** How many rows of its lists an answer has at most, one list after the other. Default: as many as it may. */
  pageSize: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: most }))),
  /** The `next` of the page before, with all else as it was. */
  cursor: Schema.optional(Text)
})

interface Part {
  readonly pageSize?: number | undefined
  readonly cursor?: string | undefined
}

/** What a page says of itself. */
export const pageFields = {
  /** What the next page is asked for with, as `cursor`; absent where this is the last. */
  next: Schema.optionalKey(Schema.String)
}

/** How many rows each list has in truth, of which an answer has the first. Lines of JSON have all. */
export const countFields = { lists: Schema.Record(Schema.String, Schema.Natural) }

/** A list of which an answer has so many rows at most. */
export const upTo =
  (most: number) =>
  <S extends Schema.Constraint>(list: Schema.$Array<S>) =>
    list.check(Schema.isMaxLength(most))

/**
 * Answers by pages, or as lines of JSON where they are asked for. The last answers of several pages are kept for a while, so
 * that these are of one state and are worked out once.
 */
export const make = <A extends object>(name: string, rows: Rows.Rows<A>, most: number) =>
  Effect.map(Download.make, (send) => {
    const recent = Recent.make<A>()
    const whole = (all: A) =>
      send({ name: `${name}.ndjson`, type: Rows.linesType, bytes: Stream.encodeText(rows.lines(all)) })
    const form = Accept.choose(["application/json", Rows.linesType])

    /** A page of what is asked for. */
    const page = <R>(question: object, { cursor, pageSize = most }: Part, work: Effect.Effect<A, CrosswalkError, R>) =>
      Effect.gen(function* () {
        if ((yield* form) === Rows.linesType) return yield* whole(yield* answered(work))
        const place = yield* answered(Cursor.placeOf(question, cursor, { next: "next" }))
        const goesOn = (all: A) => place + pageSize < rows.countsOf(all).total
        const all = yield* answered(recent(question, place, work, goesOn))
        return {
          ...rows.part(all, place, pageSize),
          ...(goesOn(all) && { next: Cursor.at(question, place + pageSize) })
        }
      })

    /** The first page of what is not asked for again. */
    const first = <E, R>(work: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const type = yield* form
        const all = yield* work
        if (type === Rows.linesType) return yield* whole(all)
        return { ...rows.part(all, 0, most), lists: rows.countsOf(all).lists }
      })

    return { first, page }
  })
