import { confidenceText } from "./ConfidenceText.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import { setText, targetsText, urisOf } from "../domain/RelationEnds.ts"
import * as CoverageGroups from "../crosswalk/CoverageGroups.ts"
import * as Graphs from "../crosswalk/Graph.ts"
import { colours } from "./GraphColours.ts"
import { type Markup, markup } from "./Markup.ts"

const width = 1240
const column = 440
const top = 96
const rowHeight = 18
const chapterHeight = 30
/** How many characters fit into a column. */
const fits = 58

interface Row {
  readonly reference: Reference
  readonly y: number
}

interface Column {
  readonly chapters: ReadonlyArray<{ readonly name: string; readonly y: number }>
  readonly rows: ReadonlyMap<string, Row>
  readonly bottom: number
}

const shorten = (text: string, length: number): string => {
  const characters = [...text.replace(/\s+/gu, " ")]
  return characters.length <= length ? characters.join("") : `${characters.slice(0, Math.max(1, length - 1)).join("")}…`
}

/** References one below the other, with a heading before each chapter. */
const layOut = (references: ReadonlyArray<Reference>): Column => {
  const chapters: Array<{ readonly name: string; readonly y: number }> = []
  const rows = new Map<string, Row>()
  let y = top
  for (const [name, members] of Map.groupBy(references, ({ metadata }) => CoverageGroups.chapterOf(metadata))) {
    if (name !== "") {
      y += chapterHeight
      chapters.push({ name, y: y - 8 })
    }
    for (const reference of members) {
      rows.set(reference.uri, { reference, y: y + rowHeight / 2 })
      y += rowHeight
    }
  }
  return { chapters, rows, bottom: y }
}

/** A column: its texts stand at the ends of the lines, on either side of the middle. */
const side = (place: Column, isLeft: boolean, linked: ReadonlySet<string>): ReadonlyArray<Markup> => {
  const edge = isLeft ? 20 + column : width - 20 - column
  const x = isLeft ? edge - 10 : edge + 10
  const anchor = isLeft ? "end" : "start"
  return [
    ...place.chapters.map(
      ({
        name,
        y
      }) => markup`<text class="chapter" x="${x}" y="${y}" text-anchor="${anchor}">${shorten(name, 54)}</text>
`
    ),
    ...Array.from(place.rows.values(), ({ reference, y }) => {
      const id = shorten(Graphs.localId(reference), 30)
      const about = `${reference.uri}\n${reference.title}\n${reference.description ?? ""}`
      return markup`<g class="${linked.has(reference.uri) ? "linked" : "alone"}"><title>${about}</title><text x="${x}" y="${y + 4}" text-anchor="${anchor}"><tspan class="id">${id}</tspan> ${shorten(reference.title, fits - id.length)}</text><circle cx="${edge}" cy="${y}" r="2.5"/></g>
`
    })
  ]
}

/** How long the line of what has no counterpart is. */
const stub = 56

/** How the line of a relation looks, whatever it joins. */
const lookOf = ({ confidence, status, type }: Relation): Markup => {
  const dash = status === "accepted" ? "none" : status === "suggested" ? "5 4" : "1 4"
  const opacity = (0.35 + 0.6 * confidence).toFixed(2)
  return markup`stroke="${colours[type]}" stroke-dasharray="${dash}" stroke-opacity="${opacity}"`
}

const said = (relation: Relation): string =>
  `${setText(relation.sources)} ${relation.type} ${targetsText(relation)} (${relation.status}, ${confidenceText(relation)})`

/** A line from each row that leads nowhere, to an empty ring. */
const end = (relation: Relation, rows: ReadonlyArray<Row>, isLeft: boolean): Markup => {
  const x = isLeft ? 20 + column : width - 20 - column
  const [tip, ring] = isLeft ? [x + stub, x + stub + 4] : [x - stub, x - stub - 4]
  const path = rows.map(({ y }) => `M${x} ${y}H${tip}`).join("")
  const rings = rows.map(
    ({ y }) => markup`<circle class="none" cx="${ring}" cy="${y}" r="4" stroke="${colours[relation.type]}"/>`
  )
  return markup`<g><title>${said(relation)}</title><path d="${path}" ${lookOf(relation)}/>${rings}</g>
`
}

