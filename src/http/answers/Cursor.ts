import { hash } from "node:crypto"
import { Effect, Schema } from "effect"
import { ValidationError } from "../../domain/ValidationError.ts"

const Place = Schema.fromJsonString(Schema.Tuple([Schema.String, Schema.Natural]))
const Cursor = Schema.StringFromBase64Url.pipe(Schema.decodeTo(Place))
const read = Schema.decodeEffect(Cursor)
const write = Schema.encodeSync(Cursor)

/** What tells a question from others: its arguments, without where to go on. */
const markOf = (question: object): string => hash("sha256", JSON.stringify(question), "base64url").slice(0, 12)

/** Where to go on with the answer to a question. */
export const at = (question: object, place: number): string => write([markOf(question), place])

/** The place that a cursor stands for: 0 without one. Fails where it is the cursor of another question; `next` is the field of an answer that had it. */
export const placeOf = (
  question: object,
  cursor: string | undefined,
  { next = "nextCursor" }: { readonly next?: string } = {}
): Effect.Effect<number, ValidationError> =>
  cursor === undefined
    ? Effect.succeed(0)
    : read(cursor).pipe(
        Effect.filterOrFail(([mark]) => mark === markOf(question)),
        Effect.map(([, place]) => place),
        Effect.mapError(
          () =>
            new ValidationError({
              field: "cursor",
              value: cursor,
              constraint: "does not go on with this question",
              expected: `the ${next} of the answer before, with all else as it was`
            })
        )
      )
