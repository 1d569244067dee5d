import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { Filter } from "../../domain/Filter.ts"
import { conditions } from "../FilterSql.ts"
import * as NaturalPages from "../NaturalPages.ts"
import { namesOf } from "./IdentifierQuery.ts"

/** The references that a query calls by their identifier or label. */
export interface Named {
  /** In natural order. */
  readonly uris: ReadonlyArray<string>
  /** Whether the query is the beginning of their identifiers, and not the whole of one. */
  readonly isPrefix: boolean
}

const none: Named = { uris: [], isPrefix: false }

/** Finds references by the identifiers in a query. A query that holds none costs nothing. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  /** The first of those whose identifier or label is one of these, or with a prefix begins with it. */
  const find = Effect.fnUntraced(function* (
    where: { readonly exact: ReadonlyArray<string> } | { readonly prefix: string },
    limit: number,
    filter?: Filter
  ) {
    const holds = (column: string) =>
      "exact" in where
        ? sql`${sql.literal(column)} IN (SELECT value FROM json_each(${JSON.stringify(where.exact)}))`
        : sql`${sql.literal(column)} >= ${where.prefix} AND ${sql.literal(column)} < ${where.prefix.replace(/\.$/u, "/")}`
    const rows = yield* sql<{ readonly uri: string }>`
      SELECT r.uri FROM crosswalk_reference AS r WHERE r.id IN (
        SELECT id FROM crosswalk_reference WHERE ${holds("identifier_normal")}
        UNION SELECT id FROM crosswalk_reference WHERE ${holds("label_normal")}
      ) AND ${conditions(sql, filter)} ORDER BY ${NaturalPages.order(sql)} LIMIT ${limit}`
    return rows.map(({ uri }) => uri)
  })

  const rank = Effect.fnUntraced(function* (
    query: string,
    limit: number,
    filter: Filter | undefined
  ): Effect.fn.Return<Named, SqlError.SqlError> {
    const { exact, prefix } = namesOf(query)
    const begun = prefix === undefined ? [] : yield* find({ prefix }, limit, filter)
    if (begun.length > 0) return { uris: begun, isPrefix: true }
    return exact.length === 0 ? none : { uris: yield* find({ exact }, limit, filter), isPrefix: false }
  })

  return { find, rank }
})
