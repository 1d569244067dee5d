import { type Camera, type Frame, scaleOf } from "./Camera.ts"
import type { Points } from "./Points.ts"

/** How many colours there are; catalogs beyond them are told apart by the shapes, too. */
export const colours = 8

/** What a catalog is drawn with, so that colour alone never tells. */
export const shapes = ["circle", "square", "diamond", "triangle"] as const
export type Shape = (typeof shapes)[number]

export const shapeOf = (catalog: number): Shape =>
  shapes[(catalog + Math.floor(catalog / colours)) % shapes.length] ?? "circle"

/** What is drawn. */
export interface View {
  readonly points: Points
  readonly camera: Camera
  readonly frame: Frame
  /** Pixels of the screen for a pixel of CSS. */
  readonly density: number
  /** The colours of the catalogs, as CSS has them, and that of a ring around what is found. */
  readonly palette: ReadonlyArray<string>
  readonly ring: string
  readonly hidden: ReadonlySet<number>
  /** What a search found; everything else is dimmed. Undefined where nothing is searched. */
  readonly found: ReadonlySet<number> | undefined
  /** What is pointed at. */
  readonly active: number | undefined
}

/** Draws the shape around a place. */
const trace = (context: CanvasRenderingContext2D, shape: Shape, x: number, y: number, r: number) => {
  switch (shape) {
    case "circle":
      context.arc(x, y, r, 0, 2 * Math.PI)
      break
    case "square":
      context.rect(x - 0.86 * r, y - 0.86 * r, 1.72 * r, 1.72 * r)
      break
    case "diamond":
      context.moveTo(x, y - 1.25 * r)
      context.lineTo(x + 1.25 * r, y)
      context.lineTo(x, y + 1.25 * r)
      context.lineTo(x - 1.25 * r, y)
      break
    case "triangle":
      context.moveTo(x, y - 1.2 * r)
      context.lineTo(x + 1.15 * r, y + 0.85 * r)
      context.lineTo(x - 1.15 * r, y + 0.85 * r)
      break
  }
}

/** The pixels of a point around its middle, and how much of each is covered, from 0 to 255. */
interface Stamp {
  readonly dx: Int8Array
  readonly dy: Int8Array
  readonly cover: Uint8Array
}

/** A point as pixels, so that 20,000 of them are copied and not drawn. */
const stampOf = (shape: Shape, radius: number): Stamp => {
  const reach = Math.ceil(1.3 * radius) + 1
  const side = 2 * reach + 1
  const canvas = document.createElement("canvas")
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext("2d", { willReadFrequently: true })
  if (context === null) return { dx: new Int8Array(), dy: new Int8Array(), cover: new Uint8Array() }
  trace(context, shape, side / 2, side / 2, radius)
  context.fill()
  const { data } = context.getImageData(0, 0, side, side)
  const covered = Array.from({ length: side * side }, (_, i) => i).filter((i) => (data[4 * i + 3] ?? 0) > 8)
  return {
    dx: Int8Array.from(covered, (i) => (i % side) - reach),
    dy: Int8Array.from(covered, (i) => Math.floor(i / side) - reach),
    cover: Uint8Array.from(covered, (i) => data[4 * i + 3] ?? 0)
  }
}

/** A colour of CSS, such as `rgb(1, 2, 3)`, as pixels have it without what covers it. */
const pixelOf = (colour: string): number => {
  const [red = 128, green = 128, blue = 128] = colour.match(/\d+/gu)?.map(Number) ?? []
  return (blue << 16) | (green << 8) | red
}

/** How large a point is, in pixels of CSS: the fewer are seen, the larger. */
const radiusOf = ({ camera, points }: View): number =>
  Math.min(7, Math.max(1.6, (3.4 - Math.log10(points.count + 1) / 2.4) * camera.zoom ** 0.28 + 0.6))

/** Where a point is, in pixels of CSS. */
export const placeOf = ({ camera, frame, points }: Pick<View, "camera" | "frame" | "points">, i: number) => {
  const scale = scaleOf(camera, frame)
  return [
    ((points.x[i] ?? 0) - camera.x) * scale + frame.width / 2,
    ((points.y[i] ?? 0) - camera.y) * scale + frame.height / 2
  ] as const
}

/** The indexes of what is seen, in their order. */
export const inFrame = ({ camera, frame, hidden, points }: Pick<View, "camera" | "frame" | "points" | "hidden">) => {
  const scale = scaleOf(camera, frame)
  const [left, top] = [camera.x - frame.width / 2 / scale, camera.y - frame.height / 2 / scale]
  const [right, bottom] = [camera.x + frame.width / 2 / scale, camera.y + frame.height / 2 / scale]
  const seen: Array<number> = []
  for (let i = 0; i < points.count; i++) {
    const x = points.x[i] ?? 0
    const y = points.y[i] ?? 0
    if (x < left || x > right || y < top || y > bottom || hidden.has(points.catalog[i] ?? 0)) continue
    seen.push(i)
  }
  return seen
}

