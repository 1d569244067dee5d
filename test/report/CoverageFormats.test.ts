import { compare } from "../../src/domain/CoverageComparison.ts"
import { describe, expect, it } from "@effect/vitest"
import { DateTime, Effect, Stream } from "effect"
import { SaxesParser } from "saxes"
import * as CoverageCsv from "../../src/report/CoverageCsv.ts"
import * as CoverageGroups from "../../src/crosswalk/CoverageGroups.ts"
import * as CoverageHtml from "../../src/report/CoverageHtml.ts"
import * as CoverageJUnit from "../../src/report/CoverageJUnit.ts"
import * as CoverageMarkdown from "../../src/report/CoverageMarkdown.ts"
import * as CoverageSarif from "../../src/report/CoverageSarif.ts"
import * as CoverageSummary from "../../src/report/CoverageSummary.ts"
import * as CsvTable from "../../src/importer/text/CsvTable.ts"
import type { Graph } from "../../src/crosswalk/Graph.ts"
import * as GraphDot from "../../src/report/GraphDot.ts"
import * as GraphSvg from "../../src/report/GraphSvg.ts"
import { type CoveredReference, CoverageReport, type CoverageState } from "../../src/domain/Coverage.ts"
import { Reference } from "../../src/domain/Reference.ts"
import { Relation } from "../../src/domain/Relation.ts"

const hostile = `<script>alert("1")</script> & ]]> '=\u0001\u001b[2J | \`x\` -->\n"quoted"\\`

const covered = (uri: string, state: CoverageState, more: Partial<CoveredReference> = {}): CoveredReference => ({
  uri,
  title: hostile,
  chapter: `V1 ${hostile}`,
  level: "1",
  state,
  by: state === "covered" || state === "partly" ? [{ uri: `by:${hostile}`, extent: state, path: [] }] : [],
  more: false,
  needsReview: false,
  expired: false,
  ...more
})

const exception = { reference: "to:4", reason: hostile, by: hostile, until: "2026-01-01" }

const reportOf = (references: ReadonlyArray<CoveredReference>) =>
  new CoverageReport({
    to: `to@${hostile}`,
    by: "by@1",
    through: ["c@1"],
    includeSuggested: false,
    minConfidence: 0,
    countPartly: false,
    today: "2026-06-01",
    ...CoverageGroups.countsOf(references, false),
    ...CoverageGroups.groupsOf(references, false),
    references,
    unlinked: [{ uri: "by:9", title: hostile, expired: false }],
    unlinkedExcepted: [{ uri: "by:8", title: hostile, expired: false, exception }],
    unknownExceptions: [exception]
  })

const report = reportOf([
  covered("to:1", "covered"),
  covered("to:2", "partly", { level: "2" }),
  covered("to:3", "uncovered", { chapter: "" }),
  covered("to:4", "uncovered", { exception, expired: true }),
  covered("to:5", "excepted", { exception: { ...exception, until: "2027-01-01" } }),
  covered("to:6", "covered", { needsReview: true })
])

/** The names of the elements of well-formed XML, with their attributes. */
const elementsOf = (xml: string) => {
  const found: Array<{ readonly name: string; readonly attributes: Readonly<Record<string, string>> }> = []
  const parser = new SaxesParser()
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", ({ attributes, name }) =>
    found.push({
      name,
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]))
    })
  )
  parser.write(xml).close()
  return found
}

describe("JUnit", () => {
  it("is well-formed, with a test for each reference and counts that agree", () => {
    const elements = elementsOf(CoverageJUnit.render(report))
    const [root] = elements
    expect(root).toMatchObject({ name: "testsuites", attributes: { tests: "8", failures: "4", skipped: "2" } })
    const count = (name: string) => elements.filter((element) => element.name === name).length
    expect([count("testcase"), count("failure"), count("skipped"), count("testsuite")]).toEqual([8, 4, 2, 3])
    const sum = (key: string) =>
      elements
        .filter(({ name }) => name === "testsuite")
        .reduce((total, { attributes }) => total + Number(attributes[key]), 0)
    expect([sum("tests"), sum("failures"), sum("skipped")]).toEqual([8, 4, 2])
  })
})

describe("SARIF", () => {
  const log = JSON.parse(CoverageSarif.render(report, { version: "1.2.3", file: "docs/our rules.csv" }))
  const [run] = log.runs

  it("has what version 2.1.0 requires, and rules for all results", () => {
    expect(log.version).toBe("2.1.0")
    expect(run.tool.driver).toMatchObject({ name: "crosswalk", version: "1.2.3" })
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
      expect(["error", "warning", "note", "none"]).toContain(result.level)
      expect(result.message.text).not.toBe("")
      expect(result.locations[0].physicalLocation).toEqual({
        artifactLocation: { uri: "docs/our%20rules.csv" },
        region: { startLine: 1 }
      })
      expect(result.partialFingerprints["crosswalkReference/v1"]).toMatch(/^[0-9a-f]{64}$/u)
    }
    const prints = run.results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints))
    expect(new Set(prints).size).toBe(prints.length)
  })

  it("tells each finding once, and nothing of what is well", () => {
    expect(
      run.results.map(
        (one: { ruleId: string; locations: ReadonlyArray<{ logicalLocations: ReadonlyArray<{ name: string }> }> }) =>
          `${one.ruleId} ${one.locations[0]?.logicalLocations[0]?.name}`
      )
    ).toEqual(["uncovered to:3", "exception-expired to:4", "partly-covered to:2", "needs-review to:6", "unlinked by:9"])
    expect(
      JSON.parse(CoverageSarif.render(report, { version: "1" })).runs[0].results[0].locations[0].physicalLocation
    ).toBeUndefined()
  })
})

