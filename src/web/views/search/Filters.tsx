import { For, Show } from "solid-js"
import type { Answer } from "../../api/Endpoints.ts"
import { count } from "../../Numbers.ts"
import { type Query, toggled } from "../../Query.ts"

type Facets = NonNullable<Answer<"GET /api/v1/search">["facets"]>
type FacetCount = Facets["tags"][number]

/** How many values of a facet show at once. */
const shown = 8

/** The values to choose from: those that were chosen first, also where nothing has them any more. */
const choices = (counts: ReadonlyArray<FacetCount>, chosen: ReadonlyArray<string>): ReadonlyArray<FacetCount> => [
  ...chosen.map((value) => counts.find((one) => one.value === value) ?? { value, count: 0 }),
  ...counts.filter(({ value }) => !chosen.includes(value))
]

const Facet = (props: {
  readonly name: string
  readonly counts: ReadonlyArray<FacetCount>
  readonly chosen: ReadonlyArray<string>
  readonly onChoose: (value: string) => void
}) => {
  const all = () => choices(props.counts, props.chosen)
  const Item = (one: FacetCount) => (
    <li>
      <button
        class="facet-value"
        type="button"
        aria-pressed={props.chosen.includes(one.value)}
        onClick={() => props.onChoose(one.value)}
      >
        <span class="facet-name">{one.value}</span>
        <span class="facet-count numbers">{count(one.count)}</span>
      </button>
    </li>
  )
  return (
    <Show when={all().length > 0}>
      <section class="facet">
        <h3>{props.name}</h3>
        <ul role="list">
          <For each={all().slice(0, shown)}>{Item}</For>
        </ul>
        <Show when={all().length > shown}>
          <details>
            <summary>{all().length - shown} more</summary>
            <ul role="list">
              <For each={all().slice(shown)}>{Item}</For>
            </ul>
          </details>
        </Show>
      </section>
    </Show>
  )
}

/** Narrows what is looked through: by catalog, type, tags and conditions on metadata. */
export const Filters = (props: { readonly query: Query; readonly facets: Facets | undefined }) => {
  const one = (name: string) => (value: string) =>
    props.query.set({ [name]: props.query.text(name) === value ? undefined : value })
  const several = (name: string) => (value: string) => props.query.set({ [name]: toggled(value) })
  const isNarrowed = () => ["catalog", "type", "tag", "where"].some((name) => props.query.list(name).length > 0)
  return (
    <aside class="filters" aria-label="Filters">
      <div class="filters-head">
        <h2>Filters</h2>
        <Show when={isNarrowed()}>
          <button
            class="link"
            type="button"
            onClick={() => props.query.set({ catalog: undefined, type: undefined, tag: undefined, where: undefined })}
          >
            Clear
          </button>
        </Show>
      </div>
      <Facet
        name="Catalog"
        counts={props.facets?.catalogs ?? []}
        chosen={props.query.list("catalog")}
        onChoose={one("catalog")}
      />
      <Facet
        name="Type"
        counts={props.facets?.entityTypes ?? []}
        chosen={props.query.list("type")}
        onChoose={one("type")}
      />
      <Facet name="Tag" counts={props.facets?.tags ?? []} chosen={props.query.list("tag")} onChoose={several("tag")} />
      <section class="facet">
        <h3>
          <label for="where">Condition on metadata</label>
        </h3>
        <input
          id="where"
          class="input"
          placeholder="level<=2"
          spellcheck={false}
          value={props.query.text("where")}
          onChange={(event) => props.query.set({ where: event.currentTarget.value.trim() })}
        />
      </section>
    </aside>
  )
}
