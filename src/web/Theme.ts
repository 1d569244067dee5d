import { createSignal } from "solid-js"

const key = "crosswalk.theme"

/** How the page is lit: as the system is, or as somebody chose here. */
export type Theme = "system" | "light" | "dark"

const isTheme = (text: string | null): text is Theme => text === "light" || text === "dark"

const read = (): Theme => {
  const stored = localStorage.getItem(key)
  return isTheme(stored) ? stored : "system"
}

const [theme, setTheme] = createSignal<Theme>(read())

export { theme }

/** Puts the chosen theme on the document; the style sheets do the rest. */
export const apply = (): void => {
  const chosen = theme()
  if (chosen === "system") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = chosen
}

const order: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" }

/** Changes to the next theme, and keeps it in this browser. */
export const next = (): void => {
  const chosen = setTheme(order[theme()])
  if (chosen === "system") localStorage.removeItem(key)
  else localStorage.setItem(key, chosen)
  apply()
}
