import { createSignal, onCleanup } from "solid-js"
import type { JobEvent } from "../../http/jobs/Job.ts"
import { send } from "./Client.ts"
import { Failure } from "./Failure.ts"
import type { Answer } from "./Endpoints.ts"

export type Job = Answer<"GET /api/v1/jobs/:id">
export type Event = (typeof JobEvent)["Encoded"]

/** How long it waits before it asks again for what a connection broke off, in milliseconds. */
const pause = 1000

/** So many problems are kept; the number of all is told anyway. */
const mostProblems = 500

/** What is known of a job. */
export interface Watched {
  readonly progress: Extract<Event, { readonly _tag: "JobProgress" }> | undefined
  readonly problems: ReadonlyArray<Extract<Event, { readonly _tag: "JobProblem" }>>
  readonly problemCount: number
  /** The last event, where the job has ended. */
  readonly end: Extract<Event, { readonly _tag: "JobDone" | "JobFailed" | "JobCancelled" }> | undefined
}

const nothing: Watched = { progress: undefined, problems: [], problemCount: 0, end: undefined }

const withEvent = (watched: Watched, event: Event): Watched => {
  switch (event._tag) {
    case "JobStarted":
      return watched
    case "JobProgress":
      return { ...watched, progress: event }
    case "JobProblem":
      return {
        ...watched,
        problemCount: watched.problemCount + 1,
        problems: watched.problems.length < mostProblems ? [...watched.problems, event] : watched.problems
      }
    default:
      return { ...watched, end: event }
  }
}

/** The lines of a response, as they come. */
const linesOf = async function* (response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done || value === undefined) break
    const lines = (rest + value).split("\n")
    rest = lines.pop() ?? ""
    yield* lines
  }
  if (rest !== "") yield rest
}

/**
 * Watches a job until it ends, also over broken connections; leaving the page does not end it. Fails where there is no such
 * job (any more).
 */
export const watch = (id: string, onEnd: () => void = () => {}) => {
  const [watched, setWatched] = createSignal(nothing)
  const [error, setError] = createSignal<unknown>()
  const controller = new AbortController()
  onCleanup(() => controller.abort())
  let last = 0

  const read = async () => {
    const { signal } = controller
    const headers = { accept: "application/x-ndjson", ...(last > 0 && { "last-event-id": String(last) }) }
    const response = await send("GET /api/v1/jobs/:id/events", { params: { id } }, { signal, headers })
    for await (const line of linesOf(response)) {
      if (line === "") continue
      const event: Event = JSON.parse(line)
      last = event.id
      setWatched((before) => withEvent(before, event))
    }
  }
  const run = async (): Promise<void> => {
    try {
      await read()
    } catch (reason) {
      if (controller.signal.aborted) return
      // What the server refuses it refuses again; a connection that broke may come back.
      if (reason instanceof Failure && reason.status > 0 && reason.status < 500) return void setError(() => reason)
    }
    if (watched().end !== undefined) return onEnd()
    await new Promise((resolve) => setTimeout(resolve, pause))
    if (!controller.signal.aborted) return run()
  }
  void run()
  return { watched, error }
}
