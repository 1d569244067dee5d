import { Effect, Schema, Stream } from "effect"

type Encodable = Schema.Constraint & { readonly EncodingServices: never }

/** What an answer has that grows with what is stored, by its fields. */
export type Lists<N extends string> = { readonly [K in N]: ReadonlyArray<unknown> }

/** An answer with its lists as {@link make} knows them. */
export type Rows<A extends object> = {
  readonly beginnings: (all: A, most: number) => A
  readonly countsOf: (all: A) => { readonly lists: Readonly<Record<string, number>>; readonly total: number }
  readonly lines: (all: A) => Stream.Stream<string>
  readonly part: (all: A, place: number, most: number) => A
}

/** What lines of JSON are called on the web. */
export const linesType = "application/x-ndjson"

const toJson = (schema: Encodable) => {
  const encode = Schema.encodeUnknownEffect(Schema.toCodecJson(schema))
  return (value: unknown) => Effect.orDie(encode(value))
}

/** So many rows each page has of a list that begins on each of them. */
export const mostRepeated = 1000

/**
 * The lists of an answer: its Schema, and those of the rows by the names of their lists, in the order in which they are given.
 * Those that are `repeated`, such as totals by chapter, begin on each page, as far as they go.
 */
export const make = <const N extends string, A extends Lists<N>>(
  answer: Encodable & { readonly Type: A },
  rows: Readonly<Record<N, Encodable>>,
  repeated: ReadonlyArray<NoInfer<N>> = []
): Rows<A> => {
  const all = Object.keys(rows).filter((name): name is N => name in rows)
  const names = all.filter((name) => !repeated.includes(name))
  const encodeAnswer = toJson(answer)
  const encoders = all.map((name) => ({ name, encode: toJson(rows[name]) }))
  const none = Object.fromEntries(all.map((name) => [name, []]))

  const firstOf = (answer: A, lists: ReadonlyArray<N>, most: number) =>
    Object.fromEntries(lists.map((name) => [name, answer[name].slice(0, most)]))

  /** How many rows there are of each list, and of all that pages go through. */
  const countsOf = (answer: A) => {
    const lists = Object.fromEntries(all.map((name) => [name, answer[name].length]))
    return { lists, total: names.reduce((sum, name) => sum + answer[name].length, 0) }
  }

  /** So many rows behind a place, one list after the other. */
  const part = (answer: A, place: number, most: number) => {
    let start = place
    const lists = Object.fromEntries(
      names.map((name) => {
        const list: ReadonlyArray<unknown> = answer[name]
        const some = list.slice(Math.max(0, start), Math.max(0, start + most))
        start -= list.length
        return [name, some]
      })
    )
    return { ...answer, ...firstOf(answer, repeated, mostRepeated), ...lists }
  }

  /** So many rows of each list. */
  const beginnings = (answer: A, most: number) => ({ ...answer, ...firstOf(answer, all, most) })

  /**
   * All of it as lines of JSON, of which none grows with what is stored: what the answer has beside its lists, then each row as
   * `{"list":"…","row":…}`.
   */
  const lines = (answer: A): Stream.Stream<string> => {
    const head = Effect.map(encodeAnswer({ ...answer, ...none }), (encoded) =>
      JSON.stringify(Object.fromEntries(Object.entries(Object(encoded)).filter(([name]) => !(name in none))))
    )
    const each = encoders.map(({ encode, name }) =>
      Stream.mapEffect(Stream.fromIterable<unknown>(answer[name]), (row) =>
        Effect.map(encode(row), (encoded) => JSON.stringify({ list: name, row: encoded }))
      )
    )
    return Stream.map(
      Stream.concat(Stream.fromEffect(head), Stream.flatten(Stream.fromIterable(each))),
      (line) => `${line}\n`
    )
  }

  return { beginnings, countsOf, lines, part }
}

/** What of an operation is changed. */
export interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: Record<string, unknown> }>>
}

/** Says in the OpenAPI document that what comes as a type comes also as lines, which an endpoint cannot declare beside it. */
export const alsoLines =
  (beside: string, description: string) =>
  (operation: Operation): Operation => ({
    ...operation,
    responses: Object.fromEntries(
      Object.entries(operation.responses ?? {}).map(([status, response]) =>
        response.content?.[beside] === undefined || Number(status) >= 400
          ? [status, response]
          : [
              status,
              {
                ...response,
                content: { ...response.content, [linesType]: { schema: { type: "string", description } } }
              }
            ]
      )
    )
  })

/** The same of an answer with pages. */
export const alsoWhole = alsoLines(
  "application/json",
  "All of it, whatever pageSize says: a line of JSON with what it has beside its lists, then one for each row, with `list` and `row`"
)
