import { useSearchParams } from "@solidjs/router"

/** What the URL's query holds of a view, as texts and lists of them. */
export interface Query {
  /** The text of a name; empty where there is none. */
  readonly text: (name: string) => string
  /** Every text of a name. */
  readonly list: (name: string) => ReadonlyArray<string>
  /** Writes names anew: empty ones are left out. `replace` makes no step in the history of the browser. */
  readonly set: (
    values: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
    replace?: boolean
  ) => void
}

/** The query of the URL, which holds all that a view shows. */
export const useQuery = (): Query => {
  const [params, setParams] = useSearchParams()
  const list = (name: string): ReadonlyArray<string> => {
    const value = params[name]
    return value === undefined || value === "" ? [] : Array.isArray(value) ? value : [value]
  }
  return {
    text: (name) => list(name)[0] ?? "",
    list,
    set: (values, replace = true) =>
      setParams(
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            value === undefined
              ? null
              : typeof value === "string"
                ? value || null
                : value.length === 0
                  ? null
                  : [...value]
          ])
        ),
        { replace, scroll: false }
      )
  }
}
