import { Route, Router, type RouteSectionProps, useLocation, useNavigate } from "@solidjs/router"
import { createEffect, ErrorBoundary, For, on, onCleanup, onMount, Show, Suspense } from "solid-js"
import * as Token from "./api/Token.ts"
import { Bones } from "./components/Bones.tsx"
import { Icon } from "./components/Icon.tsx"
import { Problem } from "./components/Problem.tsx"
import { SignIn } from "./components/SignIn.tsx"
import { keepScrolled } from "./Scrolled.ts"
import * as Theme from "./Theme.ts"
import { Missing } from "./views/Missing.tsx"
import { views } from "./Views.ts"

const themeNames: Readonly<Record<Theme.Theme, string>> = { system: "as the system", light: "light", dark: "dark" }

const Bar = () => {
  const location = useLocation()
  let nav: HTMLElement | undefined
  // Where not all views have room, the one that is shown is in sight. (`scrollIntoView` would move where Tab begins, too.)
  createEffect(
    on(
      () => location.pathname,
      () => {
        const shown = nav?.querySelector("[aria-current=page]")?.getBoundingClientRect()
        if (nav === undefined || shown === undefined) return
        const { left, width } = nav.getBoundingClientRect()
        nav.scrollLeft += shown.left + shown.width / 2 - left - width / 2
      }
    )
  )
  return (
    <header class="bar">
      <div class="bar-inner">
        <a class="brand" href="/" aria-label="Crosswalk, overview">
          <Icon name="brand" />
          Crosswalk
        </a>
        <nav class="nav" aria-label="Views" ref={(element) => (nav = element)}>
          <ul role="list">
            <For each={views.filter(({ name }) => name !== undefined)}>
              {({ name, path }) => (
                <li>
                  <a href={path} aria-current={location.pathname === path ? "page" : undefined}>
                    {name}
                  </a>
                </li>
              )}
            </For>
          </ul>
        </nav>
        <div class="tools">
          <Show when={Token.current() !== undefined && !Token.asked()}>
            <button class="button quiet" type="button" onClick={() => Token.change()}>
              Change token
            </button>
          </Show>
          <button
            class="button quiet"
            type="button"
            onClick={() => Theme.next()}
            aria-label={`Theme: ${themeNames[Theme.theme()]}. Change it`}
            title={`Theme: ${themeNames[Theme.theme()]}`}
          >
            <Icon name={Theme.theme()} />
          </button>
        </div>
      </div>
    </header>
  )
}

const Shell = (props: RouteSectionProps) => {
  const location = useLocation()
  const navigate = useNavigate()
  let main: HTMLElement | undefined
  keepScrolled()

  // "/" goes to the search from everywhere, unless somebody writes.
  const onKey = (event: KeyboardEvent) => {
    const writes =
      event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]")
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes) return
    event.preventDefault()
    const box = document.querySelector<HTMLElement>("#query")
    if (box === null) navigate("/search")
    else box.focus()
  }
  onMount(() => document.addEventListener("keydown", onKey))
  onCleanup(() => document.removeEventListener("keydown", onKey))

  // A reader of the screen hears that another view is shown.
  createEffect(
    on(
      () => location.pathname,
      () => {
        // What a view focuses itself stays.
        if (main?.contains(document.activeElement) !== true) main?.focus({ preventScroll: true })
      },
      { defer: true }
    )
  )

  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main?.focus())}>
        Skip to the content
      </a>
      <Bar />
      <main class="page" id="main" tabindex="-1" ref={(element) => (main = element)}>
        <Show when={!Token.asked()} fallback={<SignIn />}>
          <ErrorBoundary fallback={(error, reset) => <Problem error={error} onRetry={reset} />}>
            <Suspense fallback={<Bones label="Loading the view" />}>{props.children}</Suspense>
          </ErrorBoundary>
        </Show>
      </main>
      <footer class="foot">
        <span>Everything stays on this server.</span>
        <a href="/docs" rel="external">
          API
        </a>
        <span>
          <kbd>/</kbd> searches
        </span>
      </footer>
    </div>
  )
}

export const App = () => (
  <Router root={Shell}>
    <For each={views}>{({ component, path }) => <Route path={path} component={component} />}</For>
    <Route path="*" component={Missing} />
  </Router>
)
