import type { CoverageGroup, CoverageReport } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"
import { headlineOf } from "./Headline.ts"
import { escapeMarkdown as text } from "./Markup.ts"

const cell = (group: CoverageGroup | undefined): string =>
  group === undefined
    ? ""
    : `${CoverageSummary.percentText(group.percent)} (${CoverageSummary.counted(group)}/${group.total})`

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const table = (report: CoverageReport): ReadonlyArray<string> => {
  const levels = report.levels.map(({ level }) => level)
  const shown = levels.length > 1 ? levels : []
  return [
    row(["Chapter", ...shown.map((level) => text(CoverageSummary.levelText(report, level))), "All"]),
    row(["---", ...shown.map(() => "---:"), "---:"]),
    ...report.chapters.map((chapter) =>
      row([
        text(chapter.chapter === "" ? "(no chapter)" : chapter.chapter),
        ...shown.map((level) =>
          cell(report.cells.find((one) => one.chapter === chapter.chapter && one.level === level))
        ),
        cell(chapter)
      ])
    )
  ]
}

const list = (
  heading: string,
  entries: ReadonlyArray<{ readonly uri: string; readonly title: string; readonly text?: string | undefined }>
): ReadonlyArray<string> =>
  entries.length === 0
    ? []
    : [
        "",
        `## ${heading} (${entries.length})`,
        "",
        ...entries.map((entry) => `- ${text(entry.uri)}: ${text(headlineOf(entry).replace(/\s+/gu, " "))}`)
      ]

/** The report as Markdown, such as for the summary of a workflow or a comment. */
export const render = (report: CoverageReport): string => {
  const { expired, needsReview, partly, uncovered, unknownExceptions, unlinked } = CoverageSummary.findingsOf(report)
  return [
    `# ${text(CoverageSummary.titleOf(report))}`,
    "",
    `**${CoverageSummary.numbersOf(report)}** (${text(CoverageSummary.basisOf(report))})`,
    "",
    ...table(report),
    ...list("Not covered", uncovered),
    ...list("Partly covered", partly),
    ...list("Exceptions that have run out", expired),
    ...list("Covered only by decisions on texts that have changed", needsReview),
    ...list(`Of ${text(report.by)}, leading to nothing`, unlinked),
    ...list(
      "Exceptions for what is in neither catalog",
      unknownExceptions.map(({ reason, reference }) => ({ uri: reference, title: reason }))
    ),
    ""
  ].join("\n")
}
