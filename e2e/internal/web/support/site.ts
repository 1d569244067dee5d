/**
 * What tests of the page have: a Chromium, a server with the catalogues of `examples` and hostile ones, and pages that watch
 * themselves.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { expect, test as base } from "vitest"
import * as Command from "../../../../test/support/command.ts"
import { example } from "../../support/crosswalk.ts"
import { launch } from "./chromium.ts"

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

/** A served store. */
export interface Site {
  readonly url: string
  readonly folder: string
  /** Runs the command on the store, and gives what it printed. */
  readonly crosswalk: (args: ReadonlyArray<string>) => Promise<string>
  readonly close: () => Promise<void>
}

export interface SiteOptions {
  /** Files that are imported. Default: the catalogues of the demo. */
  readonly files?: ReadonlyArray<string>
  /** Imports a catalogue of {@link hostile} texts too. Default: false. */
  readonly isHostile?: boolean
  readonly env?: Readonly<Record<string, string>>
}

const demo = [example("security-requirements.json"), example("company-requirements.csv")]

/** The URL that a server prints when it listens. */
const listening = (child: ChildProcess): Promise<string> =>
  new Promise((done, fail) => {
    let output = ""
    const hear = (text: string) => {
      output += text
      const url = /http:\/\/[\d.]+:\d+/u.exec(output)?.[0]
      if (url !== undefined) done(url)
    }
    child.stdout?.setEncoding("utf8").on("data", hear)
    child.stderr?.setEncoding("utf8").on("data", hear)
    child.on("close", (code) => fail(new Error(`serve ended with ${code}: ${output}`)))
  })

/** Serves a store with these files by the built command, on a free port. */
export const served = async ({ env = {}, files = demo, isHostile = false }: SiteOptions = {}): Promise<Site> => {
  const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
  const run = async (args: ReadonlyArray<string>, options?: Command.RunOptions) => {
    const { code, stderr, stdout } = await Command.crosswalk(folder, ["--db", "web.db", ...args], options)
    if (code !== 0) throw new Error(`crosswalk ${args.join(" ")} ended with ${code}: ${stderr}`)
    return stdout
  }
  const all = isHostile ? [...files, await hostileCatalog(folder)] : files
  for (const file of all) await run(["import", file])
  let server: ChildProcess | undefined
  let url: Promise<string> = Promise.reject(new Error("serve has not started"))
  url.catch(() => {})
  const onStart = (child: ChildProcess) => {
    server = child
    url = listening(child)
  }
  const ended = Command.crosswalk(folder, ["--db", "web.db", "serve", "--port", "0"], { env, onStart, limit: 900 })
  const close = async () => {
    server?.kill("SIGTERM")
    await ended
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return { url: await url, folder, crosswalk: (args) => run(args), close }
}

/** Texts that would be markup or code, if anybody let them. */
export const hostile = [
  `<img src=x onerror="globalThis.hacked = 1">`,
  `<script>globalThis.hacked = 2</script>`,
  `"><svg onload=globalThis.hacked=3>`,
  `javascript:globalThis.hacked=4`,
  `{{constructor.constructor('globalThis.hacked=5')()}}`,
  `\u202Egnp.exe ${"W".repeat(400)}`
]

/** A catalogue of such texts in every field, as a file to import. */
export const hostileCatalog = async (folder: string): Promise<string> => {
  const path = join(folder, "hostile.json")
  const references = hostile.map((text, i) => ({
    id: `H-${i + 1}<b>`,
    title: text,
    text: `${text} passwords ${text}`,
    type: "requirement",
    tags: [text.slice(0, 60)],
    link: text,
    nested: { "<b>key</b>": [text] }
  }))
  await writeFile(path, JSON.stringify({ catalog: "hostile@1", references }))
  return path
}

/** A page that fails its test where it logs an error, asks another host, or runs what a catalogue says. */
export interface Watched {
  readonly page: Page
  readonly close: () => Promise<void>
}

/** Opens a page of a site, as `options` say: theme, size, and so on. */
export const open = async (browser: Browser, site: Site, options: BrowserContextOptions = {}): Promise<Watched> => {
  const context = await browser.newContext({ baseURL: site.url, viewport: { width: 1280, height: 860 }, ...options })
  context.setDefaultTimeout(60_000)
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

/**
 * A test with a browser and a site for its whole file, and a page of its own that is watched. `theme` is what the system prefers.
 */
export const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }) => {
    const browser = await launch()
    onCleanup(() => browser.close())
    return browser
  })
  .extend("options", { scope: "file" }, (): SiteOptions => ({}))
  .extend("site", { scope: "file" }, async ({ options }, { onCleanup }) => {
    const site = await served(options)
    onCleanup(site.close)
    return site
  })
  .extend("page", async ({ browser, site }, { onCleanup }) => {
    const { close, page } = await open(browser, site)
    onCleanup(close)
    return page
  })