describe("HTML", () => {
  const page = CoverageHtml.render(report)

  it("escapes everything, loads nothing and runs nothing", () => {
    expect(page).not.toContain("<script")
    expect(page).not.toMatch(/\b(?:src|href|onerror)=/u)
    expect(page).not.toContain("\u001b")
    expect(page).toContain("default-src 'none'")
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;")
  })

  it("has a heat map of chapters and levels whose numbers are written out", () => {
    expect(page).toContain('<th scope="col">Level 1</th>')
    expect(page).toMatch(/<td class="h3">75\.0 %<small>3 of 4<\/small><\/td>/u)
    expect(page).toContain("(no chapter)")
  })

  it("has texts with enough contrast on every colour", () => {
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = (colour.length === 4 ? colour.replace(/[0-9a-f]/giu, "$&$&") : colour)
        .slice(1)
        .match(/../gu)!
        .map((part) => Number.parseInt(part, 16) / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const steps = [...page.matchAll(/\.h\d \{ background: (#[0-9a-f]+);(?: color: (#[0-9a-f]+);)? \}/gu)]
    expect(steps).toHaveLength(6)
    for (const [, ground = "", text = "#1b1b1b"] of steps) {
      const [light = 0, dark = 0] = [luminance(ground), luminance(text)].sort((a, b) => b - a)
      expect((light + 0.05) / (dark + 0.05), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  })
})

describe("Markdown and CSV", () => {
  it("keeps each cell of a table on its line", () => {
    const lines = CoverageMarkdown.render(report).split("\n")
    const rows = lines.filter((line) => line.startsWith("|"))
    expect(rows.length).toBeGreaterThan(3)
    for (const row of rows) expect(row.replaceAll("\\|", "").split("|")).toHaveLength(6)
    expect(lines.join("\n")).not.toContain("<script")
  })

  it.effect("is read back cell by cell", () =>
    Effect.gen(function* () {
      const bytes = Stream.make(new TextEncoder().encode(CoverageCsv.render(report)))
      const rows = yield* Stream.runCollect(CsvTable.rows("c.csv", bytes, ["uri", "state"]))
      expect(
        rows.map((row) =>
          row._tag === "Success" ? [row.success.cell("uri"), row.success.cell("state"), row.success.cell("title")] : row
        )
      ).toEqual(report.references.map(({ state, title, uri }) => [uri, state, title]))
    })
  )
})

describe("an earlier report", () => {
  it("tells what has lost coverage, and not what is gone, new or better", () => {
    const later = reportOf([
      covered("to:1", "partly"),
      covered("to:2", "covered"),
      covered("to:3", "uncovered"),
      covered("to:5", "covered"),
      covered("to:7", "uncovered")
    ])
    expect(compare(later, report).lost).toMatchObject([{ uri: "to:1", before: "covered", after: "partly" }])
  })

  it("rounds percentages, but 100 means all and 0 none", () => {
    expect([99.99, 100, 0, 0.01, 33.3333, 66.6667, 70].map(CoverageSummary.percentText)).toEqual([
      "99.9 %",
      "100.0 %",
      "0.0 %",
      "0.1 %",
      "33.3 %",
      "66.7 %",
      "70.0 %"
    ])
  })
})

describe("graphs", () => {
  const time = { createdAt: DateTime.makeUnsafe(0), updatedAt: DateTime.makeUnsafe(0) }
  const reference = (catalog: string, id: string) =>
    new Reference({
      uri: `${catalog}:${id}`,
      title: hostile,
      entityType: "r",
      tags: [],
      catalog,
      metadata: { chapter: { id: "V1", name: hostile } },
      ...time
    })
  const relation = (source: string, target: string) =>
    new Relation({
      sources: [source],
      targets: [target],
      type: "equal",
      confidence: 0.5,
      status: "suggested",
      needsReview: false,
      provenance: { method: "m" },
      ...time
    })
  const graph: Graph = {
    from: "a",
    to: "b",
    references: [reference("a", hostile), reference("a", "2"), reference("b", "1")],
    relations: [relation(`a:${hostile}`, "b:1"), relation("b:1", "a:2")]
  }

  it("draws a well-formed picture with a line for each relation, from left to right", () => {
    const svg = GraphSvg.render(graph)
    const elements = elementsOf(typeof svg === "string" ? svg : svg.message)
    expect(elements.filter(({ name }) => name === "path")).toHaveLength(2)
    for (const { attributes } of elements.filter(({ name }) => name === "path")) {
      expect(attributes["d"]).toMatch(/^M460 [\d.]+C620 [\d.]+ 620 [\d.]+ 780 [\d.]+$/u)
      expect(attributes["stroke-dasharray"]).toBe("5 4")
    }
    expect(elements.filter(({ name }) => name === "circle")).toHaveLength(3)
    expect(elements.some(({ name }) => name === "script")).toBe(false)
  })

  it("says that a picture needs two catalogs", () => {
    expect(GraphSvg.render({ ...graph, to: undefined })).toMatchObject({ _tag: "ValidationError" })
  })

  it("writes DOT in which every text is one quoted string", () => {
    const dot = GraphDot.render(graph)
    const rest = dot.replaceAll(/"(?:[^"\\]|\\["\\n])*"/gu, "S")
    expect(rest).not.toContain('"')
    expect(rest.match(/n\d -> n\d \[label=S, style=dashed, color=S, tooltip=S\];/gu)).toHaveLength(2)
  })
})
