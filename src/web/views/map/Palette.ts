import { createEffect, createSignal, onCleanup, onMount } from "solid-js"
import * as Theme from "../../Theme.ts"
import { colours } from "./Scene.ts"

/** The colours of the style sheet for a canvas, which has none: read from an element, anew when the theme changes. */
export const makePalette = () => {
  const [palette, setPalette] = createSignal<ReadonlyArray<string>>([])
  const [ring, setRing] = createSignal("")
  const probe = document.createElement("i")
  const read = () => {
    const colourOf = (name: string) => {
      probe.className = `unseen ${name}`
      return getComputedStyle(probe).color
    }
    document.body.append(probe)
    setPalette(Array.from({ length: colours }, (_, i) => colourOf(`map-colour-${i}`)))
    setRing(colourOf("map-ring"))
    probe.remove()
  }
  onMount(() => {
    const system = matchMedia("(prefers-color-scheme: dark)")
    system.addEventListener("change", read)
    onCleanup(() => system.removeEventListener("change", read))
    createEffect(() => {
      Theme.theme()
      // After the theme is on the document.
      const asked = requestAnimationFrame(read)
      onCleanup(() => cancelAnimationFrame(asked))
    })
  })
  return { palette, ring }
}
