import { Effect } from "effect"
import { SqlClient, type SqlError, type Statement } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import type { Filter } from "../../domain/Filter.ts"
import { conditions } from "../FilterSql.ts"
import * as NaturalPages from "../NaturalPages.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import { namesOf } from "./IdentifierQuery.ts"

/** The references that a query calls by their identifier or label. */
export interface Named {
  /** In natural order. */
  readonly uris: ReadonlyArray<string>
  /** Whether the query is the beginning of their identifiers, and not the whole of one. */
  readonly isPrefix: boolean
  /** Whether `crosswalk_reference AS r` is called so, beyond the limit too. */
  readonly condition: () => Statement.Fragment
}

/** Normal forms of which an identifier or label is one, or one that it begins with. */
type Names = { readonly exact: ReadonlyArray<string> } | { readonly prefix: string }

/** Finds references by the identifiers in a query. A query that holds none costs nothing. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  const decode = ReferenceRow.uriDecoder("Search.identifiers")

  const conditionOf = (names: Names): Statement.Fragment => {
    const holds = (column: string) =>
      "exact" in names
        ? sql`${sql.literal(column)} IN (SELECT value FROM json_each(${JSON.stringify(names.exact)}))`
        : sql`${sql.literal(column)} >= ${names.prefix} AND ${sql.literal(column)} < ${names.prefix.replace(/\.$/u, "/")}`
    return sql`r.id IN (
        SELECT id FROM crosswalk_reference WHERE ${holds("identifier_normal")}
        UNION SELECT id FROM crosswalk_reference WHERE ${holds("label_normal")}
      )`
  }

  /** The first of those that are called so. */
  const find = Effect.fnUntraced(function* (names: Names, limit: number, filter?: Filter) {
    const rows = yield* sql`
      SELECT ${sql.literal(ReferenceRow.uri.sql)} FROM crosswalk_reference AS r WHERE ${conditionOf(names)} AND ${conditions(sql, filter)}
      ORDER BY ${NaturalPages.order(sql)} LIMIT ${limit}`
    return (yield* Effect.forEach(rows, decode)).map(({ uri }) => uri)
  })

  /** At least one where there is one, whatever the limit. */
  const rank = Effect.fnUntraced(function* (
    query: string,
    limit: number,
    filter: Filter | undefined
  ): Effect.fn.Return<Named, SqlError.SqlError | DatabaseError> {
    const { exact, prefix } = namesOf(query)
    const depth = Math.max(limit, 1)
    const begun = prefix === undefined ? [] : yield* find({ prefix }, depth, filter)
    if (prefix !== undefined && begun.length > 0) {
      return { uris: begun, isPrefix: true, condition: () => conditionOf({ prefix }) }
    }
    const uris = exact.length === 0 ? [] : yield* find({ exact }, depth, filter)
    return { uris, isPrefix: false, condition: () => conditionOf({ exact }) }
  })

  return { find, rank }
})
