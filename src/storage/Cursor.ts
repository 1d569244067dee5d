import { Effect, Schema } from "effect"
import { ValidationError } from "../domain/ValidationError.ts"

/** Places in a list as texts that a caller gives back to go on there. */
export const make = <A, I>(place: Schema.Codec<A, I>) => {
  const cursor = Schema.StringFromBase64Url.pipe(Schema.decodeTo(Schema.fromJsonString(place)))
  const decode = Schema.decodeUnknownEffect(cursor, { onExcessProperty: "error" })
  return {
    toCursor: Schema.encodeSync(cursor),
    /** The place that a cursor stands for; `start` where there is none. */
    fromCursor: (text: string | undefined, start: A): Effect.Effect<A, ValidationError> =>
      text === undefined
        ? Effect.succeed(start)
        : Effect.mapError(
            decode(text),
            () =>
              new ValidationError({
                field: "after",
                value: text,
                constraint: "is not a place in the list",
                expected: "the next of the page before, or nothing for the first page"
              })
          )
  }
}

/** Rows of which one more than are wanted was read: that one tells whether there is a next page. */
export const cut = <A>(rows: ReadonlyArray<A>, limit: number) => ({
  page: rows.slice(0, limit),
  last: rows.length > limit ? rows[limit - 1] : undefined
})