/** The nearest point that is shown, at most `reach` pixels away. */
export const nearestTo = (view: View, atX: number, atY: number, reach: number): number | undefined => {
  const { camera, found, frame, hidden, points } = view
  const scale = scaleOf(camera, frame)
  const x = camera.x + (atX - frame.width / 2) / scale
  const y = camera.y + (atY - frame.height / 2) / scale
  let best: number | undefined
  let least = (reach / scale) ** 2
  for (let i = 0; i < points.count; i++) {
    const dx = (points.x[i] ?? 0) - x
    const dy = (points.y[i] ?? 0) - y
    // What was found is easier to hit.
    const distance = (dx * dx + dy * dy) * (found?.has(i) === true ? 0.25 : 1)
    if (distance < least && !hidden.has(points.catalog[i] ?? 0)) {
      best = i
      least = distance
    }
  }
  return best
}

/** Draws views. Points are kept as pixels while they are the same. */
export const makeScene = (context: CanvasRenderingContext2D) => {
  const stamps = new Map<string, Stamp>()
  let image = new ImageData(1, 1)

  const stamp = (shape: Shape, radius: number): Stamp => {
    const key = `${shape} ${radius}`
    const known = stamps.get(key)
    if (known !== undefined) return known
    const made = stampOf(shape, radius)
    stamps.set(key, made)
    return made
  }

  /** Writes the points into a picture of so many pixels. */
  const drawPoints = (
    { camera, density, found, hidden, palette, points }: View,
    width: number,
    height: number,
    radius: number
  ) => {
    if (image.width !== width || image.height !== height) image = new ImageData(width, height)
    const pixels = new Uint32Array(image.data.buffer).fill(0)
    const scale = scaleOf(camera, { width: width / density, height: height / density }) * density
    const [offsetX, offsetY] = [width / 2 - camera.x * scale, height / 2 - camera.y * scale]
    const opacity = found === undefined ? 0.85 : 0.25
    const drawn = points.catalogs.map((_, catalog) =>
      hidden.has(catalog)
        ? undefined
        : { ...stamp(shapeOf(catalog), radius), colour: pixelOf(palette[catalog % colours] ?? "") }
    )
    for (let i = 0; i < points.count; i++) {
      const point = drawn[points.catalog[i] ?? 0]
      if (point === undefined) continue
      const x = Math.floor((points.x[i] ?? 0) * scale + offsetX)
      const y = Math.floor((points.y[i] ?? 0) * scale + offsetY)
      if (x < -16 || y < -16 || x > width + 16 || y > height + 16) continue
      const { colour, cover, dx, dy } = point
      for (let p = 0; p < cover.length; p++) {
        const [px, py] = [x + (dx[p] ?? 0), y + (dy[p] ?? 0)]
        if (px < 0 || py < 0 || px >= width || py >= height) continue
        const at = py * width + px
        const alpha = ((cover[p] ?? 0) * opacity) | 0
        if (alpha >= (pixels[at] ?? 0) >>> 24) pixels[at] = (alpha << 24) | colour
      }
    }
    context.putImageData(image, 0, 0)
  }

  return (view: View): void => {
    const { active, camera, density, found, frame, hidden, palette, points, ring } = view
    const [width, height] = [Math.round(frame.width * density), Math.round(frame.height * density)]
    if (width === 0 || height === 0) return
    const radius = Math.round(radiusOf(view) * density * 4) / 4
    drawPoints(view, width, height, radius)
    const scale = scaleOf(camera, frame) * density
    const large = (i: number, r: number, line: number) => {
      const catalog = points.catalog[i] ?? 0
      if (hidden.has(catalog)) return
      const x = ((points.x[i] ?? 0) - camera.x) * scale + width / 2
      const y = ((points.y[i] ?? 0) - camera.y) * scale + height / 2
      context.beginPath()
      trace(context, shapeOf(catalog), x, y, r)
      context.closePath()
      context.fillStyle = palette[catalog % colours] ?? "gray"
      context.fill()
      context.lineWidth = line
      context.strokeStyle = ring
      context.stroke()
    }
    for (const i of found ?? []) large(i, Math.max(1.35 * radius, 4.5 * density), 1.5 * density)
    if (active !== undefined) large(active, Math.max(1.7 * radius, 6 * density), 2.5 * density)
  }
}
