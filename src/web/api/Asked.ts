import { type Accessor, batch, createComputed, createMemo, createSignal, on, onCleanup } from "solid-js"
import { ask } from "./Client.ts"
import type { Answer, Request, Route } from "./Endpoints.ts"
import * as Token from "./Token.ts"

/** A request that a view made, and what came of it. */
export interface Asked<A> {
  /** The last answer; it stays while the next one comes. */
  readonly value: Accessor<A | undefined>
  /** Why the last request failed; undefined where it did not. */
  readonly error: Accessor<unknown>
  /** An answer is under way. */
  readonly isLoading: Accessor<boolean>
  /** Asks the same again. */
  readonly again: () => void
}

/**
 * Asks a route whenever what `request` tells changes; while that is undefined nothing is asked. A request that another
 * overtakes, or whose view is gone, is cancelled, so that a stale answer never shows.
 *
 * @example
 * const found = asked("GET /api/v1/search", () => (q() === "" ? undefined : { query: { q: q() } }))
 */
export const asked = <R extends Route>(route: R, request: Accessor<Request<R> | undefined>): Asked<Answer<R>> => {
  const [value, setValue] = createSignal<Answer<R> | undefined>()
  const [error, setError] = createSignal<unknown>()
  const [isLoading, setIsLoading] = createSignal(false)
  const [round, setRound] = createSignal(0)
  let running: AbortController | undefined

  const run = async (wanted: Request<R>) => {
    const controller = new AbortController()
    running = controller
    setIsLoading(true)
    const settle = (change: () => void) => {
      if (running !== controller) return
      batch(() => {
        change()
        setIsLoading(false)
      })
    }
    try {
      const answer = await ask(route, wanted, controller.signal)
      settle(() => {
        setValue(() => answer)
        setError(undefined)
      })
    } catch (reason) {
      settle(() => setError(() => reason))
    }
  }

  // Two requests are the same where they read the same.
  const wanted = createMemo(request, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) })
  createComputed(
    on([wanted, round, Token.asked], ([wanted, , isAsked]) => {
      running?.abort()
      running = undefined
      setIsLoading(false)
      if (wanted !== undefined && !isAsked) void run(wanted)
    })
  )
  onCleanup(() => {
    running?.abort()
    running = undefined
  })
  return { value, error, isLoading, again: () => void setRound((round) => round + 1) }
}
