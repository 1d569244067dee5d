/** Makes the pictures of the page in docs/web from the built command, with the catalogues of the demo (`npm run screenshots`). */
import { join } from "node:path"
import { launch } from "../e2e/internal/web/support/chromium.ts"
import { served } from "../e2e/internal/web/support/served.ts"
import { root } from "./run.ts"

/** What each picture shows, and a part of it that is there once it is complete. */
const pictures = [
  ["overview", "light", "/", ".figures"],
  ["search", "light", "/search?q=nobody can guess my password", ".score-keyword"],
  ["search-dark", "dark", "/search?q=nobody can guess my password", ".score-keyword"],
  ["reference", "light", "/reference?uri=company%3A2026.1%2FBR-01", ".relation"],
  ["browse-dark", "dark", "/browse?catalog=sample%401.0.0", ".rows-row a"]
] as const

const site = await served()
await site.crosswalk(["suggest", "company@2026.1", "sample@1.0.0", "--limit", "3"])
const browser = await launch()
for (const [name, colorScheme, path, part] of pictures) {
  const page = await browser.newPage({ baseURL: site.url, colorScheme, viewport: { width: 1200, height: 760 } })
  await page.goto(path)
  await page.locator(part).first().waitFor()
  await page.evaluate("document.fonts.ready")
  await page.screenshot({ path: join(root, "docs", "web", `${name}.png`), animations: "disabled", caret: "hide" })
  await page.close()
  process.stdout.write(`docs/web/${name}.png\n`)
}
await browser.close()
await site.close()
