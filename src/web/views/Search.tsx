import { createEffect, createMemo, createSignal, onCleanup, onMount, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import type { Answer } from "../api/Endpoints.ts"
import { Bones } from "../components/Bones.tsx"
import { Icon } from "../components/Icon.tsx"
import { Problem } from "../components/Problem.tsx"
import { ScoreLegend } from "../components/ScoreBar.tsx"
import { Segments } from "../components/Segments.tsx"
import { Title } from "../components/Title.tsx"
import { stemsOf } from "../Marks.ts"
import { count, many } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import { Filters } from "./search/Filters.tsx"
import { HitList } from "./search/HitList.tsx"
import "./Search.css"

type Result = Answer<"GET /api/v1/search">

const modes = [
  ["hybrid", "Meaning and words"],
  ["semantic", "Meaning"],
  ["keyword", "Words"]
] as const

type Mode = (typeof modes)[number][0]

const isMode = (text: string): text is Mode => modes.some(([mode]) => mode === text)

/** How long somebody stops writing before the meaning is asked for, in milliseconds. Words are asked for at once. */
const pause = 120

/** So many hits are shown at most. */
const most = 200

/** Below it, a hit is unlikely to answer the query. */
const leastRelevance = 0.5

/** Finds references by meaning and words. All that it shows is in the URL. */
export default function Search() {
  const query = useQuery()
  let box: HTMLInputElement | undefined
  let hits: HTMLOListElement | undefined

  const q = createMemo(() => query.text("q"))
  const mode = createMemo((): Mode => {
    const text = query.text("mode")
    return isMode(text) ? text : "hybrid"
  })
  const limit = createMemo(() => Math.min(most, Math.max(1, Number(query.text("limit")) || 20)))
  const filter = createMemo(() => ({
    catalog: query.text("catalog") || undefined,
    type: query.text("type") || undefined,
    tag: query.list("tag"),
    where: query.list("where"),
    onlyRelevant: query.text("relevant") === "1" || undefined
  }))

  const [settled, setSettled] = createSignal(q())
  createEffect(() => {
    const text = q()
    const timer = setTimeout(() => setSettled(text), pause)
    onCleanup(() => clearTimeout(timer))
  })

  const request = (text: string, mode: Mode) =>
    text.trim() === "" ? undefined : { query: { q: text, mode, limit: limit(), facets: true, ...filter() } }
  const byWords = asked("GET /api/v1/search", () => (mode() === "semantic" ? undefined : request(q(), "keyword")))
  const whole = asked("GET /api/v1/search", () => (mode() === "keyword" ? undefined : request(settled(), mode())))

  /** The answer to exactly what is asked is there. */
  const isWhole = () => settled() === q() && !whole.isLoading() && whole.error() === undefined
  const error = () => (mode() === "keyword" ? byWords.error() : (byWords.error() ?? whole.error()))
  const result = createMemo((before: Result | undefined): Result | undefined => {
    if (q().trim() === "") return undefined
    if (mode() !== "keyword" && isWhole()) return whole.value()
    if (mode() !== "semantic" && !byWords.isLoading() && byWords.error() === undefined) return byWords.value()
    return before
  })
  const isPartial = () => mode() === "hybrid" && !isWhole()
  const isRelevant = () => result()?.hits.some(({ relevance }) => relevance >= leastRelevance) === true
  const stems = createMemo(() => stemsOf([q(), ...(result()?.hits[0]?.explanation.added ?? [])].join(" ")))

  const links = () => [...(hits?.querySelectorAll<HTMLAnchorElement>("a.hit-link") ?? [])]
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    const fromBox = event.target === box
    if (step === 0 && !(fromBox && event.key === "Enter")) return
    const all = links()
    const at = all.findIndex((link) => link === document.activeElement)
    if (!fromBox && at === -1) return
    event.preventDefault()
    const next = fromBox ? (step === -1 ? undefined : all[0]) : all[at + step]
    if (next !== undefined) next.focus()
    else if (step === -1) box?.focus()
  }
  onMount(() => box?.focus({ preventScroll: true }))

  return (
    <div class="search" onKeyDown={onKey}>
      <Title text={q() === "" ? "Search" : `${q()} – Search`} />
      <h1 class="unseen">Search</h1>
      <search class="search-head">
        <label class="search-box">
          <span class="unseen">Search for</span>
          <Icon name="search" />
          <input
            ref={(element) => (box = element)}
            id="query"
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder="In your own words, or an identifier"
            value={q()}
            onInput={(event) => query.set({ q: event.currentTarget.value, limit: undefined })}
            aria-describedby="search-keys"
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <p id="search-keys" class="unseen">
          Results come as you write. The arrow keys go through them, Enter opens one.
        </p>
        <div class="row">
          <Segments
            legend="What is compared"
            name="mode"
            options={modes}
            value={mode()}
            onChoose={(value) => query.set({ mode: value === "hybrid" ? undefined : value })}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={filter().onlyRelevant === true}
              onChange={(event) => query.set({ relevant: event.currentTarget.checked ? "1" : undefined })}
            />
            Only what is likely to answer
          </label>
        </div>
      </search>

      <div class="search-body">
        <section class="search-hits" aria-label="Results">
          <Show when={error()}>
            {(error) => <Problem error={error()} onRetry={() => (byWords.again(), whole.again())} />}
          </Show>
          <Show
            when={result()}
            fallback={
              <Show when={q().trim() !== ""} fallback={<Start />}>
                <Show when={error() === undefined}>
                  <Bones label="Searching" lines={9} />
                </Show>
              </Show>
            }
          >
            {(result) => (
              <>
                <div class="search-line row">
                  <p role="status" class="small soft">
                    {result().hits.length === 0 ? "No results" : many(result().hits.length, "result")}
                    {isPartial() && error() === undefined ? " by words; their meaning is being compared…" : ""}
                  </p>
                  <Show when={result().hits.length > 0}>
                    <ScoreLegend />
                  </Show>
                </div>
                <Show when={result().degraded}>
                  {(degraded) => (
                    <div class="note warn small">
                      <p>
                        Only words were compared: the model that compares meaning failed.{" "}
                        {degraded().isRetryable ? "Search again in a moment." : "The log of the server says more."}
                      </p>
                    </div>
                  )}
                </Show>
                <Show when={result().unsearched > 0}>
                  <div class="note warn small">
                    <p>
                      {many(result().unsearched, "reference")} could not be compared by meaning: no embedding of the
                      model in use. They are found by their words only.
                    </p>
                    <code class="command">crosswalk embed</code>
                  </div>
                </Show>
                <Show when={!isPartial() && !isRelevant()}>
                  <div class="note">
                    <h2>Nothing relevant was found</h2>
                    <p class="soft">
                      {result().hits.length === 0
                        ? "Say it in other words, or take a filter away."
                        : "What follows is nearest, and unlikely to answer. Say it in other words, or take a filter away."}
                    </p>
                  </div>
                </Show>
                <HitList ref={(element) => (hits = element)} hits={result().hits} stems={stems()} />
                <Show when={result().hits.length === most}>
                  <p class="small soft">These are the best {most}. Say more, or choose a filter, to see others.</p>
                </Show>
                <Show when={result().hits.length === limit() && limit() < most}>
                  <div>
                    <button
                      class="button"
                      type="button"
                      onClick={() => query.set({ limit: String(Math.min(most, limit() + 30)) })}
                    >
                      Show more
                    </button>
                  </div>
                </Show>
              </>
            )}
          </Show>
        </section>
        <Filters query={query} facets={result()?.facets} />
      </div>
    </div>
  )
}

/** Before anything is asked for. */
const Start = () => {
  const status = asked("GET /api/v1/status", () => ({}))
  return (
    <div class="search-start soft">
      <p>
        Write what you look for in your own words:{" "}
        <a href="/search?q=nobody+can+guess+passwords">nobody can guess passwords</a> finds what is meant, also where no
        word is the same. An identifier such as <code>AC-2</code> comes first.
      </p>
      <Show when={status.value()}>
        {(status) => (
          <p class="faint small">
            {many(status().references, "reference")} in {count(status().catalogs.length)}{" "}
            {status().catalogs.length === 1 ? "catalog" : "catalogs"}.
          </p>
        )}
      </Show>
    </div>
  )
}
