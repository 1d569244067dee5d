import type { LintFinding, LintReport } from "../domain/Lint.ts"
import { joinLines, padEnd, type Safe, safe } from "./Safe.ts"

/** How lines are printed. */
export interface Printer {
  readonly bold: (text: string) => Safe
  readonly bad: (text: string) => Safe
}

/** For a file. */
const plain: Printer = { bold: (text) => safe`${text}`, bad: (text) => safe`${text}` }

const several = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`

/** What was found, in numbers. */
export const numbersOf = ({ errors, hints, relations, source, warnings }: LintReport): string => {
  const found = `${several(errors, "error")}, ${several(warnings, "warning")}, ${several(hints, "hint")}`
  return `${source === undefined ? "" : `${source}, `}${several(relations, "relation")}: ${found}`
}

/** Where in the file a finding is. */
const placeOf = ({ source }: LintReport, { at }: LintFinding): string =>
  at === undefined || at === source ? "" : `${at}: `

/** The findings as lines, a line each, then the numbers. */
export const lines = ({ bad, bold }: Printer, report: LintReport): ReadonlyArray<Safe> => {
  const wide = Math.max(0, ...new Set(report.findings.map(({ rule }) => rule.length)))
  return [
    ...report.findings.map((finding) => {
      const severity = finding.severity === "error" ? bad("error") : safe`${finding.severity}`
      const space = " ".repeat("warning".length - finding.severity.length)
      return safe`${severity}${space}  ${padEnd(finding.rule, wide)}  ${placeOf(report, finding)}${finding.message}`
    }),
    ...(report.findings.length > 0 ? [safe``] : []),
    bold(numbersOf(report))
  ]
}

/** The findings as plain text. Characters that a terminal would act on are written as escapes. */
export const render = (report: LintReport): string => `${joinLines(lines(plain, report))}\n`
