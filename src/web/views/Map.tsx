import { useNavigate } from "@solidjs/router"
import { createEffect, createMemo, createSignal, on, onCleanup, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import { Answer } from "../components/Answer.tsx"
import { Icon } from "../components/Icon.tsx"
import { Problem } from "../components/Problem.tsx"
import { Title } from "../components/Title.tsx"
import { referenceLink } from "../Links.ts"
import { many } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import * as Camera from "./map/Camera.ts"
import { Legend } from "./map/Legend.tsx"
import { makePalette } from "./map/Palette.ts"
import { Picture } from "./map/Picture.tsx"
import { type Layout, nameOf, pointsOf } from "./map/Points.ts"
import { inFrame } from "./map/Scene.ts"
import { Seen } from "./map/Seen.tsx"
import { makeTitles } from "./map/Titles.ts"
import "./Search.css"
import "./Map.css"

/** How long somebody stops writing or moving before the URL says it, in milliseconds. */
const pause = 180

const mostFound = 100

/** All references in two dimensions. What is seen of them, searched and hidden is in the URL. */
export default function MapView() {
  const map = asked("GET /api/v1/map", () => ({}))
  return (
    <div class="map-view">
      <Title text="Map" />
      <Answer of={map} label="Loading the map" lines={9}>
        {(layout) => (
          <Show
            when={layout().suffixes.length > 0}
            fallback={
              <div class="empty">
                <h1>There is nothing on the map yet</h1>
                <p>
                  {layout().unplaced > 0
                    ? `${many(layout().unplaced, "reference")} wait to be embedded: crosswalk embed does it.`
                    : "Import a catalog first."}
                </p>
              </div>
            }
          >
            <Drawn layout={layout()} />
          </Show>
        )}
      </Answer>
    </div>
  )
}

const Drawn = (props: { readonly layout: Layout }) => {
  const query = useQuery()
  const navigate = useNavigate()
  const titles = makeTitles()
  const { palette, ring } = makePalette()
  const points = createMemo(() => pointsOf(props.layout))
  const [camera, setCamera] = createSignal(Camera.ofText(query.text("view")))
  const [frame, setFrame] = createSignal<Camera.Frame>({ width: 0, height: 0 })
  const [active, setActive] = createSignal<number | undefined>()

  // The URL follows what is seen, and what is seen the URL, such as when somebody goes back.
  createEffect(
    on(
      camera,
      (camera) => {
        const timer = setTimeout(() => query.set({ view: Camera.toText(camera) }), pause)
        onCleanup(() => clearTimeout(timer))
      },
      { defer: true }
    )
  )
  createEffect(
    on(
      () => query.text("view"),
      (text) => {
        if (text !== Camera.toText(camera())) setCamera(Camera.ofText(text))
      },
      { defer: true }
    )
  )

  const hidden = createMemo(() => {
    const names = new Set(query.list("hide"))
    return new Set(points().catalogs.flatMap((catalog, i) => (names.has(nameOf(catalog)) ? [i] : [])))
  })
  const toggle = (catalog: number) => {
    const name = nameOf(points().catalogs[catalog])
    const names = query.list("hide")
    query.set({ hide: names.includes(name) ? names.filter((other) => other !== name) : [...names, name] })
  }

  const q = createMemo(() => query.text("q"))
  const [settled, setSettled] = createSignal(q())
  createEffect(() => {
    const text = q()
    const timer = setTimeout(() => setSettled(text), pause)
    onCleanup(() => clearTimeout(timer))
  })
  const search = asked("GET /api/v1/search", () =>
    settled().trim() === "" ? undefined : { query: { q: settled(), limit: mostFound, onlyRelevant: true } }
  )
  const ranked = createMemo((): ReadonlyArray<number> | undefined => {
    if (q().trim() === "" || settled().trim() === "") return undefined
    return search.value()?.hits.flatMap(({ reference }) => points().indexOf(reference.uri) ?? [])
  })
  const found = createMemo(() => {
    const indexes = ranked()
    return indexes && new Set(indexes)
  })

  // The list follows when the picture rests.
  const [resting, setResting] = createSignal({ camera: camera(), frame: frame() })
  createEffect(() => {
    const now = { camera: camera(), frame: frame() }
    const timer = setTimeout(() => setResting(now), pause)
    onCleanup(() => clearTimeout(timer))
  })
  const seen = createMemo((): ReadonlyArray<number> => {
    const all = inFrame({ ...resting(), points: points(), hidden: hidden() })
    const indexes = ranked()
    if (indexes === undefined) return all
    const isSeen = new Set(all)
    return indexes.filter((i) => isSeen.has(i))
  })

  return (
    <>
      <div class="map-head">
        <h1>Map</h1>
        <search>
          <label class="search-box">
            <span class="unseen">Highlight what is found for</span>
            <Icon name="search" />
            <input
              id="query"
              type="search"
              autocomplete="off"
              spellcheck={false}
              placeholder="Highlight on the map"
              value={q()}
              onInput={(event) => query.set({ q: event.currentTarget.value })}
            />
            <kbd aria-hidden="true">/</kbd>
          </label>
        </search>
      </div>
      <Show when={search.error()}>{(error) => <Problem error={error()} onRetry={() => search.again()} />}</Show>
      <div class="map-body">
        <Picture
          points={points()}
          camera={camera()}
          onCamera={setCamera}
          onFrame={setFrame}
          palette={palette()}
          ring={ring()}
          hidden={hidden()}
          found={found()}
          active={active}
          onActive={setActive}
          onOpen={(i) => navigate(referenceLink(points().uriOf(i)))}
          titles={titles}
        />
        <aside class="map-side" aria-label="What the map shows">
          <Legend points={points()} hidden={hidden()} onToggle={toggle} />
          <Seen points={points()} seen={seen()} isSearch={ranked() !== undefined} titles={titles} onPoint={setActive} />
        </aside>
      </div>
      <p class="small faint">
        Near on the map is alike in meaning, as far as two dimensions can show it; distances between groups say little.
        <Show when={props.layout.unplaced > 0}>
          {" "}
          {many(props.layout.unplaced, "reference")} without an embedding {props.layout.unplaced === 1 ? "is" : "are"}{" "}
          not on it.
        </Show>
        <Show when={props.layout.omitted > 0}>
          {" "}
          {many(props.layout.omitted, "more reference")} would be too many to draw.
        </Show>
      </p>
    </>
  )
}
