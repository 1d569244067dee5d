import { For, Index, Show } from "solid-js"
import { ReferenceText } from "../../components/ReferenceText.tsx"
import type { Item } from "./Queue.ts"

type Reference = Item["sources"][number]
type Marked = NonNullable<Item["marked"]>["sources"][number]
type Pieces = Marked["title"]

/** A text with the words marked that the other side has too. */
const Words = (props: { readonly text: string; readonly pieces: Pieces | undefined }) => (
  <Show when={props.pieces} fallback={props.text}>
    {(pieces) => (
      <Index each={pieces()}>{(piece) => (piece().common ? <mark>{piece().text}</mark> : piece().text)}</Index>
    )}
  </Show>
)

const Text = (props: { readonly reference: Reference; readonly marked: Marked | undefined }) => (
  <ReferenceText
    reference={props.reference}
    title={<Words text={props.reference.title} pieces={props.marked?.title} />}
    body={<Words text={props.reference.description ?? ""} pieces={props.marked?.description} />}
  />
)

/** The texts of both sides beside each other; a side may have several, and the right one none. */
export const Pair = (props: { readonly item: Item }) => (
  <div class="pair">
    <section class="pair-side" aria-label="From">
      <For each={props.item.sources}>
        {(reference, index) => <Text reference={reference} marked={props.item.marked?.sources[index()]} />}
      </For>
    </section>
    <section class="pair-side" aria-label="To">
      <For
        each={props.item.targets}
        fallback={<p class="soft">Nothing in {props.item.relation.to} answers it: no counterpart.</p>}
      >
        {(reference, index) => <Text reference={reference} marked={props.item.marked?.targets[index()]} />}
      </For>
    </section>
  </div>
)
