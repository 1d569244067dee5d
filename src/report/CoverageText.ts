import type { CoverageGroup, CoverageReport } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"
import { headlineOf } from "./Headline.ts"
import { joinLines, oneLine, type Safe, safe } from "./Safe.ts"
import { table } from "./TextTable.ts"

type Entry = { readonly uri: string; readonly title: string; readonly text?: string | undefined }

/** How lines are printed. */
export interface Printer {
  readonly bold: (text: string) => Safe
  readonly width: number
}

/** For a file. */
const plain: Printer = { bold: (text) => safe`${text}`, width: 100 }

const cell = (group: CoverageGroup | undefined): string =>
  group === undefined
    ? ""
    : `${CoverageSummary.percentText(group.percent)} (${CoverageSummary.counted(group)}/${group.total})`

/** A coverage report as lines of text: chapters and levels, then by name what is missing, then the numbers. */
export const lines = ({ bold, width }: Printer, report: CoverageReport): ReadonlyArray<Safe> => {
  const { expired, needsReview, partly, uncovered, unknownExceptions, unlinked } = CoverageSummary.findingsOf(report)
  const levels = report.levels.length > 1 ? report.levels.map(({ level }) => level) : []
  const list = (heading: string, entries: ReadonlyArray<Entry>): ReadonlyArray<Safe> =>
    entries.length === 0
      ? []
      : [
          safe``,
          safe`${bold(`${heading} (${entries.length})`)}`,
          ...entries.map((entry) => safe`  ${entry.uri}  ${oneLine(headlineOf(entry), width)}`)
        ]
  return [
    bold(CoverageSummary.titleOf(report)),
    safe`${CoverageSummary.basisOf(report)}`,
    safe``,
    ...table([
      ["chapter", ...levels.map((level) => CoverageSummary.levelText(report, level)), "all"],
      ...report.chapters.map((chapter) => [
        chapter.chapter === "" ? "(no chapter)" : chapter.chapter,
        ...levels.map((level) =>
          cell(report.cells.find((one) => one.chapter === chapter.chapter && one.level === level))
        ),
        cell(chapter)
      ])
    ]),
    ...list("Not covered", uncovered),
    ...list("Partly covered", partly),
    ...list("Exceptions that have run out", expired),
    ...list("Covered only by decisions on texts that have changed", needsReview),
    ...list(`Of ${report.by}, leading to nothing`, unlinked),
    ...list(
      "Exceptions for what is in neither catalog",
      unknownExceptions.map(({ reason, reference }) => ({ uri: reference, title: reason }))
    ),
    safe``,
    bold(CoverageSummary.numbersOf(report))
  ]
}

/** A coverage report as plain text. Characters that a terminal would act on are written as escapes. */
export const render = (report: CoverageReport): string => `${joinLines(lines(plain, report))}\n`
