import type { CoverageGroup, CoverageReport, CoveredReference } from "../domain/Coverage.ts"
import * as CoverageSummary from "./CoverageSummary.ts"
import { headlineOf } from "./Headline.ts"
import { Markup, markup } from "./Markup.ts"

/**
 * From orange to purple (ColorBrewer's PuOr), which all kinds of colour vision tell apart; the numbers stand in the cells
 * too. Every text has a contrast of at least 4.5 to its ground.
 */
const style = `
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; } caption { text-align: left; padding: .3rem 0; color: #444; }
th, td { border: 1px solid #c8c8c8; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.heat td { text-align: right; white-space: nowrap; } .heat small { display: block; }
.h0 { background: #b35806; color: #fff; } .h1 { background: #f1a340; } .h2 { background: #fee0b6; }
.h3 { background: #d8daeb; } .h4 { background: #998ec3; color: #000; } .h5 { background: #542788; color: #fff; }
.total { font-size: 1.3rem; font-weight: 600; }
summary { cursor: pointer; padding: .3rem 0; font-weight: 600; }
.uncovered { font-weight: 600; } .text { color: #444; white-space: pre-line; } ul { padding-left: 1.2rem; }
@media print { details > * { display: block; } }
`

/** One of six steps: under 25, 50, 75, 90, 100 per cent, and all. */
const step = (percent: number): string => `h${[25, 50, 75, 90, 100].filter((limit) => percent >= limit).length}`

const cell = (group: CoverageGroup | undefined): Markup =>
  group === undefined
    ? markup`<td>–</td>`
    : markup`<td class="${step(group.percent)}">${CoverageSummary.percentText(group.percent)}<small>${CoverageSummary.counted(group)} of ${group.total}</small></td>`

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const heatMap = (report: CoverageReport): Markup => {
  const levels = report.levels.length > 1 ? report.levels.map(({ level }) => level) : []
  return markup`<table class="heat">
<caption>Covered or excepted, by chapter${levels.length === 0 ? "" : " and level"}</caption>
<thead><tr><th scope="col">Chapter</th>${levels.map((level) => markup`<th scope="col">${capital(CoverageSummary.levelText(report, level))}</th>`)}<th scope="col">All</th></tr></thead>
<tbody>
${report.chapters.map(
  (chapter) => markup`<tr><th scope="row">${chapter.chapter === "" ? "(no chapter)" : chapter.chapter}</th>${levels.map(
    (level) => cell(report.cells.find((one) => one.chapter === chapter.chapter && one.level === level))
  )}${cell(chapter)}</tr>
`
)}</tbody>
<tfoot><tr><th scope="row">All</th>${levels.map((level) => cell(report.levels.find((one) => one.level === level)))}${cell({ ...report, chapter: "", level: "" })}</tr></tfoot>
</table>`
}

interface Entry {
  readonly uri: string
  readonly title: string
  readonly text?: string | undefined
}

/** A title with the text below it, which tells it from others of its title; the text alone where it begins with the title. */
const titled = ({ text = "", title }: Entry): Markup => {
  if (headlineOf({ text, title }) === title) return markup`${title}`
  return headlineOf({ text, title }) === text.trim()
    ? markup`${text.trim()}`
    : markup`${title}<br><span class="text">${text.trim()}</span>`
}

const list = (heading: string, entries: ReadonlyArray<Entry>): Markup =>
  entries.length === 0
    ? markup``
    : markup`<h2>${heading} (${entries.length})</h2>
<ul>
${entries.map(
  (entry) => markup`<li><code>${entry.uri}</code> ${titled(entry)}</li>
`
)}</ul>
`

const row = (reference: CoveredReference): Markup => {
  const { by, exception, expired, level, more, needsReview, state, uri } = reference
  const until = exception?.until === undefined ? "" : `, until ${exception.until}`
  const remarks = [
    ...(exception === undefined
      ? []
      : [`${expired ? "Exception ran out" : "Exception"}: ${exception.reason} (${exception.by}${until})`]),
    ...(needsReview ? ["A text has changed since it was decided"] : [])
  ]
  return markup`<tr><td><code>${uri}</code><br>${titled(reference)}</td><td>${level}</td><td class="${state}">${CoverageSummary.stateText[state]}</td><td>${by.map(
    (one) =>
      markup`<code>${one.uri}</code>${one.extent === "partly" ? " (in part)" : one.extent === "together" ? " (with others)" : ""}<br>`
  )}${more ? "…" : ""}</td><td>${remarks.join(". ")}</td></tr>
`
}

const chapters = (report: CoverageReport): ReadonlyArray<Markup> => {
  const byChapter = Map.groupBy(report.references, ({ chapter }) => chapter)
  return report.chapters.map(
    ({ chapter, percent, total }) => markup`<details>
<summary>${chapter === "" ? "(no chapter)" : chapter}: ${CoverageSummary.percentText(percent)} of ${total}</summary>
<table>
<thead><tr><th scope="col">Reference</th><th scope="col">Level</th><th scope="col">State</th><th scope="col">Covered by</th><th scope="col">Remarks</th></tr></thead>
<tbody>
${(byChapter.get(chapter) ?? []).map(row)}</tbody>
</table>
</details>
`
  )
}

/** The report as one HTML page that loads nothing and runs nothing. Everything that comes from data is escaped. */
export const render = (report: CoverageReport): string => {
  const { expired, needsReview, partly, uncovered, unknownExceptions, unlinked } = CoverageSummary.findingsOf(report)
  const title = CoverageSummary.titleOf(report)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${Markup.of(style)}</style>
</head>
<body>
<h1>${title}</h1>
<p class="total">${CoverageSummary.numbersOf(report)}</p>
<p>Counted: ${CoverageSummary.basisOf(report)}.</p>
${heatMap(report)}
${list("Not covered", uncovered)}${list("Partly covered", partly)}${list("Exceptions that have run out", expired)}${list(
  "Covered only by decisions on texts that have changed",
  needsReview
)}${list(`Of ${report.by}, leading to nothing`, unlinked)}${list(
  "Exceptions for what is in neither catalog",
  unknownExceptions.map(({ reason, reference }) => ({ uri: reference, title: reason }))
)}<h2>All references</h2>
${chapters(report)}</body>
</html>
`.toString()
}
