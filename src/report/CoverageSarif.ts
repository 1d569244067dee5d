import { createHash } from "node:crypto"
import type { CoverageReport } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"

/** What SARIF says beside the report. */
export interface SarifOptions {
  /** The version of the program. Default: none. */
  readonly version?: string | undefined
  /** The file of the repository that results point at, such as the requirements; GitHub shows only results that have one. */
  readonly file?: string | undefined
}

const rules = [
  ["uncovered", "error", "A reference is not covered"],
  ["partly-covered", "warning", "A reference is covered in part only"],
  ["exception-expired", "error", "An exception has run out"],
  ["needs-review", "warning", "A decision is about a text that has changed since"],
  ["unlinked", "warning", "A reference leads to nothing of the other catalog"]
] as const

type Rule = (typeof rules)[number][0]

/** The report as SARIF 2.1.0: a result for each reference that is not well covered, or leads to nothing. */
export const render = (report: CoverageReport, { file, version }: SarifOptions): string => {
  const { expired, needsReview, partly, uncovered, unlinked } = CoverageSummary.findingsOf(report)
  const result = (rule: Rule, uri: string, title: string, text: string) => {
    const ruleIndex = rules.findIndex(([id]) => id === rule)
    return {
      ruleId: rule,
      ruleIndex,
      level: rules[ruleIndex]?.[1] ?? "warning",
      message: { text: `${uri} (${title}) ${text}` },
      locations: [
        {
          ...(file === undefined
            ? {}
            : {
                physicalLocation: {
                  artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
                  region: { startLine: 1 }
                }
              }),
          logicalLocations: [{ name: uri, fullyQualifiedName: uri }]
        }
      ],
      partialFingerprints: {
        "crosswalkReference/v1": createHash("sha256")
          .update(JSON.stringify([rule, report.to, report.by, uri]))
          .digest("hex")
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
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "crosswalk",
            version,
            rules: rules.map(([id, level, text]) => ({
              id,
              shortDescription: { text },
              defaultConfiguration: { level }
            }))
          }
        },
        automationDetails: { id: `crosswalk/coverage/${report.to}/${report.by}/` },
        columnKind: "utf16CodeUnits",
        results
      }
    ]
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}
