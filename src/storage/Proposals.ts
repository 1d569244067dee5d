import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { CalibrationFilter } from "../domain/CalibrationFilter.ts"
import { type Basis, type Proposal, proposalOf, suggestMethod } from "../domain/Proposal.ts"
import { Provenance, RelationStatus } from "../domain/Relation.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as Hindrance from "./Hindrance.ts"
import { decodeRow } from "./Decoding.ts"

/** Two catalogs: the one that is answered, and the one it is answered from. */
export interface Pair {
  readonly from: string
  readonly to: string
}

/** A suggestion of two catalogs as it is stored. */
export interface StoredProposal {
  readonly id: number
  /** The URI of the reference. */
  readonly source: string
  readonly status: RelationStatus
  readonly confidence: number
  readonly proposal: Proposal
}

/** What is known of a reference in another catalog. */
export interface Answered {
  /** Something was accepted. */
  readonly isAnswered: boolean
  /** Something is suggested that nobody decided on. */
  readonly isOpen: boolean
}

/** How many confidences one statement writes. */
const groupSize = 500

const proposalColumns = Columns.make(
  "proposal",
  {
    id: "x.id",
    source: "s.uri",
    status: "x.status",
    confidence: Columns.real("x.confidence"),
    provenance: "x.provenance"
  },
  ["source"]
)

const ProposalRow = Schema.Struct({
  id: Schema.Int,
  source: Schema.String,
  status: RelationStatus,
  confidence: Schema.Finite,
  provenance: Schema.fromJsonString(Provenance)
})

/** An open suggestion in numbers: of a large catalog there are tens of thousands. */
const OpenRow = Schema.Struct({
  id: Schema.Int,
  confidence: Schema.Finite,
  probability: Schema.Finite,
  decisions: Schema.NullOr(Schema.Finite)
})

const basisColumns = Columns.make(
  "basis",
  {
    from: "s.catalog",
    to: "t.catalog",
    method: "x.provenance ->> '$.method'",
    model: "x.provenance ->> '$.model'",
    set: "x.provenance ->> '$.calibration'"
  },
  ["from", "to"]
)

const BasisRow = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  method: Schema.String,
  model: Schema.NullOr(Schema.String),
  set: Schema.NullOr(Schema.String)
})

/** Relations `x` of one source `s` and one target `t`. */
const pairs = `crosswalk_relation AS x
  JOIN crosswalk_relation_end AS a ON a.relation_id = x.id AND a.side = 'source'
  JOIN crosswalk_reference AS s ON s.id = a.reference_id
  JOIN crosswalk_relation_end AS b ON b.relation_id = x.id AND b.side = 'target'
  JOIN crosswalk_reference AS t ON t.id = b.reference_id`

const probability = "x.provenance ->> '$.scores.uncalibrated'"
const decisions = "x.provenance ->> '$.scores.decisions'"
const isFirst = "x.provenance ->> '$.scores.rank' = 1"
const isProposal = `${probability} IS NOT NULL`

