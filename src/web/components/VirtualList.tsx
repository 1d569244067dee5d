import { createVirtualizer } from "@tanstack/solid-virtual"
import { createEffect, createMemo, For, type JSX, Show, untrack } from "solid-js"
import "./VirtualList.css"

/** A list of any length, of which only the rows in sight are there, each as high as what it shows. */
export const VirtualList = <A extends object>(props: {
  /** What it lists, for a reader of the screen. */
  readonly label: string
  readonly items: ReadonlyArray<A>
  readonly keyOf: (item: A) => string
  /** How high a row is before it is measured, in pixels. */
  readonly rowHeight: number
  /** The row that is kept in sight. */
  readonly current?: number
  /** Told the last row that is there whenever that is another. */
  readonly onReach?: (index: number) => void
  readonly children: (item: () => A, index: number) => JSX.Element
}) => {
  let scroller: HTMLDivElement | undefined
  const virtual = createVirtualizer({
    get count() {
      return props.items.length
    },
    getScrollElement: () => scroller ?? null,
    estimateSize: () => props.rowHeight,
    overscan: 8,
    getItemKey: (index) => {
      const item = props.items[index]
      return item === undefined ? index : props.keyOf(item)
    }
  })
  const rows = createMemo(() => virtual.getVirtualItems())
  // Another row is the current one, or it is there only now; rows that come after it do not take anybody back to it.
  const currentKey = createMemo(() => {
    const item = props.items[props.current ?? -1]
    return item === undefined ? undefined : props.keyOf(item)
  })
  createEffect(() => {
    if (currentKey() !== undefined) virtual.scrollToIndex(untrack(() => props.current) ?? 0, { align: "auto" })
  })
  createEffect(() => props.onReach?.(rows().at(-1)?.index ?? 0))
  return (
    <div class="list" ref={(element) => (scroller = element)} role="region" aria-label={props.label} tabindex="-1">
      <ol class="list-all" role="list" style={{ height: `${virtual.getTotalSize()}px` }}>
        <For each={rows()}>
          {(row) => (
            <li
              class="list-place"
              data-index={row.index}
              ref={(element) => queueMicrotask(() => virtual.measureElement(element))}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Show when={props.items[row.index]}>{(item) => props.children(item, row.index)}</Show>
            </li>
          )}
        </For>
      </ol>
    </div>
  )
}
