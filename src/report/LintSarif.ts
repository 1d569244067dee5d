import { type LintFinding, type LintReport, lintRules, type LintSeverity } from "../domain/Lint.ts"
import * as Sarif from "./Sarif.ts"

const levels: Readonly<Record<LintSeverity, Sarif.SarifLevel>> = {
  error: "error",
  warning: "warning",
  hint: "note"
}

const rules = Object.entries(lintRules).map(([id, [severity, text]]) => ({ id, level: levels[severity], text }))

/** The line that a place names; the first where it names none. */
const lineOf = (at: string | undefined): number => Math.max(1, Number(/\bline (\d+)/u.exec(at ?? "")?.[1] ?? 1))

const locationsOf = ({ at, sources, targets }: LintFinding, file: string | undefined) => {
  const names = [...(at === undefined ? [] : [at]), ...sources, ...targets]
  if (file === undefined && names.length === 0) return []
  return [
    {
      ...(file !== undefined && { physicalLocation: Sarif.physicalLocation(file, lineOf(at)) }),
      ...(names.length > 0 && { logicalLocations: names.map(Sarif.logicalLocation) })
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
    return Sarif.fingerprint(`${said}${times === 0 ? "" : times}`)
  })
}

/** The findings as SARIF 2.1.0. They point at the file that was checked, or at the one that is said. */
export const render = (report: LintReport, { file = report.source, version }: Sarif.SarifOptions): string => {
  const prints = fingerprints(report.findings)
  const results = report.findings.map((finding, i) => ({
    ruleId: finding.rule,
    ruleIndex: rules.findIndex(({ id }) => id === finding.rule),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: locationsOf(finding, file),
    partialFingerprints: { "crosswalkRelation/v1": prints[i] }
  }))
  return Sarif.render(`crosswalk/lint/${report.source ?? ""}/`, version, rules, results)
}
