import { useBeforeLeave, useIsRouting } from "@solidjs/router"
import { createEffect, on, onCleanup, onMount } from "solid-js"

const key = "crosswalk.scrolled"

/** How long a view may take until it is as long as it was, in milliseconds. */
const patience = 60_000

const kept = (): Record<string, number> => {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}")
  } catch {
    return {}
  }
}

/** The entry of the history that is shown, as the router counts them. */
const entry = (): string => String(window.history.state?._depth ?? "")

/**
 * Scrolls the page to where it was when somebody goes back or reloads: as soon as what a view asks the server for has made it as
 * long again, unless they have begun to scroll themselves. The browser tries once, when nothing is there yet.
 */
export const keepScrolled = (): void => {
  window.history.scrollRestoration = "manual"
  const positions = kept()
  const isRouting = useIsRouting()
  let wanted: { readonly top: number; readonly until: number } | undefined

  const remember = () => {
    if (wanted === undefined && !isRouting()) positions[entry()] = window.scrollY
  }
  const follow = () => {
    if (wanted === undefined) return
    const { top, until } = wanted
    window.scrollTo(0, top)
    if (Math.abs(window.scrollY - top) < 2 || Date.now() > until) wanted = undefined
  }
  const restore = () => {
    const top = positions[entry()] ?? 0
    wanted = top > 0 ? { top, until: Date.now() + patience } : undefined
    follow()
  }
  const take = () => (wanted = undefined)

  // Where somebody goes back or forward, the router tells a number of steps.
  let isBack = false
  let shown = entry()
  useBeforeLeave(({ to }) => void (isBack = typeof to === "number"))
  createEffect(
    on(
      isRouting,
      (isRouting) => {
        if (isRouting) return
        if (isBack) restore()
        else if (entry() !== shown) wanted = undefined
        shown = entry()
        isBack = false
      },
      { defer: true }
    )
  )
  onMount(() => {
    const observer = new ResizeObserver(follow)
    observer.observe(document.body)
    const keep = () => sessionStorage.setItem(key, JSON.stringify(positions))
    const hands = ["wheel", "touchstart", "keydown", "pointerdown"] as const
    window.addEventListener("scroll", remember, { passive: true })
    window.addEventListener("pagehide", keep)
    for (const hand of hands) window.addEventListener(hand, take, { passive: true })
    const [navigation] = performance.getEntriesByType("navigation")
    if (navigation instanceof PerformanceNavigationTiming && navigation.type !== "navigate") restore()
    onCleanup(() => {
      observer.disconnect()
      window.removeEventListener("scroll", remember)
      window.removeEventListener("pagehide", keep)
      for (const hand of hands) window.removeEventListener(hand, take)
    })
  })
}
