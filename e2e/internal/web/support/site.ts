/**
 * What tests of the page have: a Chromium, a server with the catalogues of `examples` and hostile ones, and pages that watch
 * themselves.
 *
 * @module
 */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { expect, test as base } from "vitest"
import { shared } from "./chromium.ts"
import { demoDatabase, served, type Site, type SiteOptions } from "./served.ts"

export * from "./served.ts"

/** Files that extend the test share the modules, but none of its fixtures: each would have a Chromium of its own. */
const chromium = shared()

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

/** What only a page that never comes to it reaches, in milliseconds: a busy machine is ten times as slow. */
const patience = 200_000

/** A page that fails its test where it logs an error, asks another host, or runs what a catalogue says. */
export interface Watched {
  readonly page: Page
  readonly close: () => Promise<void>
}

/** Opens a page of a site, as `options` say: theme, size, and so on. */
export const open = async (browser: Browser, site: Site, options: BrowserContextOptions = {}): Promise<Watched> => {
  const context = await browser.newContext({ baseURL: site.url, viewport: { width: 1280, height: 860 }, ...options })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  const wrong: Array<string> = []
  page.on("console", (message) => {
    // A browser logs every answer that is an error; what the page makes of it is tested by itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) wrong.push(message.text())
  })
  page.on("pageerror", (error) => wrong.push(String(error)))
  page.on("request", (request) => {
    if (!request.url().startsWith(site.url) && !request.url().startsWith("blob:")) wrong.push(`asked ${request.url()}`)
  })
  const close = async () => {
    const hacked = page.url() === "about:blank" ? undefined : await page.evaluate("globalThis.hacked")
    await context.close()
    expect(wrong).toEqual([])
    expect(hacked).toBeUndefined()
  }
  return { page, close }
}

/** What is wrong with a page for people who do not see it or have no mouse: what axe calls serious or critical. */
export const barriers = async (page: Page): Promise<ReadonlyArray<string>> => {
  if (!(await page.evaluate("'axe' in globalThis"))) {
    // Scripts of others are not allowed on the page: this one comes by the debugger.
    await page.evaluate(await readFile(axe, "utf8"))
  }
  const violations: ReadonlyArray<{
    readonly id: string
    readonly impact: string
    readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
  }> = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)")
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ failureSummary, html }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
    )
}

/** A test with a browser for all files of a process, a site for its whole file, and a page of its own that is watched. */
export const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern
  .extend("chromium", { scope: "worker" }, ({}, { onCleanup }) => {
    onCleanup(chromium.close)
    return chromium
  })
  .extend("browser", ({ chromium }) => chromium.browser())
  .extend("options", { scope: "file" }, (): SiteOptions => ({}))
  .extend("site", { scope: "file" }, async ({ options }, { onCleanup }) => {
    const site = await served({ database: await demoDatabase(), ...options })
    onCleanup(site.close)
    return site
  })
  .extend("page", async ({ browser, site }, { onCleanup }) => {
    const { close, page } = await open(browser, site)
    onCleanup(close)
    return page
  })
