import { describe, expect, it } from "@effect/vitest"
import { LintReport, LintRule, lintRules } from "../../src/domain/Lint.ts"
import * as LintDocument from "../../src/report/LintDocument.ts"
import * as Sarif from "../../src/report/Sarif.ts"

const hostile = `<b>"1"</b> \u001b[2J ‮ \n"quoted"\\`

const report = new LintReport({
  source: "maps/our pairs.csv",
  format: "csv",
  relations: 4,
  errors: 2,
  warnings: 1,
  hints: 1,
  findings: [
    { rule: "swapped-columns", severity: "error", sources: [], targets: [], message: "All are exchanged." },
    { rule: "look-alike", severity: "error", at: "line 12, source", sources: [hostile], targets: [], message: hostile },
    { rule: "duplicate", severity: "warning", at: "$.maps[3]", sources: ["a:1"], targets: ["b:1"], message: "Twice." },
    { rule: "duplicate", severity: "hint", at: "$.maps[4]", sources: ["a:1"], targets: ["b:1"], message: "Twice." }
  ]
})

describe("the rules", () => {
  it("are a closed set, with what each finds", () => {
    expect(Object.keys(lintRules)).toEqual(LintRule.literals)
  })
})

describe("SARIF", () => {
  it("has the URI of a file, also where its path is one of Windows", () => {
    expect(Sarif.physicalLocation("maps\\our pairs.csv", 3).artifactLocation.uri).toBe("maps/our%20pairs.csv")
  })

  const log = JSON.parse(LintDocument.render(report, "sarif", { version: "1.2.3" }))
  const [run] = log.runs

  it("has what version 2.1.0 requires, and rules for all results", () => {
    expect(log.version).toBe("2.1.0")
    expect(log.$schema).toMatch(/sarif-2\.1\.0/u)
    expect(run.tool.driver).toMatchObject({ name: "crosswalk", version: "1.2.3" })
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
      expect(["error", "warning", "note", "none"]).toContain(result.level)
      expect(result.message.text).not.toBe("")
      expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe("maps/our%20pairs.csv")
      expect(result.partialFingerprints["crosswalkRelation/v1"]).toMatch(/^[0-9a-f]{64}$/u)
    }
    const prints = run.results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints))
    expect(new Set(prints).size).toBe(prints.length)
  })

  it("points at the line, or at the path inside where there are none", () => {
    const places = run.results.map(
      (one: {
        locations: ReadonlyArray<{
          physicalLocation: { region: { startLine: number } }
          logicalLocations?: ReadonlyArray<{ name: string }>
        }>
      }) => [
        one.locations[0]?.physicalLocation.region.startLine,
        one.locations[0]?.logicalLocations?.map(({ name }) => name)
      ]
    )
    expect(places).toEqual([
      [1, undefined],
      [12, ["line 12, source", hostile]],
      [1, ["$.maps[3]", "a:1", "b:1"]],
      [1, ["$.maps[4]", "a:1", "b:1"]]
    ])
  })

  it("of what is stored points at no file unless one is said", () => {
    const { source: _source, ...stored } = report
    const of = (options: object) =>
      JSON.parse(LintDocument.render(new LintReport(stored), "sarif", options)).runs[0].results[2].locations[0]
    expect(of({}).physicalLocation).toBeUndefined()
    expect(of({ file: "r.csv" }).physicalLocation.artifactLocation.uri).toBe("r.csv")
  })
})

describe("text and JSON", () => {
  it("have a line for each finding, and nothing that a terminal acts on", () => {
    const text = LintDocument.render(report, "table")
    expect(text).not.toContain("\u001b")
    expect(text).not.toContain("\u202e")
    expect(text.trimEnd().split("\n")).toMatchObject(
      [
        "error    swapped-columns  All are exchanged.",
        /^error {4}look-alike {7}line 12, source: /u,
        "warning  duplicate        $.maps[3]: Twice.",
        "hint     duplicate        $.maps[4]: Twice.",
        "",
        "maps/our pairs.csv, 4 relations: 2 errors, 1 warning, 1 hint"
      ].map((line) => (typeof line === "string" ? line : expect.stringMatching(line)))
    )
    expect(LintDocument.render(report, "json")).not.toContain("\u202e")
    expect(JSON.parse(LintDocument.render(report, "json")).findings).toEqual(report.findings)
  })
})
