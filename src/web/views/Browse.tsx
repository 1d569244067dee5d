import { createComputed, createEffect, createMemo, createSignal, For, on, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import { Answer } from "../components/Answer.tsx"
import { Problem } from "../components/Problem.tsx"
import { Rows } from "../components/Rows.tsx"
import { Title } from "../components/Title.tsx"
import { referenceLink } from "../Links.ts"
import { count, many } from "../Numbers.ts"
import { useQuery, without } from "../Query.ts"
import { nameOf } from "../Relations.ts"
import { pages, type Row } from "./browse/Pages.ts"
import "./Browse.css"

const roles = ["requirement", "heading", "guidance"] as const

const isRole = (text: string): text is (typeof roles)[number] => roles.some((role) => role === text)

/** How high a row is, in pixels. */
const height = 40

const RowOf = (props: { readonly row: Row; readonly showsCatalog: boolean }) => (
  <div class="opens entry" classList={{ heading: props.row.role === "heading" }}>
    <span class="mono entry-name clip">{nameOf(props.row)}</span>
    <a class="hit-link entry-title clip" href={referenceLink(props.row.uri)}>
      {props.row.title}
    </a>
    <Show when={props.showsCatalog && props.row.catalog}>
      {(catalog) => <span class="faint small entry-catalog">{catalog()}</span>}
    </Show>
  </div>
)

/** The references of a catalog, or of all, in natural order. */
export default function Browse() {
  const query = useQuery()
  const catalogs = asked("GET /api/v1/catalogs", () => ({}))
  const status = asked("GET /api/v1/status", () => ({}))
  const catalog = createMemo(() => query.text("catalog"))
  const filter = createMemo(
    () => {
      const role = query.text("role")
      const tag = query.list("tag")
      return {
        ...(catalog() !== "" && { catalog: catalog() }),
        ...(isRole(role) && { role }),
        ...(tag.length > 0 && { tag })
      }
    },
    undefined,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) }
  )
  const isFiltered = () => "role" in filter() || "tag" in filter()
  const at = () => Math.max(0, Math.floor(Number(query.text("at"))) || 0)
  /** The row that is on top, as the list tells. */
  let top = at()
  const [jumps, setJumps] = createSignal(0)
  // Somebody went to another row by the URL, such as to the first one by the navigation.
  createEffect(on(at, (at) => at !== top && setJumps((jumps) => jumps + 1), { defer: true }))
  /** A list, and the row that is on top where it begins; what is scrolled since only the list knows. */
  const list = createMemo(on([filter, jumps], () => ({ start: at() })))
  const [needed, setNeeded] = createSignal(0)
  createComputed(
    on(list, ({ start }) => {
      top = start
      setNeeded(start + 100)
    })
  )
  const { again, error, isWhole, rows } = pages(filter, needed)

  /** How many there are: what the store says, until all are here or a filter leaves out more. */
  const total = () => {
    const one = catalogs.value()?.catalogs.find(({ id }) => id === catalog())
    const said = (catalog() === "" ? status.value() : one)?.references ?? 0
    return isWhole() || isFiltered() ? rows().length : Math.max(said, rows().length)
  }

  const onSight = (first: number, last: number) => {
    setNeeded((needed) => Math.max(needed, last + 200))
    top = first
    query.setResting({ at: first === 0 ? undefined : String(first) })
  }

  return (
    <div class="browse">
      <Title text={catalog() === "" ? "Browse" : `${catalog()} – Browse`} />
      <div class="browse-head">
        <h1>Browse</h1>
        <Answer of={catalogs} label="Loading the catalogs" lines={1}>
          {() => (
            <div class="row">
              <label class="row small">
                <span class="soft">Catalog</span>
                <select
                  class="select"
                  onChange={(event) => query.set({ catalog: event.currentTarget.value, at: undefined }, false)}
                >
                  <option value="">All</option>
                  <For each={catalogs.value()?.catalogs}>
                    {({ id, references }) => (
                      <option value={id} selected={catalog() === id}>
                        {id} ({count(references)})
                      </option>
                    )}
                  </For>
                </select>
              </label>
              <label class="row small">
                <span class="soft">Role</span>
                <select
                  class="select"
                  onChange={(event) => query.set({ role: event.currentTarget.value, at: undefined }, false)}
                >
                  <option value="">All</option>
                  <For each={roles}>
                    {(role) => (
                      <option value={role} selected={query.text("role") === role}>
                        {role}
                      </option>
                    )}
                  </For>
                </select>
              </label>
              <For each={query.list("tag")}>
                {(tag) => (
                  <button
                    class="tag"
                    type="button"
                    aria-label={`Not only with the tag ${tag}`}
                    onClick={() => query.set({ tag: without(tag), at: undefined }, false)}
                  >
                    {tag} ×
                  </button>
                )}
              </For>
              <span class="faint small numbers" role="status">
                {isWhole() || total() > rows().length ? many(total(), "reference") : `${count(rows().length)} and more`}
              </span>
            </div>
          )}
        </Answer>
      </div>
      <Show when={error() === undefined} fallback={<Problem error={error()} onRetry={again} />}>
        <Show
          when={!isWhole() || rows().length > 0}
          fallback={
            <div class="empty">
              <h2>Nothing is here</h2>
              <p>No reference is of this catalog, role and tag.</p>
              <a class="button" href="/browse">
                Show all
              </a>
            </div>
          }
        >
          <div class="panel browse-list">
            {/* Other references are another list, which begins where the URL says. */}
            <Show keyed when={list()}>
              {({ start }) => (
                <Rows
                  label="References"
                  count={total()}
                  height={height}
                  start={start}
                  onSight={onSight}
                  row={(index) => (
                    <Show when={rows()[index]} fallback={<div class="entry entry-bone" aria-label="Loading" />}>
                      {(row) => <RowOf row={row()} showsCatalog={catalog() === ""} />}
                    </Show>
                  )}
                />
              )}
            </Show>
          </div>
        </Show>
      </Show>
    </div>
  )
}
