/** A plot of lines over logarithmic axes as SVG, readable on light and dark pages. */
export interface Line {
  readonly name: string
  readonly colour: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

export interface Panel {
  readonly title: string
  readonly xLabel: string
  readonly lines: ReadonlyArray<Line>
}

const width = 420
const height = 300
const margin = { left: 62, right: 96, top: 34, bottom: 44 }

const powers = (low: number, high: number): ReadonlyArray<number> => {
  const from = Math.floor(Math.log10(low))
  const to = Math.ceil(Math.log10(high))
  return Array.from({ length: Math.max(2, to - from + 1) }, (_, i) => 10 ** (from + i))
}

const label = (value: number): string => (value >= 1 ? value.toLocaleString("en").replaceAll(",", " ") : String(value))

const drawPanel = ({ lines, title, xLabel }: Panel, left: number): string => {
  const points = lines.flatMap((line) => line.points)
  const xs = powers(Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x)))
  const ys = powers(Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y)))
  const scale = (ticks: ReadonlyArray<number>, from: number, to: number) => (value: number) => {
    const low = Math.log10(ticks[0]!)
    const high = Math.log10(ticks.at(-1)!)
    return from + ((to - from) * (Math.log10(value) - low)) / (high - low)
  }
  const x = scale(xs, left + margin.left, left + width - margin.right)
  const y = scale(ys, height - margin.bottom, margin.top)
  const at = (value: number) => value.toFixed(1)
  const ends: Array<number> = []
  return [
    `<text x="${left + margin.left}" y="18" class="title">${title}</text>`,
    `<text x="${at((x(xs[0]!) + x(xs.at(-1)!)) / 2)}" y="${height - 8}" text-anchor="middle">${xLabel}</text>`,
    ...xs.map(
      (tick) =>
        `<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${margin.top}" y2="${height - margin.bottom}" class="grid"/>` +
        `<text x="${at(x(tick))}" y="${height - margin.bottom + 16}" text-anchor="middle">${label(tick)}</text>`
    ),
    ...ys.map(
      (tick) =>
        `<line x1="${at(x(xs[0]!))}" x2="${at(x(xs.at(-1)!))}" y1="${at(y(tick))}" y2="${at(y(tick))}" class="grid"/>` +
        `<text x="${left + margin.left - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${label(tick)}</text>`
    ),
    ...lines
      .filter((line) => line.points.length > 0)
      .map(({ colour, name, points }) => {
        const path = points.map(([px, py]) => `${at(x(px))},${at(y(py))}`).join(" ")
        const [lastX, lastY] = points.at(-1)!
        let end = y(lastY) + 4
        while (ends.some((other) => Math.abs(other - end) < 13)) end += 13
        ends.push(end)
        return (
          `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>` +
          points.map(([px, py]) => `<circle cx="${at(x(px))}" cy="${at(y(py))}" r="3" fill="${colour}"/>`).join("") +
          `<text x="${at(x(lastX) + 7)}" y="${at(end)}" fill="${colour}" style="fill:${colour}">${name}</text>`
        )
      })
  ].join("\n")
}

export const svg = (panels: ReadonlyArray<Panel>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * width} ${height}" role="img">
<style>
text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 13px } .grid { stroke: #8884 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
</style>
${panels.map((panel, i) => drawPanel(panel, i * width)).join("\n")}
</svg>
`
