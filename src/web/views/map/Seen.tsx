import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js"
import { referenceLink } from "../../Links.ts"
import { count, many } from "../../Numbers.ts"
import { nameOf, type Points } from "./Points.ts"
import type { Titles } from "./Titles.ts"

const page = 20

/** What is seen of the map, as a list: for those who do not see it, and to open it by keys. */
export const Seen = (props: {
  readonly points: Points
  /** What is listed, the first first. */
  readonly seen: ReadonlyArray<number>
  readonly isSearch: boolean
  /** What is found is not known yet. */
  readonly isSearching: boolean
  /** Only so many are found, where there may be more. */
  readonly most: number
  readonly titles: Titles
  readonly onPoint: (i: number | undefined) => void
}) => {
  const [shown, setShown] = createSignal(page)
  createEffect(
    on(
      () => props.isSearch,
      () => setShown(page),
      { defer: true }
    )
  )
  const listed = createMemo(() => props.seen.slice(0, shown()))
  createEffect(() => {
    const uris = listed().map((i) => props.points.uriOf(i))
    const timer = setTimeout(() => props.titles.want(uris.toReversed()), 250)
    onCleanup(() => clearTimeout(timer))
  })
  return (
    <section class="map-seen" aria-labelledby="map-seen">
      <h2 id="map-seen">{props.isSearch ? "Found on the map" : "In view"}</h2>
      <p class="small faint" role="status">
        {props.isSearching
          ? "Searching…"
          : props.seen.length === 0
            ? props.isSearch
              ? "Nothing relevant is in view."
              : "Nothing. Zoom out, or show a catalog."
            : listed().length < props.seen.length
              ? `${count(listed().length)} of ${many(props.seen.length, "reference")}`
              : props.isSearch && props.seen.length === props.most
                ? `the best ${many(props.seen.length, "reference")}`
                : many(props.seen.length, "reference")}
      </p>
      <ol role="list">
        <For each={listed()}>
          {(i) => (
            <li>
              <a
                href={referenceLink(props.points.uriOf(i))}
                onPointerEnter={() => props.onPoint(i)}
                onPointerLeave={() => props.onPoint(undefined)}
                onFocus={() => props.onPoint(i)}
                onBlur={() => props.onPoint(undefined)}
              >
                <span class="map-seen-top">
                  <b>{props.points.shortOf(i)}</b>
                  <Show when={props.points.catalogs.length > 1}>
                    <small class="faint">{nameOf(props.points.catalogs[props.points.catalog[i] ?? 0])}</small>
                  </Show>
                </span>{" "}
                <span class="map-seen-title clip">{props.titles.of(props.points.uriOf(i))}</span>
              </a>
            </li>
          )}
        </For>
      </ol>
      <Show when={listed().length < props.seen.length}>
        <button class="button" type="button" onClick={() => setShown((shown) => shown + page)}>
          Show more
        </button>
      </Show>
    </section>
  )
}
