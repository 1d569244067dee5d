import { Index } from "solid-js"
import { piecesOf } from "../Marks.ts"

/** A text with the words of a query marked. Whatever is in it stays text. */
export const Marked = (props: { readonly text: string; readonly stems: ReadonlySet<string> }) => (
  <Index each={piecesOf(props.text, props.stems)}>
    {(piece) => (piece().isMarked ? <mark>{piece().text}</mark> : piece().text)}
  </Index>
)
