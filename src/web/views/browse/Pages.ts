import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"
import { ask } from "../../api/Client.ts"
import type { Answer, Request } from "../../api/Endpoints.ts"

type Reference = Answer<"GET /api/v1/references">["references"][number]
type Filter = Omit<NonNullable<Request<"GET /api/v1/references">["query"]>, "after" | "limit">

/** What a row shows of a reference. */
export type Row = Pick<Reference, "catalog" | "identifier" | "label" | "role" | "title" | "uri">

/** How many references come at once. */
const size = 1000

const rowOf = ({ catalog, identifier, label, role, title, uri }: Reference): Row => ({
  role,
  title,
  uri,
  ...(catalog !== undefined && { catalog }),
  ...(identifier !== undefined && { identifier }),
  ...(label !== undefined && { label })
})

/** References in natural order, as far as they were needed. */
export interface Pages {
  readonly rows: Accessor<ReadonlyArray<Row>>
  /** There are no more. */
  readonly isWhole: Accessor<boolean>
  readonly error: Accessor<unknown>
  readonly again: () => void
}

/**
 * Loads pages, one after the other, until there are as many rows as `needed` says; anew where the filter changes.
 */
export const pages = (filter: Accessor<Filter>, needed: Accessor<number>): Pages => {
  const [rows, setRows] = createSignal<ReadonlyArray<Row>>([])
  const [next, setNext] = createSignal<string | undefined>()
  const [isWhole, setIsWhole] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const [round, setRound] = createSignal(0)

  createEffect(
    on([() => JSON.stringify(filter()), round], () => {
      const controller = new AbortController()
      onCleanup(() => controller.abort())
      const chosen = filter()
      setRows([])
      setNext(undefined)
      setIsWhole(false)
      setError(undefined)
      let isRunning = false
      const load = async () => {
        if (isRunning) return
        isRunning = true
        try {
          while (!controller.signal.aborted && !isWhole() && rows().length < needed()) {
            const after = next()
            const query = { ...chosen, limit: size, ...(after !== undefined && { after }) }
            const page = await ask("GET /api/v1/references", { query }, controller.signal)
            setRows((rows) => [...rows, ...page.references.map(rowOf)])
            setNext(page.next)
            setIsWhole(page.next === undefined)
          }
        } catch (reason) {
          if (!controller.signal.aborted) setError(() => reason)
        } finally {
          isRunning = false
        }
      }
      createEffect(on(needed, () => void load()))
    })
  )
  return { rows, isWhole, error, again: () => void setRound((round) => round + 1) }
}
