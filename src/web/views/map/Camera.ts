import { size } from "./Points.ts"

/** Which part of the map is seen: what is in the middle, in units, and how large, 1 being all of it. */
export interface Camera {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** The size of the picture in pixels of CSS. */
export interface Frame {
  readonly width: number
  readonly height: number
}

export const whole: Camera = { x: size / 2, y: size / 2, zoom: 1 }

const margin = 28
const most = 400

/** How many pixels a unit is. */
export const scaleOf = ({ zoom }: Camera, { height, width }: Frame): number =>
  (zoom * Math.max(1, Math.min(width, height) - 2 * margin)) / size

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

const kept = ({ x, y, zoom }: Camera): Camera => ({
  x: within(x, 0, size),
  y: within(y, 0, size),
  zoom: within(zoom, 0.8, most)
})

/** Moves what is seen by so many pixels. */
export const moved = (camera: Camera, frame: Frame, dx: number, dy: number): Camera => {
  const scale = scaleOf(camera, frame)
  return kept({ ...camera, x: camera.x - dx / scale, y: camera.y - dy / scale })
}

/** Makes what is seen so many times as large; what is at this pixel stays there. */
export const zoomed = (camera: Camera, frame: Frame, by: number, atX: number, atY: number): Camera => {
  const [before, zoom] = [scaleOf(camera, frame), kept({ ...camera, zoom: camera.zoom * by }).zoom]
  const after = scaleOf({ ...camera, zoom }, frame)
  const [dx, dy] = [atX - frame.width / 2, atY - frame.height / 2]
  return kept({ zoom, x: camera.x + dx / before - dx / after, y: camera.y + dy / before - dy / after })
}

/** A camera as a text of the URL; empty for {@link whole}. */
export const toText = ({ x, y, zoom }: Camera): string =>
  zoom === 1 && Math.abs(x - whole.x) < 1 && Math.abs(y - whole.y) < 1
    ? ""
    : [Math.round(x), Math.round(y), Number(zoom.toFixed(3))].join(",")

/** The camera of a text; {@link whole} where it is none. */
export const ofText = (text: string): Camera => {
  const [x, y, zoom] = text.split(",").map(Number)
  return x !== undefined && y !== undefined && zoom !== undefined && [x, y, zoom].every(Number.isFinite)
    ? kept({ x, y, zoom })
    : whole
}
