import type { CoverageReport } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"
import * as Sarif from "./Sarif.ts"

export type { SarifOptions } from "./Sarif.ts"

const rules = [
  { id: "uncovered", level: "error", text: "A reference is not covered" },
  { id: "partly-covered", level: "warning", text: "A reference is covered in part only" },
  { id: "exception-expired", level: "error", text: "An exception has run out" },
  { id: "needs-review", level: "warning", text: "A decision is about a text that has changed since" },
  { id: "unlinked", level: "warning", text: "A reference leads to nothing of the other catalog" }
] as const

type Rule = (typeof rules)[number]["id"]

/** The report as SARIF 2.1.0: a result for each reference that is not well covered, or leads to nothing. */
export const render = (report: CoverageReport, { file, version }: Sarif.SarifOptions): string => {
  const { expired, needsReview, partly, uncovered, unlinked } = CoverageSummary.findingsOf(report)
  const result = (rule: Rule, uri: string, title: string, text: string) => {
    const ruleIndex = rules.findIndex(({ id }) => id === rule)
    return {
      ruleId: rule,
      ruleIndex,
      level: rules[ruleIndex]?.level ?? "warning",
      message: { text: `${uri} (${title}) ${text}` },
      locations: [
        {
          ...(file !== undefined && { physicalLocation: Sarif.physicalLocation(file, 1) }),
          logicalLocations: [Sarif.logicalLocation(uri)]
        }
      ],
      partialFingerprints: {
        "crosswalkReference/v1": Sarif.fingerprint(JSON.stringify([rule, report.to, report.by, uri]))
      }
    }
  }
  const results = [
    ...uncovered
      .filter((one) => !one.expired)
      .map(({ title, uri }) => result("uncovered", uri, title, `is not covered by ${report.by}.`)),
    ...expired.map(({ exception, title, uri }) =>
      result("exception-expired", uri, title, `counts as not covered: its exception ran out on ${exception?.until}.`)
    ),
    ...(report.countPartly ? [] : partly)
      .filter((one) => !one.expired)
      .map(({ by, title, uri }) =>
        result("partly-covered", uri, title, `is covered in part only, by ${by.map((one) => one.uri).join(", ")}.`)
      ),
    ...needsReview.map(({ title, uri }) =>
      result("needs-review", uri, title, "is covered only by decisions on texts that have changed since.")
    ),
    ...unlinked
      .filter((one) => !one.expired)
      .map(({ title, uri }) => result("unlinked", uri, title, `leads to nothing of ${report.to}.`))
  ]
  return Sarif.render(`crosswalk/coverage/${report.to}/${report.by}/`, version, rules, results)
}
