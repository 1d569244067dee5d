import { createEffect, createSignal, Show } from "solid-js"
import { ConfidenceOf } from "../../components/Confidence.tsx"
import { VirtualList } from "../../components/VirtualList.tsx"
import { sideName } from "./Names.ts"
import type { Entry, Queue } from "./Queue.ts"
import { Status } from "./Status.tsx"

const Row = (props: {
  readonly entry: Entry
  readonly isFirstOfSource: boolean
  readonly isCurrent: boolean
  readonly isChosen: boolean
  readonly onChoose: () => void
}) => (
  <button
    type="button"
    class="list-row queue-row"
    classList={{ chosen: props.isChosen, done: props.entry.step !== undefined }}
    aria-current={props.isCurrent ? "true" : undefined}
    onClick={() => props.onChoose()}
  >
    <Show when={props.isFirstOfSource}>
      <span class="queue-source clip">
        <span class="mono">{sideName(props.entry.item.sources)}</span> {props.entry.item.sources[0].title}
      </span>
    </Show>
    <span class="queue-target">
      <span class="mono">{sideName(props.entry.item.targets, props.entry.item.relation.to)}</span>
      <span class="queue-title clip">{props.entry.item.targets[0]?.title}</span>
      <Show
        when={props.entry.item.relation.status === "suggested"}
        fallback={<Status relation={props.entry.item.relation} />}
      >
        <ConfidenceOf item={props.entry.item} />
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
  const [reached, setReached] = createSignal(0)
  const startsSource = (index: number): boolean => {
    const sources = props.queue.entries[index]?.item.relation.sources.join(" ")
    return index === 0 || sources !== props.queue.entries[index - 1]?.item.relation.sources.join(" ")
  }
  createEffect(() => {
    if (Math.max(reached(), props.current) > props.queue.entries.length - 10) void props.queue.more()
  })
  return (
    <VirtualList
      label="Relations"
      items={props.queue.entries}
      keyOf={({ key }) => key}
      rowHeight={58}
      current={props.current}
      onReach={setReached}
    >
      {(entry, index) => (
        <Row
          entry={entry()}
          isFirstOfSource={startsSource(index)}
          isCurrent={index === props.current}
          isChosen={props.chosen.has(entry().key)}
          onChoose={() => props.onChoose(index)}
        />
      )}
    </VirtualList>
  )
}
