import { For, Match, Show, Switch } from "solid-js"
import { WebLink } from "../../components/WebLink.tsx"

type Dictionary = Readonly<Record<string, unknown>>

const isDictionary = (value: unknown): value is Dictionary =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null

const shown = (value: unknown): string =>
  value === null ? "none" : value === true ? "yes" : value === false ? "no" : String(value)

/** `requiredBy` and `required_by` as one reads them. */
const words = (name: string): string =>
  name
    .replace(/[_-]+/gu, " ")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()

const Value = (props: { readonly value: unknown }) => (
  <Switch fallback={<WebLink text={shown(props.value)} />}>
    <Match when={Array.isArray(props.value) && props.value.every(isPlain) ? props.value : undefined}>
      {(values) => values().map(shown).join(", ")}
    </Match>
    <Match when={Array.isArray(props.value) ? props.value : undefined}>
      {(values) => (
        <ul class="metadata-list">
          <For each={values()}>
            {(value) => (
              <li>
                <Value value={value} />
              </li>
            )}
          </For>
        </ul>
      )}
    </Match>
    <Match when={isDictionary(props.value) ? props.value : undefined}>{(value) => <Metadata of={value()} />}</Match>
  </Switch>
)

/** What a source says of a reference beside its text. */
export const Metadata = (props: { readonly of: unknown }) => (
  <Show when={isDictionary(props.of) ? Object.entries(props.of) : undefined} fallback={<Value value={props.of} />}>
    {(entries) => (
      <dl class="metadata">
        <For each={entries()}>
          {([name, value]) => (
            <div>
              <dt>{words(name)}</dt>
              <dd>
                <Value value={value} />
              </dd>
            </div>
          )}
        </For>
      </dl>
    )}
  </Show>
)
