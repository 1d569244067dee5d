import { Effect, Schema } from "effect"
import type { ValidationError } from "../domain/ValidationError.ts"
import { fit, tokensOf } from "./Budget.ts"
import * as Cursor from "../http/answers/Cursor.ts"

/** What a page of an answer says of itself. */
export const pageFields = {
  /** Not all that there is stands in this answer: it goes on with `nextCursor`, or a text is cut, which `fetch` gives whole. */
  truncated: Schema.Boolean,
  /** What the next part is asked for with, as `cursor`; absent where there is none. */
  nextCursor: Schema.optionalKey(Schema.String)
}

/** Which part of the answer to a question is asked for. */
export interface Part {
  /** The arguments but for where to go on. */
  readonly question: object
  /** How many went before. */
  readonly place: number
  /** What the answer goes on with at another place. */
  readonly cursorAt: (place: number) => string
  /** So many of what there is, from the place on, as fit beside the rest of the answer. */
  readonly take: <A>(
    found: ReadonlyArray<A>,
    options: { readonly limit: number; readonly rest?: unknown }
  ) => { readonly items: ReadonlyArray<A>; readonly truncated: boolean; readonly nextCursor?: string }
}

/** Whether of a text only the beginning is there. */
const hasCutTexts = (values: unknown): boolean => JSON.stringify(values).includes("…")

/** What an answer has beside its list, in tokens. */
const frame = 100

/** The part of an answer that the arguments ask for. */
export const of = <Q extends { readonly cursor?: string | undefined }>(
  { cursor, ...question }: Q,
  maxTokens: number
): Effect.Effect<Part, ValidationError> =>
  Effect.map(Cursor.placeOf(question, cursor), (place) => ({
    question,
    place,
    cursorAt: (next) => Cursor.at(question, next),
    take: (found, { limit, rest }) => {
      const some = found.slice(place, place + limit)
      const items = fit(some, maxTokens - tokensOf(rest ?? null) - frame)
      const next = place + items.length
      const goesOn = next < found.length
      return {
        items,
        truncated: goesOn || hasCutTexts(items),
        ...(goesOn && { nextCursor: Cursor.at(question, next) })
      }
    }
  }))
