import { Effect, Stream } from "effect"
import * as Option from "effect/Option"
import type { JobEvent } from "./Job.ts"

/** So many events of a job are kept; then the oldest go. */
const kept = 1000

/** The events of a job, for any number of readers, each at its own pace. */
export interface JobLog {
  /** Adds an event, which is given its place. */
  readonly add: (event: (id: number) => JobEvent) => void
  /** No more come. */
  readonly end: () => void
  /** Those after a place, and those that come. Of progress only the newest is kept, so a reader that is slow misses some. */
  readonly after: (place: number) => Stream.Stream<JobEvent>
}

export const make = (): JobLog => {
  const events: Array<JobEvent> = []
  const waiting = new Set<() => void>()
  let last = 0
  let isEnded = false

  const wake = () => {
    const woken = [...waiting]
    // Who is woken may wait again at once.
    waiting.clear()
    for (const resume of woken) resume()
  }

  /** Ends when there is something after a place, or nothing will be. */
  const more = (place: number) =>
    Effect.callback<void>((resume) => {
      if (last > place || isEnded) return resume(Effect.void)
      const ready = () => resume(Effect.void)
      waiting.add(ready)
      return Effect.sync(() => waiting.delete(ready))
    })

  return {
    add: (event) => {
      last += 1
      const added = event(last)
      if (added._tag === "JobProgress" && events.at(-1)?._tag === "JobProgress") events.pop()
      events.push(added)
      if (events.length > kept) events.shift()
      wake()
    },
    end: () => {
      isEnded = true
      wake()
    },
    after: (place) =>
      Stream.paginate(place, (place) =>
        Effect.map(more(place), () => {
          const found = events.slice(events.findLastIndex(({ id }) => id <= place) + 1)
          const next = found.at(-1)?.id ?? place
          return [found, isEnded && next >= last ? Option.none<number>() : Option.some(next)] as const
        })
      )
  }
}
