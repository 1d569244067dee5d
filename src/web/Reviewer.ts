import { createSignal } from "solid-js"

const key = "crosswalk.reviewer"

const [name, setName] = createSignal(localStorage.getItem(key) ?? "")

/** In whose name is decided; undefined where none was given. A token of the server goes before it. */
export const reviewer = (): string | undefined => name() || undefined

/** Keeps the name in this browser. */
export const rename = (text: string): void => {
  const trimmed = text.trim()
  localStorage.setItem(key, trimmed)
  setName(trimmed)
}
