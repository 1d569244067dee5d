import { useNavigate } from "@solidjs/router"
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, untrack } from "solid-js"
import { asked } from "../api/Asked.ts"
import { ask } from "../api/Client.ts"
import { Failure } from "../api/Failure.ts"
import { watch } from "../api/JobEvents.ts"
import { Answer } from "../components/Answer.tsx"
import { Icon } from "../components/Icon.tsx"
import { Problem } from "../components/Problem.tsx"
import { Title } from "../components/Title.tsx"
import { referenceLink } from "../Links.ts"
import { many } from "../Numbers.ts"
import { toggled, useQuery } from "../Query.ts"
import * as Camera from "./map/Camera.ts"
import { Legend } from "./map/Legend.tsx"
import { makePalette } from "./map/Palette.ts"
import { Picture } from "./map/Picture.tsx"
import { type Layout, nameOf, pointsOf } from "./map/Points.ts"
import { inFrame } from "./map/Scene.ts"
import { Seen } from "./map/Seen.tsx"
import { makeTitles } from "./map/Titles.ts"
import "./Map.css"

/** How long somebody stops writing or moving before the server is asked, in milliseconds. */
const pause = 180

const mostFound = 100

/** What is less likely to be meant is not highlighted. */
const leastRelevance = 0.5

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
            <Show when={!layout().isCurrent}>
              <Compute layout={layout()} onDone={() => map.again()} />
            </Show>
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
  createEffect(on(camera, (camera) => query.setResting({ view: Camera.toText(camera) }), { defer: true }))
  createEffect(
    on(
      () => query.text("view"),
      (text) => {
        if (!query.isAhead("view") && text !== Camera.toText(camera())) setCamera(Camera.ofText(text))
      },
      { defer: true }
    )
  )

  const hidden = createMemo(() => {
    const names = new Set(query.list("hide"))
    return new Set(points().catalogs.flatMap((catalog, i) => (names.has(nameOf(catalog)) ? [i] : [])))
  })
  const toggle = (catalog: number) => {
    query.set({ hide: toggled(nameOf(points().catalogs[catalog])) })
  }

  const q = createMemo(() => query.text("q"))
  const [settled, setSettled] = createSignal(q())
  createEffect(() => {
    const text = q()
    const timer = setTimeout(() => setSettled(text), pause)
    onCleanup(() => clearTimeout(timer))
  })
  const search = asked("GET /api/v1/search", () =>
    settled().trim() === "" ? undefined : { query: { q: settled(), limit: mostFound, minRelevance: leastRelevance } }
  )
  createEffect(() => {
    const hits = search.value()?.hits ?? []
    untrack(() => titles.learn(hits.map(({ reference }) => [reference.uri, reference.title])))
  })
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
          <Seen
            points={points()}
            seen={seen()}
            isSearch={ranked() !== undefined}
            isSearching={q().trim() !== "" && (search.isLoading() || settled() !== q())}
            most={mostFound}
            titles={titles}
            onPoint={setActive}
          />
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

/** Says that the map can be better, and computes it: at once where it never was. */
const Compute = (props: { readonly layout: Layout; readonly onDone: () => void }) => {
  const [job, setJob] = createSignal<string | undefined>()
  const [error, setError] = createSignal<unknown>()
  const start = () => {
    setError(undefined)
    ask("POST /api/v1/map", {}).then(
      ({ id }) => setJob(id),
      (reason: unknown) => setError(() => reason)
    )
  }
  const isFirst = () => props.layout.method === "pca"
  const isRefused = () => {
    const reason = error()
    return isFirst() && reason instanceof Failure && reason.status === 403
  }
  onMount(() => {
    if (isFirst()) start()
  })
  return (
    <Show
      when={error() === undefined}
      fallback={
        <Show when={isRefused()} fallback={<Problem error={error()} onRetry={start} />}>
          <p class="small soft">
            This map shows the two directions of most difference. Whoever has a token to write gets a better one by
            opening it.
          </p>
        </Show>
      }
    >
      <Show
        keyed
        when={job()}
        fallback={
          <Show when={!isFirst()}>
            <div class="row map-compute">
              <span class="small soft">
                {many(props.layout.placed, "reference")} came since the map was computed, and{" "}
                {props.layout.placed === 1 ? "lies" : "lie"} beside what is most alike.
              </span>
              <button class="button" type="button" onClick={start}>
                Compute it anew
              </button>
            </div>
          </Show>
        }
      >
        {(id) => <Computing id={id} isFirst={isFirst()} onDone={props.onDone} />}
      </Show>
    </Show>
  )
}

const Computing = (props: { readonly id: string; readonly isFirst: boolean; readonly onDone: () => void }) => {
  const { error, watched } = watch(props.id, () => props.onDone())
  const failed = () => {
    const end = watched().end
    return end?._tag === "JobFailed" ? new Failure(end.problem.status ?? 500, end.problem) : error()
  }
  return (
    <Show when={failed() === undefined} fallback={<Problem error={failed()} />}>
      <div class="row map-compute">
        <progress aria-label="How far the map has come" max={100} value={watched().progress?.done ?? 0} />
        <span class="small soft" role="status">
          {props.isFirst
            ? "A map that keeps neighbours together is being computed; this one shows the two directions of most difference."
            : "The map is being computed anew."}
        </span>
      </div>
    </Show>
  )
}
