import { createEffect, createMemo, For, Show } from "solid-js"
import { createVirtualizer } from "@tanstack/solid-virtual"
import { Confidence } from "./Confidence.tsx"
import { sideName } from "./Names.ts"
import type { Entry, Queue } from "./Queue.ts"
import { Status } from "./Status.tsx"

/** How high a row is before it is measured, in pixels. */
const rowHeight = 58

const Row = (props: {
  readonly entry: Entry
  readonly isFirstOfSource: boolean
  readonly isCurrent: boolean
  readonly isChosen: boolean
  readonly onChoose: () => void
}) => (
  <button
    type="button"
    class="queue-row"
    classList={{ chosen: props.isChosen, done: props.entry.step !== undefined }}
    aria-current={props.isCurrent ? "true" : undefined}
    onClick={() => props.onChoose()}
  >
    <Show when={props.isFirstOfSource}>
      <span class="queue-source">
        <span class="mono">{sideName(props.entry.item.sources)}</span> {props.entry.item.sources[0].title}
      </span>
    </Show>
    <span class="queue-target">
      <span class="mono">{sideName(props.entry.item.targets, props.entry.item.relation.to)}</span>
      <span class="queue-title">{props.entry.item.targets[0]?.title}</span>
      <Show
        when={props.entry.item.relation.status === "suggested"}
        fallback={<Status relation={props.entry.item.relation} />}
      >
        <Confidence item={props.entry.item} />
      </Show>
    </span>
  </button>
)

/** All that is to be reviewed, the candidates of one source together. Loads more as one comes near its end. */
export const QueueList = (props: {
  readonly queue: Queue
  readonly current: number
  /** The keys of what is part of a set. */
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (index: number) => void
}) => {
  let scroller: HTMLDivElement | undefined
  const virtual = createVirtualizer({
    get count() {
      return props.queue.entries.length
    },
    getScrollElement: () => scroller ?? null,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => props.queue.entries[index]?.key ?? index
  })
  const rows = createMemo(() => virtual.getVirtualItems())
  const startsSource = (index: number): boolean => {
    const sources = props.queue.entries[index]?.item.relation.sources.join(" ")
    return index === 0 || sources !== props.queue.entries[index - 1]?.item.relation.sources.join(" ")
  }
  createEffect(() => {
    const { current } = props
    if (current >= 0 && current < props.queue.entries.length) virtual.scrollToIndex(current, { align: "auto" })
  })
  createEffect(() => {
    const last = rows().at(-1)?.index ?? 0
    if (Math.max(last, props.current) > props.queue.entries.length - 10) void props.queue.more()
  })
  return (
    <div class="queue" ref={(element) => (scroller = element)} role="region" aria-label="Relations" tabindex="-1">
      <ol class="queue-all" role="list" style={{ height: `${virtual.getTotalSize()}px` }}>
        <For each={rows()}>
          {(row) => (
            <li
              class="queue-place"
              data-index={row.index}
              ref={(element) => queueMicrotask(() => virtual.measureElement(element))}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Show when={props.queue.entries[row.index]}>
                {(entry) => (
                  <Row
                    entry={entry()}
                    isFirstOfSource={startsSource(row.index)}
                    isCurrent={row.index === props.current}
                    isChosen={props.chosen.has(entry().key)}
                    onChoose={() => props.onChoose(row.index)}
                  />
                )}
              </Show>
            </li>
          )}
        </For>
      </ol>
    </div>
  )
}
