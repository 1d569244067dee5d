import { type Accessor, batch, createComputed, createMemo, createSignal, on, onCleanup, untrack } from "solid-js"
import { createStore, produce } from "solid-js/store"
import { ask } from "../../api/Client.ts"
import type { Answer, Request } from "../../api/Endpoints.ts"
import * as Token from "../../api/Token.ts"
import { endsOf, relationKey } from "../../Relations.ts"

type Page = Answer<"GET /api/v1/review">
export type Item = Page["items"][number]
export type Relation = Item["relation"]
export type Verdict = Request<"POST /api/v1/decisions">["payload"]["verdicts"][number]
export type Outcome = Answer<"POST /api/v1/decisions">
type Decision = Outcome["decided"][number]

/** A relation in the queue. */
export interface Entry {
  /** Tells it apart, and stays the same whatever is decided. */
  readonly key: string
  readonly item: Item
  /** The step in which it was decided here; undefined while it was not. */
  readonly step?: number | undefined
}

/** How many relations one request brings, and how many where one is looked for. */
const pageSize = 50
const seekSize = 500

/** How far a relation is looked for that the URL names. */
export const mostSought = 5000

export const keyOf = ({ relation }: Item): string => relationKey(relation)

/** What is to be reviewed, and what was decided of it here. */
export interface Queue {
  readonly entries: ReadonlyArray<Entry>
  /** How many are left that pass the filter, on pages that are not loaded too; undefined until the first one is. */
  readonly left: Accessor<number | undefined>
  readonly hasMore: Accessor<boolean>
  readonly isLoading: Accessor<boolean>
  readonly error: Accessor<unknown>
  readonly more: () => Promise<void>
  readonly again: () => void
  /** Decides; fails as the request does. Nothing of what is refused is written. */
  readonly decide: (verdicts: ReadonlyArray<Verdict>, by: string | undefined) => Promise<Outcome>
  /** Takes a step back: the last one that was made here where none is named. */
  readonly undo: (by: string | undefined, step?: number) => Promise<Outcome | undefined>
  /** Whether a step was made here that can be taken back. */
  readonly canUndo: Accessor<boolean>
}

/** A queue of what passes the filter that `query` tells; it begins with as many as are needed to have the key that is `sought`. */
export const createQueue = (
  query: Accessor<Request<"GET /api/v1/review">["query"]>,
  sought: Accessor<string>
): Queue => {
  const [state, setState] = createStore<{ entries: Array<Entry> }>({ entries: [] })
  const [total, setTotal] = createSignal<number>()
  const [next, setNext] = createSignal<string>()
  const [isLoading, setIsLoading] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const [round, setRound] = createSignal(0)
  const [steps, setSteps] = createSignal<ReadonlyArray<number>>([])
  let running: AbortController | undefined

  const load = async (after: string | undefined) => {
    running?.abort()
    const controller = new AbortController()
    running = controller
    setIsLoading(true)
    const read = (after: string | undefined, limit: number) =>
      ask(
        "GET /api/v1/review",
        { query: { ...query(), limit, marked: true, ...(after !== undefined && { after }) } },
        controller.signal
      )
    try {
      let page = await read(after, pageSize)
      const items = [...page.items]
      const place = untrack(sought)
      const isSought = () => place !== "" && items.length < mostSought && !items.some((item) => keyOf(item) === place)
      while (after === undefined && page.next !== undefined && isSought()) {
        page = await read(page.next, seekSize)
        items.push(...page.items)
      }
      if (running !== controller) return
      batch(() => {
        const known = new Set(after === undefined ? [] : state.entries.map(({ key }) => key))
        const entries = items.map((item) => ({ key: keyOf(item), item })).filter(({ key }) => !known.has(key))
        if (after === undefined) {
          setState("entries", entries)
          setSteps([])
        } else {
          setState(
            "entries",
            produce((all) => {
              all.push(...entries)
            })
          )
        }
        setTotal(page.total)
        setNext(page.next)
        setError(undefined)
      })
    } catch (reason) {
      if (running === controller) setError(() => reason)
    } finally {
      if (running === controller) setIsLoading(false)
    }
  }

  const asked = createMemo(query, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) })
  createComputed(
    on([asked, round, Token.asked], ([, , needsToken]) => {
      if (!needsToken) void load(undefined)
    })
  )
  onCleanup(() => {
    running?.abort()
    running = undefined
  })

  /** Shows what a relation became. */
  const apply = ({ after, before, step, undoes, ...ends }: Decision) => {
    const type = before?.type ?? after?.type
    const index = state.entries.findIndex(
      ({ item }) => item.relation.type === type && endsOf(item.relation) === endsOf(ends)
    )
    if (index < 0 || after === undefined) return
    setState(
      "entries",
      index,
      produce((entry) => {
        const { pins: _pins, ...relation } = after
        Object.assign(entry.item.relation, relation)
        Object.assign(entry, { step: undoes === undefined ? step : undefined })
      })
    )
  }

  const left = createMemo(() => {
    const all = total()
    return all === undefined ? undefined : all - state.entries.filter(({ step }) => step !== undefined).length
  })

  return {
    get entries() {
      return state.entries
    },
    left,
    hasMore: () => next() !== undefined,
    isLoading,
    error,
    more: async () => {
      if (next() !== undefined && !isLoading()) await load(next())
    },
    again: () => void setRound((round) => round + 1),
    decide: async (verdicts, by) => {
      const outcome = await ask("POST /api/v1/decisions", {
        payload: { verdicts, ...(by !== undefined && { by }) }
      })
      batch(() => {
        for (const decision of outcome.decided) apply(decision)
        if (outcome.step !== undefined) setSteps((steps) => [...steps, outcome.step ?? 0])
      })
      return outcome
    },
    undo: async (by, step = steps().at(-1)) => {
      if (step === undefined) return undefined
      const outcome = await ask("POST /api/v1/decisions/undo", {
        payload: { step, ...(by !== undefined && { by }) }
      })
      batch(() => {
        for (const decision of outcome.decided) apply(decision)
        setSteps((steps) => steps.filter((one) => one !== step))
      })
      return outcome
    },
    canUndo: () => steps().length > 0
  }
}
