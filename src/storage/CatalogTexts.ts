import { Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Boilerplate, learn as learnBoilerplate, none, withoutOpening } from "../domain/Boilerplate.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import { TextOf } from "../domain/TextOf.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as Columns from "./Columns.ts"
import * as Hindrance from "./Hindrance.ts"
import * as NaturalPages from "./NaturalPages.ts"
import * as ReferenceRow from "./ReferenceRow.ts"

/** Of a larger catalog, about so many texts are looked at. */
const sampleSize = 20_000

/** How many references are looked through at once for texts that read differently. */
const pageSize = 100

const catalogColumns = Columns.make("catalog", { id: "id", boilerplate: "boilerplate" })
const CatalogRow = Schema.Struct({ id: Schema.String, boilerplate: Schema.fromJsonString(Boilerplate) })

const textColumns = Columns.make("reference", {
  uri: "uri",
  title: "title",
  description: "substr(coalesce(description, ''), 1, 400)"
})
const TextRow = Schema.Struct({ title: Schema.String, description: Schema.String })

const NumberedRow = Schema.Struct({ ...ReferenceRow.ReferenceRow.fields, id: Schema.Int })

/** Notes what the texts of references hash to now; a trigger removes the vectors of those that changed. */
export const storeTextHashes = (
  sql: SqlClient.SqlClient,
  rows: ReadonlyArray<{ readonly id: number; readonly textHash: string }>
): Effect.Effect<void, SqlError.SqlError> =>
  rows.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const given = sql`json_each(${JSON.stringify(rows)})`
        const written = yield* sql`UPDATE crosswalk_reference AS r SET text_hash = j.value ->> '$.textHash'
          FROM ${given} AS j WHERE r.id = j.value ->> '$.id' RETURNING 1`
        yield* Hindrance.requireAll(sql, "crosswalk_reference", {
          rows: written.length,
          most: rows.length,
          left: sql`SELECT 1 FROM ${given} AS j JOIN crosswalk_reference AS r ON r.id = j.value ->> '$.id'
            WHERE r.text_hash <> j.value ->> '$.textHash'`
        })
      }).pipe(sql.withTransaction, ServerWrites.repeatable(sql))

/** The texts that are embedded: of a reference by what is known of its catalog, and of a query. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const textOf = yield* TextOf
  const decodeCatalog = Columns.decoder(catalogColumns, CatalogRow, "CatalogTexts")
  const decodeReference = Columns.decoder(ReferenceRow.columns, NumberedRow, "CatalogTexts")
  const decodeText = Columns.decoder(textColumns, TextRow, "CatalogTexts")

  /** What was learnt about every catalog. */
  const known: Effect.Effect<ReadonlyMap<string, Boilerplate>, SqlError.SqlError | DatabaseError> = Effect.gen(
    function* () {
      const rows =
        yield* sql`SELECT ${sql.literal(catalogColumns.sql)} FROM crosswalk_catalog WHERE boilerplate IS NOT NULL`
      const decoded = yield* Effect.forEach(rows, decodeCatalog)
      return new Map(decoded.map(({ id, boilerplate }) => [id, boilerplate]))
    }
  )

  /** The text of a reference as of now. */
  const reader = Effect.map(
    known,
    (known) => (reference: ReferenceInput) => textOf(reference, known.get(reference.catalog ?? "") ?? none)
  )

  /** A query without the opening that the texts it is compared with have lost too. */
  const queryText = Effect.fnUntraced(function* (query: string, catalog: string | undefined) {
    const catalogs = yield* known
    const openings = [...catalogs].flatMap(([id, { openings }]) =>
      catalog === undefined || catalog === id ? openings : []
    )
    return withoutOpening(
      query,
      openings.toSorted((a, b) => b.length - a.length)
    )
  })

  /** Notes the text hashes that are not right any more; their vectors go. */
  const rehash = Effect.fnUntraced(function* (catalog: string) {
    const read = yield* reader
    let after = NaturalPages.start
    while (true) {
      const rows = yield* Effect.flatMap(
        sql`
          SELECT r.id, ${sql.literal(ReferenceRow.columns.sql)} FROM crosswalk_reference AS r
          WHERE r.catalog = ${catalog} AND ${NaturalPages.behind(sql, after)}
          ORDER BY ${NaturalPages.order(sql)} LIMIT ${Math.max(pageSize, ServerWrites.sizeOf(sql).rows)}`,
        Effect.forEach(decodeReference)
      )
      const last = rows.at(-1)
      if (last === undefined) return
      const changed = rows.flatMap((row) => {
        const textHash = ReferenceRow.hashOf(read(ReferenceRow.toReference(row)))
        return textHash === row.text_hash ? [] : [{ id: row.id, textHash }]
      })
      yield* storeTextHashes(sql, changed)
      after = last
    }
  })

  /**
   * Learns what the texts of a catalog repeat and keeps it with the catalog; what is known already stays unless it is to
   * be `refresh`ed. Vectors whose text reads differently now are gone until the next update.
   */
  const learn = Effect.fnUntraced(function* (catalog: string, refresh: boolean) {
    const before = (yield* known).get(catalog)
    if (before !== undefined && !refresh) return before
    const texts = yield* Effect.flatMap(
      sql`
      SELECT ${sql.literal(textColumns.sql)} FROM crosswalk_reference
      WHERE catalog = ${catalog} AND id % (
        1 + (SELECT count(*) FROM crosswalk_reference WHERE catalog = ${catalog}) / ${sql.literal(String(sampleSize))}) = 0`,
      Effect.forEach(decodeText)
    )
    const learnt = learnBoilerplate(texts)
    const keeping = Effect.gen(function* () {
      const kept = yield* sql`UPDATE crosswalk_catalog SET boilerplate = ${JSON.stringify(learnt)}
        WHERE id = ${catalog} RETURNING 1`
      yield* Hindrance.requireAll(sql, "crosswalk_catalog", {
        rows: kept.length,
        most: 1,
        left: sql`SELECT 1 FROM crosswalk_catalog WHERE id = ${catalog}`
      })
    })
    yield* ServerWrites.repeatable(sql)(keeping)
    yield* rehash(catalog)
    return learnt
  })

  return { reader, queryText, learn }
})
