import { Effect, Schema } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { RelationStatus, RelationType } from "../domain/Relation.ts"
import { Role } from "../domain/Role.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as PinRows from "./PinRows.ts"
import * as RelationRow from "./RelationRow.ts"

const referenceColumns = Columns.make("reference", {
  uri: "r.uri",
  catalog: "r.catalog",
  identifier: "r.identifier",
  label: "r.label",
  role: "r.role",
  state: "CASE WHEN json_valid(r.metadata) THEN r.metadata ->> '$.status' END",
  uuid: PinRows.uuid
})

const ReferenceRow = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  catalog: Schema.NullOr(Schema.String),
  identifier: Schema.NullOr(Schema.String),
  label: Schema.NullOr(Schema.String),
  role: Role,
  /** What its metadata call its status. */
  state: Schema.NullOr(Schema.Union([Schema.String, Schema.Finite])),
  /** What its metadata say that machines know it by. */
  uuid: Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))
})
/** What relations are checked against: a reference without its texts. */
export type LintReference = typeof ReferenceRow.Type

const relationColumns = Columns.make(
  "relation",
  {
    sources: RelationRow.listOf("source", "r.uri"),
    targets: RelationRow.listOf("target", "r.uri"),
    catalog: "x.catalog",
    type: "x.type",
    status: "x.status",
    needs_review: { json: PinRows.needsReview }
  },
  ["sources", "targets"]
)

const StoredRow = Schema.Struct({
  id: Schema.Int,
  sources: Schema.NonEmptyArray(RelationRow.End),
  targets: Schema.Array(RelationRow.End),
  catalog: Schema.NullOr(Schema.String),
  type: RelationType,
  status: RelationStatus,
  needs_review: Schema.Int
})

/** How many rows are read at a time; a local statement holds the event loop. */
const pageSize = 2_000

/** Reads references and relations to be checked, without the texts. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeReference = Columns.decoder(referenceColumns, ReferenceRow, "Lint")
  const decodeRelation = Columns.decoder(relationColumns, StoredRow, "Lint")

  /** All rows that pass, in the order of their numbers. */
  const all = Effect.fnUntraced(function* <A extends { readonly id: number }, E, E2>(
    page: (after: number) => Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>, E>,
    decode: (row: Readonly<Record<string, unknown>>) => Effect.Effect<A, E2>
  ) {
    const found: Array<A> = []
    for (let after = 0, size = pageSize; size === pageSize; ) {
      const rows = yield* Effect.flatMap(page(after), Effect.forEach(decode))
      for (const row of rows) found.push(row)
      size = rows.length
      after = rows.at(-1)?.id ?? after
      yield* Effect.yieldNow
    }
    return found
  })

  const referencesThat = (condition: Statement.Fragment) =>
    all(
      (after) => sql`SELECT r.id, ${sql.literal(referenceColumns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${after} AND ${condition} ORDER BY r.id LIMIT ${pageSize}`,
      decodeReference
    )

  /** All references of these catalogs. */
  const ofCatalogs = (catalogs: ReadonlyArray<string>) =>
    catalogs.length === 0 ? Effect.succeed([]) : referencesThat(sql.in("r.catalog", catalogs))

  /** The references that are stored under these URIs. */
  const named = (uris: ReadonlyArray<string>) =>
    Effect.map(
      Effect.forEach(chunks(uris, pageSize), (chunk) =>
        referencesThat(sql`r.uri IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`)
      ),
      (found) => found.flat()
    )

  /** The references at the ends of relations. */
  const atEnds = referencesThat(sql`r.id IN (SELECT reference_id FROM crosswalk_relation_end)`)

  /** All relations. */
  const relations = Effect.map(
    all(
      (after) => sql`SELECT x.id, ${sql.literal(relationColumns.sql)} FROM ${sql.literal(RelationRow.from)}
        WHERE x.id > ${after} ORDER BY x.id LIMIT ${pageSize}`,
      decodeRelation
    ),
    (rows) =>
      rows.map((row) => ({
        ...RelationRow.endsOf(row),
        type: row.type,
        status: row.status,
        needsReview: row.needs_review !== 0
      }))
  )

  return { ofCatalogs, named, atEnds, relations }
})
