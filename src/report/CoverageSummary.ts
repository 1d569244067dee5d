import type { CoverageCounts, CoverageReport, CoverageState } from "../domain/Coverage.ts"
import type { RequirementFilter } from "../domain/Filter.ts"
import { format, ofLevel } from "../domain/MetadataCondition.ts"

/** A percentage with one decimal, rounded; but 100.0 means all and 0.0 means none. */
export const percentText = (percent: number): string => {
  const rounded = Math.round(percent * 10 + 1e-9) / 10
  const shown = percent >= 100 || percent <= 0 ? rounded : Math.min(99.9, Math.max(0.1, rounded))
  return `${shown.toFixed(1)} %`
}

/** A filter in words: `level<=2, tag web`; empty where there is none. */
export const filterText = (filter: RequirementFilter | undefined): string =>
  [
    ...(filter?.metadata ?? []).map(format),
    ...(filter?.level === undefined ? [] : [format(ofLevel(filter.level))]),
    ...(filter?.entityType === undefined ? [] : [`type ${filter.entityType}`]),
    ...(filter?.tags ?? []).map((tag) => `tag ${tag}`),
    ...((filter?.anyTags ?? []).length === 0 ? [] : [`tag ${(filter?.anyTags ?? []).join(" or ")}`])
  ].join(", ")

/** A level as the head of a column: `level 1`, and `to level 2` where that counts what is below too. */
export const levelText = ({ cumulative, levels }: CoverageReport, level: string): string =>
  level === "" ? "no level" : cumulative && level !== levels[0]?.level ? `to level ${level}` : `level ${level}`

/** How many count: covered, excepted and, where asked for, partly covered. */
export const counted = ({ percent, total }: CoverageCounts): number => Math.round((percent * total) / 100)

/** The states in words. */
export const stateText: Readonly<Record<CoverageState, string>> = {
  covered: "covered",
  partly: "partly covered",
  uncovered: "not covered",
  excepted: "excepted"
}

/** What the report is about, on one line. */
export const titleOf = ({ by, filter, through, to }: CoverageReport): string =>
  `${to}${filter === undefined ? "" : ` (${filterText(filter)})`} covered by ${by}${through.length === 0 ? "" : ` through ${through.join(" and ")}`}`

/** What counts, on one line. */
export const basisOf = ({ countPartly, includeSuggested, minConfidence, today }: CoverageReport): string =>
  [
    includeSuggested ? "accepted and suggested relations" : "accepted relations",
    ...(minConfidence > 0 ? [`with a confidence of ${minConfidence} or more`] : []),
    ...(countPartly ? ["partly covered counts"] : []),
    `exceptions as of ${today}`
  ].join(", ")

/** The numbers, on one line. */
export const numbersOf = (report: CoverageReport): string =>
  `${percentText(report.percent)} of ${report.total}: ${report.covered} covered, ${report.partly} partly, ` +
  `${report.uncovered} not, ${report.excepted} excepted`

/** What needs somebody's attention. */
export const findingsOf = (report: CoverageReport) => ({
  uncovered: report.references.filter(({ state }) => state === "uncovered"),
  partly: report.references.filter(({ state }) => state === "partly"),
  expired: [
    ...report.references.filter(({ expired, state }) => expired && state !== "covered"),
    ...report.unlinked.filter(({ expired }) => expired)
  ],
  needsReview: report.references.filter(({ needsReview }) => needsReview),
  unlinked: report.unlinked,
  unknownExceptions: report.unknownExceptions
})
