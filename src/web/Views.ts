import { type Component, lazy } from "solid-js"
import Search from "./views/Search.tsx"

/** A view of the page: what the URL's path shows. */
export interface View {
  readonly path: string
  /** What it is called in the navigation; absent where one comes to it from other views only. */
  readonly name?: string
  readonly component: Component
}

/** Every view, each a file of its own that is loaded when it is first shown; but the search, which is there at once. */
export const views: ReadonlyArray<View> = [
  { path: "/", name: "Overview", component: lazy(() => import("./views/Overview.tsx")) },
  { path: "/search", name: "Search", component: Search },
  { path: "/browse", name: "Browse", component: lazy(() => import("./views/Browse.tsx")) },
  { path: "/review", name: "Review", component: lazy(() => import("./views/Review.tsx")) },
  { path: "/coverage", name: "Coverage", component: lazy(() => import("./views/Coverage.tsx")) },
  { path: "/diff", name: "Editions", component: lazy(() => import("./views/Diff.tsx")) },
  { path: "/map", name: "Map", component: lazy(() => import("./views/Map.tsx")) },
  { path: "/import", name: "Import", component: lazy(() => import("./views/Import.tsx")) },
  { path: "/reference", component: lazy(() => import("./views/Reference.tsx")) }
]