/** The lines of a relation from the rows on the left to those on the right; those of sets meet in the middle. */
const curve = (relation: Relation, left: ReadonlyArray<Row>, right: ReadonlyArray<Row>): Markup => {
  const [x1, x2] = [20 + column, width - 20 - column]
  const middle = (x1 + x2) / 2
  const [from, to] = [left[0]?.y ?? 0, right[0]?.y ?? 0]
  const ends = [...left, ...right]
  const centre = Math.round(ends.reduce((sum, { y }) => sum + y, 0) / ends.length)
  const path =
    left.length === 1 && right.length === 1
      ? `M${x1} ${from}C${middle} ${from} ${middle} ${to} ${x2} ${to}`
      : [
          ...left.map(({ y }) => `M${x1} ${y}Q${(x1 + middle) / 2} ${y} ${middle} ${centre}`),
          ...right.map(({ y }) => `M${x2} ${y}Q${(x2 + middle) / 2} ${y} ${middle} ${centre}`)
        ].join("")
  return markup`<path d="${path}" ${lookOf(relation)}><title>${said(relation)}</title></path>
`
}

const legend = (relations: ReadonlyArray<Relation>): ReadonlyArray<Markup> =>
  Object.entries(colours)
    .map(([type, colour]) => ({ type, colour, count: relations.filter((one) => one.type === type).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ colour, count, type }, i) =>
        markup`<g transform="translate(${30 + i * 150} 62)"><line x1="0" y1="0" x2="24" y2="0" stroke="${colour}" stroke-width="3"/><text x="30" y="4">${type} (${count})</text></g>
`
    )

const style = `text{font:12px system-ui,sans-serif;fill:#1b1b1b}.head{font-size:18px;font-weight:600}.catalog{font-size:14px;font-weight:600}.chapter{font-weight:600}.id{font-weight:600}.alone text{fill:#767676}.alone circle{fill:#b8b8b8}.linked circle{fill:#1b1b1b}.none{fill:none;stroke-width:1.6}path{fill:none;stroke-width:1.6}path:hover{stroke-width:4}`

/**
 * The crosswalk of two catalogs as a picture: the references of each one below the other, by chapter, and a line for each
 * relation in the colour of its type, one that leads to an empty ring for what has no counterpart; suggested ones dashed,
 * faint ones less certain, references without any grey.
 */
export const render = (graph: Graphs.Graph): string | ValidationError => {
  const { from, references, relations, to } = graph
  if (from === undefined || to === undefined || from === to) {
    return new ValidationError({
      field: "catalogs",
      value: [from, to],
      constraint: "are not two",
      expected: "two different catalogs for a picture; for all relations use DOT"
    })
  }
  const left = layOut(references.filter(({ catalog }) => catalog === from))
  const right = layOut(references.filter(({ catalog }) => catalog === to))
  const linked = new Set(relations.flatMap(urisOf))
  const curves = relations.flatMap((relation) => {
    const of = (column: Column) => urisOf(relation).flatMap((uri) => column.rows.get(uri) ?? [])
    const [a, b] = [of(left), of(right)]
    if (relation.targets.length === 0) {
      return a.length > 0 ? [end(relation, a, true)] : b.length > 0 ? [end(relation, b, false)] : []
    }
    return a.length === 0 || b.length === 0 ? [] : [curve(relation, a, b)]
  })
  const height = Math.max(left.bottom, right.bottom) + 24
  const title = `Crosswalk of ${from} and ${to}`
  const statuses = (["accepted", "suggested", "rejected"] as const)
    .map((status) => `${relations.filter((one) => one.status === status).length} ${status}`)
    .filter((text) => !text.startsWith("0 "))
    .join(", ")
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text class="head" x="30" y="32">${title}</text>
<text x="${width - 20}" y="32" text-anchor="end">${statuses === "" ? "no relations" : statuses} (suggested ones dashed)</text>
${legend(relations)}<text class="catalog" x="${10 + column}" y="${top - 6}" text-anchor="end">${from}</text>
<text class="catalog" x="${width - 10 - column}" y="${top - 6}">${to}</text>
${curves}${side(left, true, linked)}${side(right, false, linked)}</svg>
`.toString()
}
