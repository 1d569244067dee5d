/** Makes the pictures of the page in docs/web from the built command, with the catalogues of the demo (`npm run screenshots`). */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { launch } from "../e2e/internal/web/support/chromium.ts"
import { served } from "../e2e/internal/web/support/served.ts"
import { root } from "./run.ts"

/** What each picture shows, and a part of it that is there once it is complete. */
const pictures = [
  ["overview", "light", "/", ".figures"],
  ["search", "light", "/search?q=nobody can guess my password", ".score-keyword"],
  ["search-dark", "dark", "/search?q=nobody can guess my password", ".score-keyword"],
  ["reference", "light", "/reference?uri=company%3A2026.1%2FBR-01", ".relation"],
  ["browse-dark", "dark", "/browse?catalog=sample%401.0.0", ".rows-row a"],
  ["review", "light", "/review?from=company%402026.1&to=sample%401.0.0", ".pair mark"],
  ["coverage", "light", "/coverage?to=sample%401.0.0&by=company%402026.1", ".heat"],
  ["diff", "light", "/diff?before=sample%401.0.0&after=sample%401.1.0", "ins"],
  ["map-dark", "dark", "/map?q=passwords", ".map-seen li"],
  ["import", "light", "/import", ".import-places li"]
] as const

/** A file that somebody has chosen on the page, with some rows that are new, some that say more and one that is wrong. */
const choose = async (page: Page, folder: string): Promise<void> => {
  const rows = (await readFile(join(root, "examples", "company-requirements.csv"), "utf8")).trimEnd().split("\n")
  const row = (id: string, title: string, text: string) =>
    [id, title, text, "requirement", "Platform team", "company@2026.1"].join(",")
  const more = rows.map((text) => text.replace("cannot", "can never"))
  const added = [
    row("BR-50", "Clocks agree", "All machines take the time from one source."),
    row("", "Spare keys", "Keys have a copy in another building."),
    row("BR-51", "Printed pages", "Nothing lies in the tray of a printer overnight.")
  ]
  const path = join(folder, "company-requirements.csv")
  await writeFile(path, [...more.slice(0, -3), ...added].join("\n"))
  await page.locator("input[type=file]").setInputFiles(path)
}

/** Another edition of the demo's catalogue: some texts say more, and one requirement is gone. */
const nextEdition = async (folder: string): Promise<string> => {
  const { references, ...rest } = JSON.parse(
    await readFile(join(root, "examples", "security-requirements.json"), "utf8")
  )
  const [first, second, third, ...others] = references
  const more = [
    { ...first, text: `${first.text} Whoever is locked out is told.` },
    { ...third, text: third.text.replace(/^\S+/u, "Every") }
  ]
  const added = { ...second, id: "NEW-1", title: "Clocks agree", text: "Clocks of all machines are set by one source." }
  const path = join(folder, "edition.json")
  await writeFile(path, JSON.stringify({ ...rest, catalog: "sample@1.1.0", references: [...more, ...others, added] }))
  return path
}

/** Accepts the surer half of the suggestions, so that something is covered. */
const decided = async (url: string): Promise<void> => {
  const { status } = await fetch(`${url}/api/v1/decisions/by-filter`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ filter: { minConfidence: 0.5 }, verdict: { status: "accepted", force: true, by: "Ann" } })
  })
  if (status !== 200) throw new Error(`deciding ended with ${status}`)
}

const site = await served()
await site.crosswalk(["suggest", "company@2026.1", "sample@1.0.0", "--limit", "3"])
await site.crosswalk(["import", await nextEdition(site.folder)])
await decided(site.url)
const browser = await launch()
for (const [name, colorScheme, path, part] of pictures) {
  const page = await browser.newPage({ baseURL: site.url, colorScheme, viewport: { width: 1200, height: 760 } })
  await page.goto(path)
  if (path === "/import") await choose(page, site.folder)
  await page.locator(part).first().waitFor()
  // The map is computed when it is first opened.
  await page.locator(".map-compute").waitFor({ state: "detached", timeout: 300_000 })
  await page.evaluate("document.fonts.ready")
  await page.screenshot({ path: join(root, "docs", "web", `${name}.png`), animations: "disabled", caret: "hide" })
  await page.close()
  process.stdout.write(`docs/web/${name}.png\n`)
}
await browser.close()
await site.close()
