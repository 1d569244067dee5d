import { render } from "solid-js/web"
import { App } from "./App.tsx"
import * as Theme from "./Theme.ts"

Theme.apply()
const place = document.querySelector("#app")
if (place !== null) render(() => <App />, place)
