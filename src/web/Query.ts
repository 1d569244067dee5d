import { useBeforeLeave, useLocation, useSearchParams } from "@solidjs/router"
import { onCleanup } from "solid-js"

/** Texts of names; a name without any is left out. */
type Values = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** What the URL's query holds of a view, as texts and lists of them. */
export interface Query {
  /** The text of a name; empty where there is none. */
  readonly text: (name: string) => string
  /** Every text of a name. */
  readonly list: (name: string) => ReadonlyArray<string>
  /** Writes names anew: empty ones are left out. `replace` makes no step in the history of the browser. */
  readonly set: (values: Values, replace?: boolean) => void
  /**
   * Writes names that change all the time, such as how far a list is scrolled: once they rest, and at once where somebody goes
   * on to another view.
   */
  readonly setResting: (values: Values) => void
}

/** How long a name rests before it is written, in milliseconds. */
const rest = 200

const textsOf = (value: Values[string]): ReadonlyArray<string> =>
  value === undefined || value === "" ? [] : typeof value === "string" ? [value] : value

/** The query of the URL, which holds all that a view shows. */
export const useQuery = (): Query => {
  const location = useLocation()
  const [params, setParams] = useSearchParams()
  const list = (name: string): ReadonlyArray<string> => textsOf(params[name])

  let waiting: Values = {}
  let timer: ReturnType<typeof setTimeout> | undefined
  const taken = (): Values => {
    clearTimeout(timer)
    const values = waiting
    waiting = {}
    return values
  }

  /** Another view is on its way: what is written now would be written into its URL. */
  let isLeaving = false
  const set = (values: Values, replace = true) => {
    if (isLeaving) return
    // What waits belongs to the step of the history that is left.
    if (!replace) keep()
    setParams(
      Object.fromEntries(
        Object.entries({ ...taken(), ...values }).map(([name, value]) => {
          const texts = textsOf(value)
          return [name, texts.length === 0 ? null : texts.length === 1 ? texts[0] : [...texts]]
        })
      ),
      { replace, scroll: false }
    )
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
    }
  }
}
