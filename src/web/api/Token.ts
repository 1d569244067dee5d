import { createSignal } from "solid-js"

const key = "crosswalk.token"

const [asked, setAsked] = createSignal(false)

/** The token that was entered in this tab; it is sent in a header, and never part of a URL. */
export const current = (): string | undefined => sessionStorage.getItem(key) ?? undefined

/** Whether the server wants a token that this page does not have. */
export { asked }

/** Says that the server wants another token. */
export const ask = (): void => {
  setAsked(true)
}

/** Keeps a token until the tab is closed. */
export const enter = (token: string): void => {
  sessionStorage.setItem(key, token)
  setAsked(false)
}

/** Forgets the token, and asks for another. */
export const change = (): void => {
  sessionStorage.removeItem(key)
  setAsked(true)
}
