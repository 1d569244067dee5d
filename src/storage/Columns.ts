import { Effect, Option, Result, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { beginning } from "../domain/Quote.ts"

/**
 * Columns of tables that are read as one value: a JSON array in bytes, whatever their types.
 *
 * libSQL ends the process where it gives out a text that is not UTF-8, which any other program, or one flipped bit, can
 * leave in a table. So no statement gives out a text of a table by itself. This way is also twice as fast as a value for
 * each column, and a NUL does not cut the text.
 */
export interface Columns {
  /** What a row is, which is also the name of the value, such as `reference`. */
  readonly what: string
  readonly names: ReadonlyArray<string>
  /** The columns that name a row for people. */
  readonly keys: ReadonlyArray<string>
  /** To select. */
  readonly sql: string
}

/** JSON has no bytes, where a text belongs; a Schema that expects a text refuses what stands for them. */
const inJson = (expression: string) =>
  `CASE typeof(${expression}) WHEN 'blob' THEN json_object('bytes', length(${expression})) ELSE ${expression} END`

/** An expression whose value is JSON, which is kept as such. */
export interface Json {
  readonly json: string
}

/** Several expressions, or one, as JSON inside of an aggregate. */
export const list = (...expressions: ReadonlyArray<string>): string =>
  `json_array(${expressions.map(inJson).join(", ")})`

/** Columns by their names, each an expression over the tables. The first names the row, unless `keys` do. */
export const make = (
  what: string,
  expressions: Readonly<Record<string, string | Json>>,
  keys: ReadonlyArray<string> = Object.keys(expressions).slice(0, 1)
): Columns => ({
  what,
  names: Object.keys(expressions),
  keys,
  sql: `CAST(json_array(${Object.values(expressions)
    .map((one) => (typeof one === "string" ? inJson(one) : `json(${one.json})`))
    .join(", ")}) AS BLOB) AS "${what}"`
})

/** To select, from a statement that selects columns, all its rows as one value of bytes, with the same name. */
export const listed = ({ what }: Columns): string =>
  `CAST('[' || group_concat(CAST("${what}" AS TEXT)) || ']' AS BLOB) AS "${what}"`

/** Decodes rows that were selected as one value; undefined where one of them does not fit, or is no UTF-8. */
export const listDecoder = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  { names, what }: Columns,
  schema: S
) => {
  const decode = Schema.decodeUnknownOption(Schema.Array(schema))
  return (row: Readonly<Record<string, unknown>>): ReadonlyArray<S["Type"]> | undefined => {
    const json = row[what]
    if (json === null) return []
    if (!isBytes(json)) return undefined
    try {
      const rows: ReadonlyArray<ReadonlyArray<unknown>> = JSON.parse(utf8.decode(json))
      return Option.getOrUndefined(
        decode(rows.map((values) => Object.fromEntries(names.map((name, i) => [name, values[i]]))))
      )
    } catch {
      return undefined
    }
  }
}

/** A column of floating-point numbers: JSON would have 15 of their 17 digits. */
export const real = (column: string): string =>
  `CASE typeof(${column}) WHEN 'real' THEN json(format('%!.17g', ${column})) ELSE ${column} END`

/** A moment in milliseconds since 1970, as far as dates go. */
export const Moment = Schema.Int.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }))

/** A column of whole numbers that is read by itself; NULL where it holds anything else. */
export const integer = (column: string): string => `iif(typeof(${column}) = 'integer', ${column}, NULL)`

/** A column of bytes that is read by itself. */
export const bytes = (column: string): string => `CAST(${column} AS BLOB)`

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Bytes as libSQL's clients, and others, give them. */
export const Bytes = Schema.Union([Schema.instanceOf(ArrayBuffer), Schema.Uint8Array])
export const isBytes = Schema.is(Bytes)

const nameOf = (keys: ReadonlyArray<unknown>): string => keys.map((key) => beginning(String(key), 80)).join(" → ")

/** The names of values whose bytes are not UTF-8, and what names the row. The JSON around them is ASCII. */
const damage = ({ keys, names }: Columns, json: ArrayBuffer | Uint8Array) => {
  const values: unknown = JSON.parse(Buffer.from(new Uint8Array(json)).toString("latin1"))
  const all = Array.isArray(values) ? values : []
  const bytesOf = (value: unknown) => Buffer.from(String(value), "latin1")
  const isWhole = (value: unknown) => {
    try {
      utf8.decode(bytesOf(value))
      return true
    } catch {
      return false
    }
  }
  return {
    broken: names.filter((_, i) => !isWhole(all[i])),
    row: nameOf(keys.map((key) => bytesOf(all[names.indexOf(key)]).toString("utf8")))
  }
}

const corrupt = (operation: string, problem: string, cause: unknown) =>
  new DatabaseError({
    operation,
    reason: "corrupt",
    isRetryable: false,
    problem: `${problem}. Something else wrote to the tables, or the file is damaged`,
    remedy: { action: "checkDatabase" },
    cause
  })

/** Decodes a row of columns, with what else was selected; one that does not fit fails and is named. */
export const decoder = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  columns: Columns,
  schema: S,
  operation: string
) => {
  const decode = Schema.decodeUnknownResult(schema)
  const { keys, names, what } = columns

  return (row: Readonly<Record<string, unknown>>): Effect.Effect<S["Type"], DatabaseError> => {
    const json = row[what]
    if (!isBytes(json)) return Effect.fail(corrupt(operation, `a ${what} cannot be read`, undefined))
    const fields: Record<string, unknown> = { ...row }
    try {
      const values: ReadonlyArray<unknown> = JSON.parse(utf8.decode(json))
      for (const [i, name] of names.entries()) fields[name] = values[i]
    } catch (cause) {
      const { broken, row } = damage(columns, json)
      return Effect.fail(
        corrupt(
          operation,
          `${broken.join(" and ")} of the ${what} ${row} cannot be read: the bytes are not UTF-8`,
          cause
        )
      )
    }
    const decoded = decode(fields)
    if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
    const { failure } = decoded
    return Effect.fail(
      corrupt(
        operation,
        `the ${what} ${nameOf(keys.map((key) => fields[key]))} cannot be read ` +
          `(${beginning(failure.message.replaceAll("\n", " "), 200)})`,
        failure
      )
    )
  }
}

/** Reads what a statement of columns selects, as one value: between threads that costs a fraction of what a hundred rows cost. */
export const reader = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  sql: SqlClient.SqlClient,
  columns: Columns,
  schema: S,
  operation: string
) => {
  const decodeAll = listDecoder(columns, schema)
  const decodeRow = decoder(columns, schema, operation)
  return Effect.fnUntraced(function* (
    rows: Statement.Fragment
  ): Effect.fn.Return<ReadonlyArray<S["Type"]>, SqlError.SqlError | DatabaseError> {
    const [together] = yield* sql`SELECT ${sql.literal(listed(columns))} FROM (${rows})`
    // What cannot be read is named by the rows.
    return decodeAll(together ?? {}) ?? (yield* Effect.flatMap(sql`${rows}`, Effect.forEach(decodeRow)))
  })
}
