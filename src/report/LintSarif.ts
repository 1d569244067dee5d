import { createHash } from "node:crypto"
import { type LintFinding, type LintReport, lintRules, type LintSeverity } from "../domain/Lint.ts"
import type { SarifOptions } from "./CoverageSarif.ts"

const levels: Readonly<Record<LintSeverity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  hint: "note"
}

const rules = Object.entries(lintRules)

/** The line that a place names; the first where it names none. */
const lineOf = (at: string | undefined): number => Math.max(1, Number(/\bline (\d+)/u.exec(at ?? "")?.[1] ?? 1))

const locationsOf = ({ at, sources, targets }: LintFinding, file: string | undefined) => {
  const names = [...(at === undefined ? [] : [at]), ...sources, ...targets]
  if (file === undefined && names.length === 0) return []
  return [
    {
      ...(file !== undefined && {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
          region: { startLine: lineOf(at) }
        }
      }),
      ...(names.length > 0 && { logicalLocations: names.map((name) => ({ name, fullyQualifiedName: name })) })
    }
  ]
}

/** What tells a finding apart from others of its report, wherever it stands in the file. */
const fingerprints = (findings: ReadonlyArray<LintFinding>): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return findings.map(({ message, rule, sources, targets }) => {
    const said = JSON.stringify([rule, sources, targets, sources.length + targets.length === 0 ? message : ""])
    const times = seen.get(said) ?? 0
    seen.set(said, times + 1)
    return createHash("sha256")
      .update(`${said}${times === 0 ? "" : times}`)
      .digest("hex")
  })
}

/** The findings as SARIF 2.1.0. They point at the file that was checked, or at the one that is said. */
export const render = (report: LintReport, { file = report.source, version }: SarifOptions): string => {
  const prints = fingerprints(report.findings)
  const results = report.findings.map((finding, i) => ({
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(([id]) => id === finding.rule),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: locationsOf(finding, file),
    partialFingerprints: { "crosswalkRelation/v1": prints[i] }
  }))
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "crosswalk",
            version,
            rules: rules.map(([id, [severity, text]]) => ({
              id,
              shortDescription: { text },
              defaultConfiguration: { level: levels[severity] }
            }))
          }
        },
        automationDetails: { id: `crosswalk/lint/${report.source ?? ""}/` },
        columnKind: "utf16CodeUnits",
        results
      }
    ]
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}
