import { For } from "solid-js"
import type { Answer } from "../../api/Endpoints.ts"

export type Changes = Answer<"GET /api/v1/diff">
export type Change = Changes["changes"][number]
export type Kind = Change["kinds"][number]

/** Every kind of change, the way one looks for them, with its colour. */
export const kinds = {
  modified: "warn",
  moved: "accent",
  split: "accent",
  merged: "accent",
  deleted: "bad",
  new: "good",
  unclear: "warn",
  unchanged: ""
} as const satisfies Readonly<Record<Kind, string>>

/** What became of a reference, in words. */
export const Kinds = (props: { readonly change: Change }) => (
  <For each={props.change.kinds}>{(kind) => <span class={`tag ${kinds[kind]}`}>{kind}</span>}</For>
)
