import type { CoveredReference, CoverageReport } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"
import { type Markup, markup } from "./Markup.ts"

const testCase = (suite: string, name: string, inside: Markup): Markup =>
  markup`    <testcase classname="${suite}" name="${name}">${inside}</testcase>
`

const ofReference = (report: CoverageReport, reference: CoveredReference): Markup => {
  const { by, exception, expired, state, title, uri } = reference
  const because = expired ? `its exception ran out on ${exception?.until}` : `nothing of ${report.by} covers it`
  const inside =
    state === "uncovered"
      ? markup`<failure type="uncovered" message="${because}">${uri} is not covered: ${because}</failure>`
      : state === "partly" && !report.countPartly
        ? markup`<failure type="partly" message="covered in part only">${uri} is covered in part only, by ${by.map((one) => one.uri).join(", ")}</failure>`
        : state === "excepted"
          ? markup`<skipped message="${`${exception?.reason} (${exception?.by}${exception?.until === undefined ? "" : `, until ${exception.until}`})`}"/>`
          : markup``
  return testCase(report.to, `${uri} ${title}`, inside)
}

interface Suite {
  readonly name: string
  readonly cases: ReadonlyArray<Markup>
  readonly failures: number
  readonly skipped: number
}

const suiteOf = ({ cases, failures, name, skipped }: Suite): Markup =>
  markup`  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">
${cases}  </testsuite>
`

/** The report as JUnit XML: a suite a chapter, a test a reference; and one suite for what leads to nothing. */
export const render = (report: CoverageReport): string => {
  const fails = ({ state }: CoveredReference) => state === "uncovered" || (state === "partly" && !report.countPartly)
  const chapters = [...Map.groupBy(report.references, ({ chapter }) => chapter)].map(
    ([chapter, references]): Suite => ({
      name: chapter === "" ? report.to : `${report.to} ${chapter}`,
      cases: references.map((reference) => ofReference(report, reference)),
      failures: references.filter(fails).length,
      skipped: references.filter(({ state }) => state === "excepted").length
    })
  )
  const loose = [...report.unlinked, ...report.unlinkedExcepted]
  const suites = [
    ...chapters,
    ...(loose.length === 0
      ? []
      : [
          {
            name: `${report.by} leading to nothing`,
            cases: loose.map(({ exception, expired, title, uri }) =>
              testCase(
                report.by,
                `${uri} ${title}`,
                exception !== undefined && !expired
                  ? markup`<skipped message="${exception.reason}"/>`
                  : markup`<failure type="unlinked" message="it leads to nothing of ${report.to}">${uri} leads to nothing of ${report.to}</failure>`
              )
            ),
            failures: report.unlinked.length,
            skipped: report.unlinkedExcepted.length
          }
        ])
  ]
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0)
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${CoverageSummary.titleOf(report)}" tests="${sum(({ cases }) => cases.length)}" failures="${sum(({ failures }) => failures)}" errors="0" skipped="${sum(({ skipped }) => skipped)}">
${suites.map(suiteOf)}</testsuites>
`.toString()
}
