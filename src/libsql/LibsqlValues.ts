import type { InValue, Value } from "@libsql/client"
import { LibsqlFault } from "./LibsqlError.ts"

/**
 * A JavaScript value as libSQL binds it. Whole numbers become integers (libSQL would bind every number as REAL), a
 * boolean 0 or 1, a Date its milliseconds, a typed array its bytes, undefined NULL. Throws a `LibsqlFault` for others.
 */
export const toArg = (value: unknown): InValue => {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case "string":
    case "bigint":
      return value
    case "number":
      if (Number.isFinite(value)) return Number.isSafeInteger(value) ? BigInt(value) : value
      throw new LibsqlFault("argument", `${value} is not a finite number`)
    case "boolean":
      return value ? 1n : 0n
    case "object":
      if (value instanceof ArrayBuffer || value instanceof Uint8Array) return value
      if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      if (value instanceof Date && !Number.isNaN(value.getTime())) return BigInt(value.getTime())
  }
  throw new LibsqlFault(
    "argument",
    `${Object.prototype.toString.call(value)} cannot be bound; give a string (JSON.stringify an object), a number, ` +
      "a boolean, a valid Date or bytes"
  )
}

/** A value of a row. Integers become numbers unless `safe`, where they stay bigint; blobs are ArrayBuffers. */
const fromValue = (value: Value | undefined, safe: boolean): unknown => {
  if (typeof value !== "bigint" || safe) return value
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new LibsqlFault("tooLarge", `${value} cannot be a JavaScript number; read it with SqlClient.SafeIntegers`)
}

/** What a statement gave: the names of the columns, and rows with a value for each. */
export interface Rows {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<{ readonly [index: number]: Value | undefined }>
}

/** The rows as arrays, in the order of the columns. */
export const toValues = (result: Rows, safe: boolean): Array<Array<unknown>> =>
  result.rows.map((row) => result.columns.map((_, index) => fromValue(row[index], safe)))

/** The rows as plain objects. Of two columns of one name the first is kept. */
export const toObjects = (result: Rows, safe: boolean): Array<Record<string, unknown>> =>
  result.rows.map((row) => {
    const object: Record<string, unknown> = {}
    result.columns.forEach((name, index) => {
      if (!Object.hasOwn(object, name)) object[name] = fromValue(row[index], safe)
    })
    return object
  })

// Strings, quoted names and comments: what may hide a word or a semicolon.
const hidden = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//gu

/**
 * True for a statement that only reads, so that it may run beside a writer and be sent again. When in doubt, and for
 * what depends on the connection (PRAGMA, `changes()`, `last_insert_rowid()`), false. Pure.
 */
export const isRead = (sql: string): boolean => {
  const visible = sql.replaceAll(hidden, " ").trimStart()
  return (
    /^(select|values|with|explain)\b/iu.test(visible) &&
    !/\b(insert|update|delete|replace|changes|total_changes|last_insert_rowid|temp)\b/iu.test(visible)
  )
}

/** True where text follows the first statement: libSQL would drop it without a word. Pure. */
export const hasMany = (sql: string): boolean => {
  if (!sql.includes(";")) return false
  const visible = sql.replaceAll(hidden, " ").trim()
  return !/^create\s+(temp\s+|temporary\s+)?trigger\b/iu.test(visible) && /;\s*[^\s;]/u.test(visible)
}
