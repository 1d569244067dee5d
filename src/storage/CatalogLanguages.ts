import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { otherThanEnglish } from "../domain/Language.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"

/** How many references are read of a catalog, evenly spread, and how many characters of each description. */
const sampleSize = 200
const sampleLength = 400

/** The language that the texts of a catalog are mostly in where it is surely another than English, told from a sample. */
export const languageOf = (
  sql: SqlClient.SqlClient,
  catalog: string
): Effect.Effect<string | undefined, SqlError.SqlError> =>
  Effect.map(
    sql<{ readonly title: string; readonly description: string | null }>`
      SELECT title, substr(description, 1, ${sampleLength}) AS description FROM crosswalk_reference WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (ORDER BY natural) AS place, count(*) OVER () AS total
          FROM crosswalk_reference WHERE catalog = ${catalog})
        WHERE place % max(1, total / ${sampleSize}) = 0 LIMIT ${sampleSize})`,
    (rows) => otherThanEnglish(rows.flatMap(({ description, title }) => [title, description ?? ""]))
  )

/** The languages of all catalogs, as {@link languageOf} tells them. */
export const all: Effect.Effect<
  ReadonlyArray<{ readonly catalog: string; readonly language: string | undefined }>,
  DatabaseError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const catalogs = yield* sql<{ readonly id: string }>`SELECT id FROM crosswalk_catalog ORDER BY id`
  return yield* Effect.forEach(catalogs, ({ id }) =>
    Effect.map(languageOf(sql, id), (language) => ({ catalog: id, language }))
  )
}).pipe(Effect.mapError(toDatabaseError("CatalogLanguages.all")), Effect.withSpan("CatalogLanguages.all"))
