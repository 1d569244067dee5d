import { Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { CoverageLink } from "../domain/Coverage.ts"
import { RelationStatus, RelationType } from "../domain/Relation.ts"
import { JsonValue } from "../domain/Text.ts"
import type { Filter } from "../domain/Filter.ts"
import * as Columns from "./Columns.ts"
import * as FilterSql from "./FilterSql.ts"
import { isOf } from "./RelationFilterSql.ts"
import * as PinRows from "./PinRows.ts"
import * as RelationRow from "./RelationRow.ts"

/** How many characters of a description are read; one more tells that it is cut. */
const textLength = 300

const linkColumns = Columns.make(
  "relation",
  {
    sources: RelationRow.listOf("source", "r.uri", "r.catalog"),
    targets: RelationRow.listOf("target", "r.uri", "r.catalog"),
    type: "x.type",
    status: "x.status",
    confidence: Columns.real("x.confidence"),
    needs_review: { json: PinRows.needsReview }
  },
  ["sources", "targets"]
)

const LinkRow = Schema.Struct({
  id: Schema.Int,
  sources: Schema.NonEmptyArray(RelationRow.End),
  targets: Schema.Array(RelationRow.End),
  type: RelationType,
  status: RelationStatus,
  confidence: Schema.Finite,
  needs_review: Schema.Int
})

const entryColumns = Columns.make("reference", {
  uri: "r.uri",
  title: "r.title",
  text: `substr(r.description, 1, ${textLength + 1})`,
  metadata: "r.metadata"
})

const EntryRow = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  title: Schema.String,
  text: Schema.NullOr(Schema.String),
  chosen: Schema.Int,
  metadata: Schema.NullOr(Schema.fromJsonString(JsonValue))
})

/** A reference with the beginning of its description, and whether a filter chooses it. */
export type Entry = typeof EntryRow.Type

/** A relation, with the catalog of each of its ends. */
export interface Link {
  readonly link: CoverageLink
  readonly catalogs: ReadonlyMap<string, string | null>
}

/** The beginning of a description, where there is any. */
export const textOf = ({ text }: Entry): { readonly text?: string } => {
  if (text === null || text.trim() === "") return {}
  const characters = [...text]
  return {
    text:
      characters.length > textLength
        ? `${characters
            .slice(0, textLength - 1)
            .join("")
            .trimEnd()}…`
        : text
  }
}

/** How many rows are read at a time; a local statement holds the event loop. */
const pageSize = 2_000

/** Reads whole catalogs and all relations between them, without the texts. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeLink = Columns.decoder(linkColumns, LinkRow, "Coverage.report")
  const decodeEntry = Columns.decoder(entryColumns, EntryRow, "Coverage.report")

  /** The requirements of a catalog, in no order that means anything. */
  const entries = Effect.fnUntraced(function* (catalog: string, filter?: Filter) {
    const all: Array<Entry> = []
    for (let after = 0, size = pageSize; size === pageSize; ) {
      const rows = yield* Effect.flatMap(
        sql`SELECT r.id, ${sql.literal(entryColumns.sql)}, (${FilterSql.conditions(sql, filter)}) IS TRUE AS chosen
          FROM crosswalk_reference AS r
          WHERE r.catalog = ${catalog} AND r.role = 'requirement' AND r.id > ${after} ORDER BY r.id LIMIT ${pageSize}`,
        Effect.forEach(decodeEntry)
      )
      all.push(...rows)
      size = rows.length
      after = rows.at(-1)?.id ?? after
      yield* Effect.yieldNow
    }
    return all
  })

  /** The relations with a source and a target of these catalogs, but for those that say there is none. */
  const links = Effect.fnUntraced(function* (
    catalogs: ReadonlyArray<string>,
    status: ReadonlyArray<typeof RelationStatus.Type>,
    minConfidence: number
  ) {
    const all: Array<Link> = []
    const isAmong = (side: RelationRow.Side) => Statement.or(catalogs.map((catalog) => isOf(sql, side, catalog)))
    for (let after = 0, size = pageSize; size === pageSize; ) {
      const rows = yield* Effect.flatMap(
        sql`SELECT x.id, ${sql.literal(linkColumns.sql)}
          FROM ${sql.literal(RelationRow.from)}
          WHERE x.id > ${after} AND x.type <> 'no-relationship' AND ${sql.in("x.status", status)}
            AND x.confidence >= ${minConfidence} AND ${isAmong("source")} AND ${isAmong("target")}
          ORDER BY x.id LIMIT ${pageSize}`,
        Effect.forEach(decodeLink)
      )
      for (const { confidence, needs_review, sources, status, targets, type } of rows) {
        const link = {
          sources: RelationRow.urisOf(sources),
          targets: targets.map(([uri]) => uri),
          type,
          status,
          confidence,
          needsReview: needs_review !== 0
        }
        all.push({ link, catalogs: new Map([...sources, ...targets].map(([uri, catalog = null]) => [uri, catalog])) })
      }
      size = rows.length
      after = rows.at(-1)?.id ?? after
      yield* Effect.yieldNow
    }
    return all
  })

  return { entries, links }
})
