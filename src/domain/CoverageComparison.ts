import { Schema } from "effect"
import { CoverageCounts, CoverageReport, CoverageState } from "./Coverage.ts"

/** A reference whose coverage is another than it was. */
export const CoverageMove = Schema.Struct({
  uri: Schema.String,
  title: Schema.String,
  before: CoverageState,
  after: CoverageState
})
export type CoverageMove = typeof CoverageMove.Type

/** A report of coverage beside an earlier one. */
export class CoverageComparison extends Schema.Class<CoverageComparison>("crosswalk/CoverageComparison")({
  report: CoverageReport,
  /** The counts of the earlier report. */
  before: CoverageCounts,
  /** What was covered (or excepted), wholly or in part, and is less so now. */
  lost: Schema.Array(CoverageMove),
  /** What is covered (or excepted), wholly or in part, and was less so then. */
  gained: Schema.Array(CoverageMove)
}) {}

const rank: Readonly<Record<CoverageState, number>> = { covered: 2, excepted: 2, partly: 1, uncovered: 0 }

/** Compares a report with an earlier one; what only one of the two has is in neither list. */
export const compare = (report: CoverageReport, earlier: CoverageReport): CoverageComparison => {
  const now = new Map(report.references.map(({ state, uri }) => [uri, state]))
  const moves = earlier.references.flatMap(({ state: before, title, uri }) => {
    const after = now.get(uri)
    return after === undefined ? [] : { uri, title, before, after }
  })
  const { covered, excepted, partly, percent, total, uncovered } = earlier
  return new CoverageComparison({
    report,
    before: { covered, excepted, partly, percent, total, uncovered },
    lost: moves.filter(({ after, before }) => rank[after] < rank[before]),
    gained: moves.filter(({ after, before }) => rank[after] > rank[before])
  })
}
