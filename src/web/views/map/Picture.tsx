import { type Accessor, createEffect, createSignal, onCleanup, onMount, Show } from "solid-js"
import * as Camera from "./Camera.ts"
import { nameOf, type Points } from "./Points.ts"
import { makeScene, nearestTo, placeOf, type View } from "./Scene.ts"
import type { Titles } from "./Titles.ts"

/** How near a pointer has to come, in pixels. */
const reach = { mouse: 14, touch: 26 }

/** How far a pointer may move and still press, in pixels. */
const still = 5

interface Props {
  readonly points: Points
  readonly camera: Camera.Camera
  readonly onCamera: (camera: Camera.Camera) => void
  readonly onFrame: (frame: Camera.Frame) => void
  readonly palette: ReadonlyArray<string>
  readonly ring: string
  readonly hidden: ReadonlySet<number>
  readonly found: ReadonlySet<number> | undefined
  readonly active: Accessor<number | undefined>
  readonly onActive: (i: number | undefined) => void
  readonly onOpen: (i: number) => void
  readonly titles: Titles
}

/** The points, drawn; with what moves them: mouse, touch and keys. */
export const Picture = (props: Props) => {
  let canvas: HTMLCanvasElement | undefined
  let box: HTMLDivElement | undefined
  let tip: HTMLDivElement | undefined
  const [frame, setFrame] = createSignal<Camera.Frame>({ width: 0, height: 0 })
  const [density, setDensity] = createSignal(1)
  const down = new Map<number, readonly [x: number, y: number]>()
  let travelled = 0
  let wasActive: number | undefined

  const view = (): View => ({
    points: props.points,
    camera: props.camera,
    frame: frame(),
    density: density(),
    palette: props.palette,
    ring: props.ring,
    hidden: props.hidden,
    found: props.found,
    active: props.active()
  })

  onMount(() => {
    const context = canvas?.getContext("2d", { willReadFrequently: true })
    if (!context || canvas === undefined || box === undefined) return
    const draw = makeScene(context)
    let asked = 0
    createEffect(() => {
      const now = view()
      cancelAnimationFrame(asked)
      asked = requestAnimationFrame(() => draw(now))
    })
    onCleanup(() => cancelAnimationFrame(asked))

    const measure = () => {
      if (canvas === undefined || box === undefined) return
      const { height, width } = box.getBoundingClientRect()
      const dense = Math.min(2, window.devicePixelRatio || 1)
      canvas.width = Math.round(width * dense)
      canvas.height = Math.round(height * dense)
      setDensity(dense)
      setFrame({ width, height })
      props.onFrame({ width, height })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    onCleanup(() => observer.disconnect())
    measure()
    // Not passive: the page must not scroll while the map is enlarged.
    box.addEventListener("wheel", onWheel, { passive: false })
  })

  const at = (event: MouseEvent): readonly [number, number] => {
    const { left, top } = box?.getBoundingClientRect() ?? { left: 0, top: 0 }
    return [event.clientX - left, event.clientY - top]
  }
  const onWheel = (event: WheelEvent) => {
    event.preventDefault()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1
    const [x, y] = at(event)
    props.onCamera(Camera.zoomed(props.camera, frame(), Math.exp(-event.deltaY * lines * 0.0022), x, y))
  }
  const point = (event: PointerEvent) => {
    const [x, y] = at(event)
    props.onActive(nearestTo(view(), x, y, event.pointerType === "touch" ? reach.touch : reach.mouse))
  }
  const onDown = (event: PointerEvent) => {
    // The buttons on the map are theirs who press them.
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button"))) return
    box?.setPointerCapture(event.pointerId)
    if (down.size === 0) {
      travelled = 0
      wasActive = props.active()
    }
    down.set(event.pointerId, at(event))
    if (event.pointerType === "touch") point(event)
  }
  const onMove = (event: PointerEvent) => {
    const before = down.get(event.pointerId)
    if (before === undefined) return point(event)
    const now = at(event)
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]]
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
    if (other !== undefined) {
      const by =
        Math.hypot(now[0] - other[0], now[1] - other[1]) /
        Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]))
      const [x, y] = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]
      props.onCamera(Camera.moved(Camera.zoomed(props.camera, frame(), by, x, y), frame(), dx / 2, dy / 2))
      travelled = Number.POSITIVE_INFINITY
    } else {
      travelled += Math.abs(dx) + Math.abs(dy)
      if (travelled > still) props.onCamera(Camera.moved(props.camera, frame(), dx, dy))
    }
    down.set(event.pointerId, now)
  }
  const onUp = (event: PointerEvent) => {
    const isAlone = down.delete(event.pointerId) && down.size === 0
    const active = props.active()
    if (!isAlone || travelled > still || event.type === "pointercancel" || active === undefined) return
    // A finger points first, and opens what it points at already.
    if (event.pointerType !== "touch" || active === wasActive) props.onOpen(active)
  }
  const step = 60
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => props.onCamera(Camera.moved(props.camera, frame(), step, 0)),
    ArrowRight: () => props.onCamera(Camera.moved(props.camera, frame(), -step, 0)),
    ArrowUp: () => props.onCamera(Camera.moved(props.camera, frame(), 0, step)),
    ArrowDown: () => props.onCamera(Camera.moved(props.camera, frame(), 0, -step)),
    "+": () => zoom(1.4),
    "=": () => zoom(1.4),
    "-": () => zoom(1 / 1.4),
    "0": () => props.onCamera(Camera.whole),
    Escape: () => props.onActive(undefined)
  }
  const zoom = (by: number) =>
    props.onCamera(Camera.zoomed(props.camera, frame(), by, frame().width / 2, frame().height / 2))
  const onKey = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
    if (act === undefined || event.target !== box) return
    event.preventDefault()
    act()
  }

  createEffect(() => {
    const i = props.active()
    if (i === undefined || tip === undefined) return
    const uri = props.points.uriOf(i)
    const timer = setTimeout(() => props.titles.want([uri]), 60)
    onCleanup(() => clearTimeout(timer))
    const [x, y] = placeOf(view(), i)
    const { height, width } = frame()
    // Beside the point, on the side with more room.
    tip.dataset["side"] = x > width / 2 ? "left" : "right"
    tip.style.setProperty("--x", `${Math.round(Math.min(width, Math.max(0, x)))}px`)
    tip.style.setProperty("--y", `${Math.round(Math.min(height - 16, Math.max(16, y)))}px`)
  })

  return (
    <div
      class="map-picture"
      classList={{ "map-pointing": props.active() !== undefined }}
      ref={(element) => (box = element)}
      tabindex="0"
      role="group"
      aria-label="The map. The arrow keys move it, plus and minus zoom, 0 shows all of it. What is seen is listed beside it."
      onKeyDown={onKey}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
      onPointerLeave={(event) => {
        // A finger leaves whenever it is lifted; what it points at stays.
        if (down.size === 0 && event.pointerType !== "touch") props.onActive(undefined)
      }}
    >
      <canvas ref={(element) => (canvas = element)} aria-hidden="true" />
      <div class="map-tip" ref={(element) => (tip = element)} hidden={props.active() === undefined} aria-hidden="true">
        <Show when={props.active() !== undefined}>
          <b>{props.points.shortOf(props.active() ?? 0)}</b>
          <span>{props.titles.of(props.points.uriOf(props.active() ?? 0)) || "…"}</span>
          <small>{nameOf(props.points.catalogs[props.points.catalog[props.active() ?? 0] ?? 0])}</small>
        </Show>
      </div>
      <div class="map-zoom">
        <button class="button" type="button" aria-label="Zoom in" onClick={() => zoom(1.6)}>
          +
        </button>
        <button class="button" type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.6)}>
          −
        </button>
        <button class="button" type="button" onClick={() => props.onCamera(Camera.whole)}>
          All
        </button>
      </div>
    </div>
  )
}
