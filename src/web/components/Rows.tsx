import { createVirtualizer } from "@tanstack/solid-virtual"
import { createEffect, For, type JSX, on, onCleanup, onMount } from "solid-js"
import "./Rows.css"

/**
 * A list of which only the rows in sight are in the document, so that a hundred thousand are as smooth as ten. The arrow keys,
 * Page Up and Down, Home and End go through its links.
 */
export const Rows = (props: {
  /** What the list is of, for a reader of the screen. */
  readonly label: string
  readonly count: number
  /** How high a row is, in pixels; all are. */
  readonly height: number
  /** The row that is on top at first. */
  readonly start: number
  /** What a row shows: a link, if it leads anywhere. */
  readonly row: (index: number) => JSX.Element
  /** Called with the first and the last row in sight, as it is scrolled. */
  readonly onSight: (first: number, last: number) => void
}) => {
  let box: HTMLDivElement | undefined
  /** The row that the keys have gone to, until it is there to be focused. */
  let coming: number | undefined
  const virtualizer = createVirtualizer({
    get count() {
      return props.count
    },
    getScrollElement: () => box ?? null,
    estimateSize: () => props.height,
    overscan: 12
  })
  const firstSeen = () => Math.floor((virtualizer.scrollOffset ?? 0) / props.height)
  const inSight = () => Math.ceil((box?.clientHeight ?? 0) / props.height)

  /** Whether the row that is on top at first is there, or somebody has scrolled. */
  let isPlaced = props.start === 0
  const tell = () => props.onSight(firstSeen(), Math.min(props.count, firstSeen() + inSight()))
  const onScroll = () => {
    isPlaced = true
    tell()
  }
  onMount(() => {
    box?.addEventListener("scroll", onScroll, { passive: true })
    onCleanup(() => box?.removeEventListener("scroll", onScroll))
  })
  createEffect(
    on([() => props.count, () => virtualizer.getTotalSize()], ([count]) => {
      if (isPlaced) tell()
      else if (count > props.start) virtualizer.scrollToIndex(props.start, { align: "start" })
    })
  )

  const steps = (): Readonly<Record<string, number>> => ({
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: inSight() - 1,
    PageUp: 1 - inSight(),
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY
  })
  const onKey = (event: KeyboardEvent) => {
    const step = steps()[event.key]
    if (step === undefined || props.count === 0) return
    const focused = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"]
    const from = coming ?? (focused === undefined ? firstSeen() - Math.sign(step) : Number(focused))
    const to = Math.min(props.count - 1, Math.max(0, from + step))
    event.preventDefault()
    virtualizer.scrollToIndex(to)
    coming = to
    if (arrive(to)) return
    // The row that had the focus goes, and the keys would go with it.
    box?.focus({ preventScroll: true })
    const wait = () => {
      if (coming === to && !arrive(to)) requestAnimationFrame(wait)
    }
    requestAnimationFrame(wait)
  }
  /** Focuses a row; false while it is not there, or not loaded. */
  const arrive = (index: number): boolean => {
    const link = box?.querySelector<HTMLElement>(`[data-row="${index}"] a`)
    if (!link) return false
    coming = undefined
    link.focus({ preventScroll: true })
    return true
  }
  const stay = () => (coming = undefined)
  onCleanup(stay)

  return (
    <div
      class="rows"
      ref={(element) => (box = element)}
      tabindex="0"
      role="region"
      aria-label={props.label}
      onKeyDown={onKey}
      onPointerDown={stay}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget)) stay()
      }}
    >
      <div role="list" class="rows-all" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {({ index, start }) => (
            <div
              class="rows-row"
              role="listitem"
              data-row={index}
              aria-posinset={index + 1}
              aria-setsize={props.count}
              style={{ height: `${props.height}px`, transform: `translateY(${start}px)` }}
            >
              {props.row(index)}
            </div>
          )}
        </For>
      </div>
    </div>
  )
}
