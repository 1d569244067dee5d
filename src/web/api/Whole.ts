import { type Accessor, batch, createComputed, createSignal, on, onCleanup, untrack } from "solid-js"
import { type Asked, asked } from "./Asked.ts"
import { ask } from "./Client.ts"
import type { Answer, Request } from "./Endpoints.ts"

/** What is answered a page at a time, each with `next` where there is another, and its lists. */
const lists = {
  "POST /api/v1/coverage": ["references", "unlinked", "unlinkedExcepted", "unknownExceptions"],
  "GET /api/v1/diff": ["changes"],
  "GET /api/v1/carry": ["relations"]
} as const

type Paged = keyof typeof lists

/** How many rows come by themselves; a hand asks for more of them. */
const most = 50_000

/** An answer that comes in pages, as far as it is there. */
export interface Whole<A> extends Asked<A> {
  /** How many rows are here, where not all are; undefined where all are. */
  readonly rows: Accessor<number | undefined>
  /** More rows are under way. */
  readonly isComing: Accessor<boolean>
  /** Why what was missing did not come. */
  readonly restError: Accessor<unknown>
  /** Asks for what is missing. */
  readonly more: () => void
}

/**
 * Asks as {@link asked} does, and goes on with the pages behind the first, for which `request` is told the cursor: each is there
 * as soon as it has come.
 */
export const whole = <R extends Paged>(
  route: R,
  request: (cursor: string | undefined) => Request<R> | undefined
): Whole<Answer<R>> => {
  const first = asked(route, () => request(undefined))
  const [value, setValue] = createSignal<Answer<R>>()
  const [isComing, setIsComing] = createSignal(false)
  const [restError, setRestError] = createSignal<unknown>()
  let running: AbortController | undefined
  let allowed = most

  const rowsOf = (answer: Answer<Paged>): number => {
    const all: Readonly<Record<string, unknown>> = answer
    return lists[route].reduce((sum, name) => {
      const list = all[name]
      return sum + (Array.isArray(list) ? list.length : 0)
    }, 0)
  }
  const joined = (before: Answer<R>, page: Answer<R>): Answer<R> => {
    const [a, b]: [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>] = [before, page]
    const all = lists[route].map((name) => {
      const [some, more] = [a[name], b[name]]
      return [name, Array.isArray(some) && Array.isArray(more) ? [...some, ...more] : more]
    })
    return { ...page, ...Object.fromEntries(all) }
  }
  const stop = () => {
    running?.abort()
    running = undefined
    setIsComing(false)
  }
  const follow = async () => {
    stop()
    const controller = new AbortController()
    running = controller
    batch(() => {
      setIsComing(true)
      setRestError(undefined)
    })
    try {
      for (let known = value(); known?.next !== undefined && rowsOf(known) < allowed; known = value()) {
        const { next } = known
        const wanted = untrack(() => request(next))
        if (wanted === undefined) break
        const page = await ask(route, wanted, controller.signal)
        if (running !== controller) return
        setValue(() => joined(known, page))
      }
    } catch (reason) {
      if (running === controller) setRestError(() => reason)
    }
    if (running === controller) stop()
  }

  // What goes on behind an answer stops where another is asked for.
  createComputed(on(first.isLoading, (isLoading) => isLoading && stop()))
  createComputed(
    on(first.value, (page) => {
      allowed = most
      setValue(() => page)
      setRestError(undefined)
      if (page?.next !== undefined) void follow()
    })
  )
  onCleanup(stop)

  return {
    ...first,
    value,
    rows: () => {
      const known = value()
      return known?.next === undefined ? undefined : rowsOf(known)
    },
    isComing,
    restError,
    more: () => {
      const known = value()
      if (known === undefined) return
      if (rowsOf(known) >= allowed) allowed += most
      void follow()
    }
  }
}
