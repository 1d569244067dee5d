import { useBeforeLeave, useLocation, useSearchParams } from "@solidjs/router"
import { createEffect, on, onCleanup } from "solid-js"

/** Texts of names; a name without any is left out. */
type Values = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The same, or what becomes of the texts that there are. */
type Changes = Readonly<Record<string, Values[string] | ((texts: ReadonlyArray<string>) => ReadonlyArray<string>)>>

/** What the URL's query holds of a view, as texts and lists of them. */
export interface Query {
  /** The text of a name; empty where there is none. */
  readonly text: (name: string) => string
  /** Every text of a name. */
  readonly list: (name: string) => ReadonlyArray<string>
  /**
   * Writes names anew, or changes the texts that were written last: empty ones are left out. `replace` makes no step in the
   * history of the browser.
   */
  readonly set: (values: Changes, replace?: boolean) => void
  /**
   * Writes names that change all the time, such as how far a list is scrolled: once they rest, and at once where somebody goes
   * on to another view.
   */
  readonly setResting: (values: Values) => void
  /** Whether something newer than the text of a name is on its way into the URL. */
  readonly isAhead: (name: string) => boolean
}

/** How long a name rests before it is written, in milliseconds. */
const rest = 200

const textsOf = (value: Values[string]): ReadonlyArray<string> =>
  value === undefined || value === "" ? [] : typeof value === "string" ? [value] : value

/** All texts but one. */
export const without =
  (text: string) =>
  (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
    texts.filter((other) => other !== text)

/** All texts but one where it is there, else with it. */
export const toggled =
  (text: string) =>
  (texts: ReadonlyArray<string>): ReadonlyArray<string> =>
    texts.includes(text) ? without(text)(texts) : [...texts, text]

/** The query of the URL, which holds all that a view shows. */
export const useQuery = (): Query => {
  const location = useLocation()
  const [params, setParams] = useSearchParams()
  const list = (name: string): ReadonlyArray<string> => textsOf(params[name])

  const isShown = (name: string, value: Values[string]) => list(name).join("\n") === textsOf(value).join("\n")

  let waiting: Values = {}
  let timer: ReturnType<typeof setTimeout> | undefined
  const taken = (): Values => {
    clearTimeout(timer)
    const values = waiting
    waiting = {}
    return values
  }

  /** What was written and is not in the URL yet, which waits for what it shows. */
  let written: Values = {}
  createEffect(
    on(
      () => location.search,
      () => {
        written = Object.fromEntries(Object.entries(written).filter(([name, value]) => !isShown(name, value)))
      }
    )
  )

  /** Another view is on its way: what is written now would be written into its URL. */
  let isLeaving = false
  const set = (changes: Changes, replace = true) => {
    if (isLeaving) return
    // What waits belongs to the step of the history that is left.
    if (!replace) keep()
    const before = written
    const latest = (name: string) => (name in before ? textsOf(before[name]) : list(name))
    const values = Object.entries(changes).map(
      ([name, change]) => [name, typeof change === "function" ? change(latest(name)) : change] as const
    )
    const all: Values = { ...taken(), ...Object.fromEntries(values) }
    setParams(
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => {
          const texts = textsOf(value)
          return [name, texts.length === 0 ? null : texts.length === 1 ? texts[0] : [...texts]]
        })
      ),
      { replace, scroll: false }
    )
    // What the URL says already does not come there any more.
    const isNew = ([name, value]: readonly [string, Values[string]]) => name in before || !isShown(name, value)
    written = { ...before, ...Object.fromEntries(Object.entries(all).filter(isNew)) }
  }

  /** Writes what waits into this step of the history by hand: the router would write it into the next one. */
  const keep = () => {
    const values = Object.entries(taken())
    if (values.length === 0 || window.location.pathname !== location.pathname) return
    const query = new URLSearchParams(window.location.search)
    for (const [name, value] of values) {
      query.delete(name)
      for (const text of textsOf(value)) query.append(name, text)
    }
    window.history.replaceState(window.history.state, "", query.size === 0 ? location.pathname : `?${query}`)
  }
  useBeforeLeave(({ to }) => {
    written = {}
    // Where somebody goes back or forward, a number of steps, the browser is there already.
    if (typeof to === "number") return void taken()
    keep()
    isLeaving = new URL(to, window.location.href).pathname !== location.pathname
  })
  window.addEventListener("pagehide", keep)
  onCleanup(() => {
    taken()
    window.removeEventListener("pagehide", keep)
  })

  return {
    text: (name) => list(name)[0] ?? "",
    list,
    set,
    setResting: (values) => {
      waiting = { ...taken(), ...values }
      timer = setTimeout(() => set({}), rest)
    },
    isAhead: (name) => name in waiting || name in written
  }
}
