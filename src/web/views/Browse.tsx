import { createComputed, createMemo, createSignal, For, on, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import { Answer } from "../components/Answer.tsx"
import { Problem } from "../components/Problem.tsx"
import { Rows } from "../components/Rows.tsx"
import { Title } from "../components/Title.tsx"
import { referenceLink } from "../Links.ts"
import { count, many } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import { nameOf } from "../Relations.ts"
import { pages, type Row } from "./browse/Pages.ts"
import "./Browse.css"

const roles = ["requirement", "heading", "guidance"] as const

const isRole = (text: string): text is (typeof roles)[number] => roles.some((role) => role === text)

/** How high a row is, in pixels. */
const height = 40

const RowOf = (props: { readonly row: Row; readonly showsCatalog: boolean }) => (
  <div class="entry" classList={{ heading: props.row.role === "heading" }}>
    <span class="mono entry-name">{nameOf(props.row)}</span>
    <a class="hit-link entry-title" href={referenceLink(props.row.uri)}>
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
  /** The row that is on top where a list begins; what is scrolled since only the list knows. */
  const start = createMemo(on(filter, () => Math.max(0, Math.floor(Number(query.text("at"))) || 0)))
  const [needed, setNeeded] = createSignal(0)
  createComputed(on(filter, () => setNeeded(start() + 100)))
  const { again, error, isWhole, rows } = pages(filter, needed)

  /** How many there are: what the catalogs say, until all are here or a filter leaves out more. */
  const total = () => {
    const all = catalogs.value()?.catalogs.filter(({ id }) => catalog() === "" || id === catalog()) ?? []
    const said = catalog() === "" ? 0 : all.reduce((sum, { references }) => sum + references, 0)
    return isWhole() || isFiltered() ? rows().length : Math.max(said, rows().length)
  }

  const onSight = (first: number, last: number) => {
    setNeeded((needed) => Math.max(needed, last + 200))
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
                    onClick={() =>
                      query.set({ tag: query.list("tag").filter((other) => other !== tag), at: undefined }, false)
                    }
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
            <Show keyed when={filter()}>
              <Rows
                label="References"
                count={total()}
                height={height}
                start={start()}
                onSight={onSight}
                row={(index) => (
                  <Show when={rows()[index]} fallback={<div class="entry entry-bone" aria-label="Loading" />}>
                    {(row) => <RowOf row={row()} showsCatalog={catalog() === ""} />}
                  </Show>
                )}
              />
            </Show>
          </div>
        </Show>
      </Show>
    </div>
  )
}
