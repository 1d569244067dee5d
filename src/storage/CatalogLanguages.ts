import { Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { otherThanEnglish } from "../domain/Language.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import * as Columns from "./Columns.ts"

/** How many references are read of a catalog, evenly spread, and how many characters of each description. */
const sampleSize = 200
const sampleLength = 400

const textColumns = Columns.make("reference", {
  uri: "uri",
  title: "title",
  description: `substr(description, 1, ${sampleLength})`
})
const TextRow = Schema.Struct({ title: Schema.String, description: Schema.NullOr(Schema.String) })
const decodeText = Columns.decoder(textColumns, TextRow, "CatalogLanguages")

const catalogColumns = Columns.make("catalog", { id: "id" })
const decodeCatalog = Columns.decoder(catalogColumns, Schema.Struct({ id: Schema.String }), "CatalogLanguages")

/** The language that the texts of a catalog are mostly in where it is surely another than English, told from a sample. */
export const languageOf = (
  sql: SqlClient.SqlClient,
  catalog: string
): Effect.Effect<string | undefined, SqlError.SqlError | DatabaseError> =>
  Effect.map(
    Effect.flatMap(
      sql`SELECT ${sql.literal(textColumns.sql)} FROM crosswalk_reference WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (ORDER BY natural) AS place, count(*) OVER () AS total
          FROM crosswalk_reference WHERE catalog = ${catalog})
        WHERE place % max(1, total / ${sampleSize}) = 0 LIMIT ${sampleSize})`,
      Effect.forEach(decodeText)
    ),
    (rows) => otherThanEnglish(rows.flatMap(({ description, title }) => [title, description ?? ""]))
  )

/** The languages of all catalogs, as {@link languageOf} tells them. */
export const all: Effect.Effect<
  ReadonlyArray<{ readonly catalog: string; readonly language: string | undefined }>,
  DatabaseError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const catalogs = yield* Effect.flatMap(
    sql`SELECT ${sql.literal(catalogColumns.sql)} FROM crosswalk_catalog ORDER BY id`,
    Effect.forEach(decodeCatalog)
  )
  return yield* Effect.forEach(catalogs, ({ id }) =>
    Effect.map(languageOf(sql, id), (language) => ({ catalog: id, language }))
  )
}).pipe(
  Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("CatalogLanguages.all")(error))),
  Effect.withSpan("CatalogLanguages.all")
)
