import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Identifier from "../domain/Identifier.ts"
import * as Columns from "./Columns.ts"
import { namedColumns } from "./ReferenceRow.ts"

/** How many references are named by one statement. */
const pageSize = 1000

const columns = Columns.make("reference", { uri: "r.uri", catalog: "r.catalog", content_hash: "r.content_hash" })

const Row = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  catalog: Schema.NullOr(Schema.String),
  content_hash: Schema.String
})

const decode = Columns.decoder(columns, Row, "Migrations.run")

/**
 * Gives the references of a database made before identifiers were stored the one that their URI holds, and the order. The
 * hash of the content goes along, so that importing the same again changes nothing.
 */
export const fill = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  for (let after = 0, size = pageSize; size === pageSize; ) {
    const rows = yield* Effect.flatMap(
      sql`SELECT r.id, ${sql.literal(columns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${after} ORDER BY r.id LIMIT ${pageSize}`,
      Effect.forEach(decode)
    )
    const named = rows.map(({ catalog, content_hash, id, uri }) => {
      const identifier = (catalog === null ? undefined : Identifier.ofUri(uri, catalog)) ?? null
      const columns = namedColumns({ uri, identifier, label: null, role: "requirement" }, content_hash)
      return [id, identifier, columns.identifierNormal, columns.natural, columns.contentHash]
    })
    yield* sql`
      UPDATE crosswalk_reference AS r SET identifier = j.value ->> '$[1]', identifier_normal = j.value ->> '$[2]',
        natural = j.value ->> '$[3]', content_hash = j.value ->> '$[4]'
      FROM json_each(${JSON.stringify(named)}) AS j WHERE r.id = j.value ->> '$[0]'`
    size = rows.length
    after = rows.at(-1)?.id ?? after
  }
})
