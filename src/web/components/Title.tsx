import { createEffect } from "solid-js"

/** What the tab is called while a view is shown. */
export const Title = (props: { readonly text: string }) => {
  createEffect(() => {
    document.title = `${props.text} · Crosswalk`
  })
  return null
}
