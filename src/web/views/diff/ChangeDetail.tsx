import { For, Index, type JSX, Match, Show, Switch } from "solid-js"
import { ReferenceText } from "../../components/ReferenceText.tsx"
import { referenceLink } from "../../Links.ts"
import { nameOf } from "../../Relations.ts"
import { type Change, type Changes, Kinds } from "./Kinds.tsx"
import { Likely } from "./Likely.tsx"

type Successor = Change["after"][number]
type Reference = Successor["reference"]
type Pieces = Successor["title"]

/** What a change is called: `2.1 › 3.1.4`. */
export const changeName = ({ after, before }: Change): string =>
  [...(before === undefined ? [] : [nameOf(before)]), after.map(({ reference }) => nameOf(reference)).join(" + ")]
    .filter((name) => name !== "")
    .join(" › ")

/** One side of a text: the words that only it has are marked. */
const Words = (props: { readonly pieces: Pieces; readonly leaveOut: "insert" | "delete" }) => (
  <Index each={props.pieces.filter(({ operation }) => operation !== props.leaveOut)}>
    {(piece) => (
      <Switch fallback={piece().text}>
        <Match when={piece().operation === "insert"}>
          <ins>{piece().text}</ins>
        </Match>
        <Match when={piece().operation === "delete"}>
          <del>{piece().text}</del>
        </Match>
      </Switch>
    )}
  </Index>
)

const Plain = (props: { readonly reference: Reference }) => (
  <ReferenceText reference={props.reference} title={props.reference.title} body={props.reference.description} />
)

const Sides = (props: { readonly before: JSX.Element; readonly after: JSX.Element }) => (
  <div class="pair">
    <section class="pair-side" aria-label="Before">
      {props.before}
    </section>
    <section class="pair-side" aria-label="After">
      {props.after}
    </section>
  </div>
)

/** A reference and one that continues it, with the words that were taken out and put in. */
const Continued = (props: { readonly before: Reference; readonly successor: Successor }) => {
  const words = (part: "title" | "description", leaveOut: "insert" | "delete") => (
    <Words pieces={props.successor[part]} leaveOut={leaveOut} />
  )
  return (
    <div class="stack close">
      <Show when={!props.successor.isMain || props.successor.basis === "suggestion"}>
        <p class="row small soft">
          <Show when={!props.successor.isMain}>{nameOf(props.successor.reference)} continues another one first.</Show>
          <Show when={props.successor.basis === "suggestion"}>
            <span>Told by likeness</span>
            <Likely confidence={props.successor.confidence} />
          </Show>
        </p>
      </Show>
      <Sides
        before={
          <ReferenceText
            reference={props.before}
            title={words("title", "insert")}
            body={words("description", "insert")}
          />
        }
        after={
          <ReferenceText
            reference={props.successor.reference}
            title={words("title", "delete")}
            body={words("description", "delete")}
          />
        }
      />
    </div>
  )
}

/** What became of one reference: both texts beside each other, word by word, and what else it may have become. */
export const ChangeDetail = (props: { readonly change: Change; readonly of: Changes }) => {
  const isUnclear = () => props.change.kinds.includes("unclear")
  return (
    <section class="stack" aria-label="The change">
      <div class="row">
        <h2 class="change-name">{changeName(props.change)}</h2>
        <Kinds change={props.change} />
      </div>
      <Show
        when={props.change.before}
        fallback={
          <For each={props.change.after}>
            {({ reference }) => (
              <Sides
                before={
                  <p class="soft">
                    {isUnclear() ? "It is unclear what it continues." : `Nothing in ${props.of.before} becomes it.`}
                  </p>
                }
                after={<Plain reference={reference} />}
              />
            )}
          </For>
        }
      >
        {(before) => (
          <For
            each={props.change.after}
            fallback={
              <Sides
                before={<Plain reference={before()} />}
                after={
                  <p class="soft">
                    {isUnclear() ? "It is unclear what continues it." : `Nothing in ${props.of.after} continues it.`}
                  </p>
                }
              />
            }
          >
            {(successor) => <Continued before={before()} successor={successor} />}
          </For>
        )}
      </Show>
      <Show when={props.change.possible.length > 0}>
        <section class="stack" aria-label="Possible counterparts">
          <div>
            <h3>Possible counterparts</h3>
            <p class="faint small">
              None is likely enough to say so. Their number says what to look at first; it is no probability for these
              catalogs.
            </p>
          </div>
          <ol class="possible" role="list">
            <For each={props.change.possible}>
              {({ confidence, reference }) => (
                <li>
                  <a class="mono" href={referenceLink(reference.uri)}>
                    {nameOf(reference)}
                  </a>
                  <span class="possible-title">{reference.title}</span>
                  <Likely confidence={confidence} />
                  <Show when={reference.description}>
                    {(text) => <span class="possible-body soft small">{text()}</span>}
                  </Show>
                </li>
              )}
            </For>
          </ol>
        </section>
      </Show>
    </section>
  )
}
