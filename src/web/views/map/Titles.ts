import { createSignal } from "solid-js"
import { ask } from "../../api/Client.ts"

const atOnce = 4

/** The titles of references, each asked for once, when somebody looks at it. */
export const makeTitles = () => {
  const [titles, setTitles] = createSignal<ReadonlyMap<string, string>>(new Map())
  const asked = new Set<string>()
  const waiting: Array<string> = []
  let running = 0

  const next = async (): Promise<void> => {
    const uri = waiting.pop()
    if (uri === undefined) return
    running++
    try {
      const { title } = await ask("GET /api/v1/references/:uri", { params: { uri } })
      setTitles((before) => new Map(before).set(uri, title))
    } catch {
      // The identifier is shown; what opens it says more.
      asked.delete(uri)
    } finally {
      running--
    }
    return next()
  }

  return {
    /** The title of a reference, empty until it is known. */
    of: (uri: string): string => titles().get(uri) ?? "",
    /** Takes titles that are known from elsewhere. */
    learn: (known: ReadonlyArray<readonly [uri: string, title: string]>): void => {
      for (const [uri] of known) asked.add(uri)
      setTitles((before) => new Map([...before, ...known]))
    },
    /** Asks for titles that are not known, those that come last first. */
    want: (uris: ReadonlyArray<string>): void => {
      for (const uri of uris) {
        if (asked.has(uri)) continue
        asked.add(uri)
        waiting.push(uri)
      }
      while (running < atOnce && waiting.length > 0) void next()
    }
  }
}

export type Titles = ReturnType<typeof makeTitles>