/** Suggestions as they are stored, and their confidences. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeProposal = Columns.decoder(proposalColumns, ProposalRow, "Review.calibrations")
  const decodeBasis = Columns.decoder(basisColumns, BasisRow, "Review.calibrations")
  const decodeOpen = decodeRow(Schema.Array(OpenRow), "Review.decide")
  const source = sql.literal(pairs)

  const read = Effect.fnUntraced(function* (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) {
    const found: Array<StoredProposal> = []
    for (const row of rows) {
      const { provenance, ...rest } = yield* decodeProposal(row)
      const proposal = proposalOf(provenance)
      if (proposal !== undefined) found.push({ ...rest, proposal })
    }
    return found
  })

  /** The first proposals of two catalogs, also those that were decided on, in the natural order of their sources. */
  const firsts = ({ from, to }: Pair) =>
    Effect.flatMap(
      sql`SELECT ${sql.literal(proposalColumns.sql)} FROM ${source}
        WHERE s.catalog = ${from} AND t.catalog = ${to} AND ${sql.literal(isFirst)} ORDER BY s.natural, s.uri, t.uri`,
      read
    )

  /** The suggestions of two catalogs that nobody decided on and `basis` made; of the corrected ones only, where asked for. */
  const open = Effect.fnUntraced(function* ({ from, to }: Pair, basis: Basis, onlyCorrected: boolean) {
    const rows = yield* sql`SELECT x.id, x.confidence, ${sql.literal(probability)} AS probability,
        ${sql.literal(decisions)} AS decisions
      FROM ${source}
      WHERE s.catalog = ${from} AND t.catalog = ${to} AND x.status = 'suggested'
        AND ${sql.literal(probability)} BETWEEN 0 AND 1
        AND x.provenance ->> '$.method' = ${suggestMethod + basis.method}
        AND x.provenance ->> '$.model' IS ${basis.model ?? null}
        AND coalesce(x.provenance ->> '$.calibration', '') = ${basis.set}
        AND ${
          onlyCorrected
            ? sql.literal(`x.id IN (SELECT x.id FROM crosswalk_relation AS x
                WHERE x.status = 'suggested' AND ${decisions} IS NOT NULL)`)
            : sql.literal("true")
        }`
    return yield* decodeOpen(rows)
  })

  /** What suggestions there are of which catalogs, made by what. */
  const bases = Effect.fnUntraced(function* ({ from, to }: CalibrationFilter, ids?: ReadonlyArray<number>) {
    const among =
      ids === undefined ? sql.literal("true") : sql`x.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
    const rows = yield* sql`SELECT DISTINCT ${sql.literal(basisColumns.sql)} FROM ${source}
      WHERE x.status = 'suggested' AND ${sql.literal(isProposal)} AND ${among}
        AND substr(x.provenance ->> '$.method', 1, ${suggestMethod.length}) = ${suggestMethod}
        AND (${from ?? null} IS NULL OR s.catalog = ${from ?? null} OR t.catalog = ${from ?? null})
        AND (${to ?? null} IS NULL OR s.catalog = ${to ?? null} OR t.catalog = ${to ?? null})
        AND s.catalog IS NOT NULL AND t.catalog IS NOT NULL`
    const decoded = yield* Effect.forEach(rows, decodeBasis)
    return decoded.map(({ from, method, model, set, to }): Pair & Basis => ({
      from,
      to,
      method: method.slice(suggestMethod.length),
      model: model ?? undefined,
      set: set ?? ""
    }))
  })

  /** Writes other confidences. What a confidence is belongs to the decisions; the relation itself did not change. */
  const setConfidences = Effect.fnUntraced(function* (
    changes: ReadonlyArray<{
      readonly id: number
      readonly confidence: number
      /** How many decisions it rests on; absent where there are too few. */
      readonly decisions: number | undefined
    }>
  ) {
    for (const chunk of chunks(changes, groupSize)) {
      const changed = yield* sql`UPDATE crosswalk_relation SET confidence = j.value ->> '$.confidence',
          provenance = CASE WHEN j.value ->> '$.decisions' IS NULL
            THEN json_remove(crosswalk_relation.provenance, '$.scores.decisions')
            ELSE json_set(crosswalk_relation.provenance, '$.scores.decisions', j.value ->> '$.decisions') END
        FROM json_each(${JSON.stringify(chunk)}) AS j WHERE crosswalk_relation.id = j.value ->> '$.id' RETURNING 1`
      yield* Hindrance.requireAll(sql, "crosswalk_relation", { rows: changed.length, most: chunk.length })
      yield* Effect.yieldNow
    }
  })

  /** What is known of references in another catalog, by their URIs. */
  const answered = Effect.fnUntraced(function* (uris: ReadonlyArray<string>, to: string) {
    const found = new Map<string, Answered>()
    for (const chunk of chunks(uris, groupSize)) {
      const rows = yield* sql<{ readonly place: number; readonly answered: number; readonly open: number }>`
        SELECT j.key AS place,
          max(x.status = 'accepted' AND x.type <> 'no-relationship') AS answered,
          max(x.status = 'suggested') AS open
        FROM json_each(${JSON.stringify(chunk)}) AS j
          JOIN crosswalk_reference AS r ON r.uri = j.value
          JOIN crosswalk_relation_end AS a ON a.reference_id = r.id AND a.side = 'source'
          JOIN crosswalk_relation AS x ON x.id = a.relation_id
        WHERE EXISTS (SELECT 1 FROM crosswalk_relation_end AS b JOIN crosswalk_reference AS t ON t.id = b.reference_id
          WHERE b.relation_id = x.id AND b.side = 'target' AND t.catalog = ${to})
        GROUP BY j.key`
      for (const { answered, open, place } of rows) {
        found.set(chunk[place] ?? "", { isAnswered: answered === 1, isOpen: open === 1 })
      }
    }
    return found
  })

  return { firsts, open, bases, setConfidences, answered }
})
