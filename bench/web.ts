/**
 * The page (`crosswalk serve`, built) in a real Chromium: how long after the start of the server it can be used, how a list of
 * 100 000 references scrolls, and how a map of 20 000 moves.
 *
 *     npm run build && node bench/web.ts [first] [list] [map] [--json]
 *
 * A frame is the time between two that the browser gives; one that takes more than 50 ms is seen as a stutter. The browser draws
 * without a graphics card, so that all of it is work of the processor, beside the server's own.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { createClient } from "@libsql/client"
import { Effect } from "effect"
import type { Browser, Page } from "playwright-core"
import { launch } from "../e2e/internal/web/support/chromium.ts"
import { Embedder } from "../src/embedder/Embedder.ts"
import * as Transformers from "../src/embedder/Transformers.ts"
import { fill } from "./vectors/data.ts"

const parts = ["first", "list", "map"] as const
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, full: { type: "boolean" } }
})
const wanted = positionals.length === 0 ? parts : parts.filter((part) => positionals.includes(part))
const bin = join(import.meta.dirname, "..", "dist", "cli", "crosswalk.js")
if (!existsSync(bin)) {
  process.stderr.write(`${bin} is missing: run 'npm run build' first\n`)
  process.exit(1)
}
const sizes = { search: 10_000, list: 100_000, map: 20_000 }
const rounds = 7
const folder = mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
const log = (text: string) => process.stderr.write(`${text}\n`)
const sorted = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)
const median = (numbers: ReadonlyArray<number>) => sorted(numbers)[numbers.length >> 1] ?? 0

const servers = new Set<ChildProcess>()

/** Starts the server, and tells when it says its URL. */
const serve = (database: string) =>
  new Promise<{ readonly url: string; readonly close: () => Promise<unknown> }>((resolve, reject) => {
    const child = spawn(process.execPath, [bin, "--json", "--db", database, "serve", "--port", "0"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    servers.add(child)
    const ended = new Promise((done) => child.once("exit", done))
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}`)))
    child.stdout.once("data", (line: Buffer) => {
      const { url }: { readonly url: string } = JSON.parse(line.toString())
      resolve({
        url,
        close: () => {
          servers.delete(child)
          child.kill("SIGTERM")
          return ended
        }
      })
    })
  })

/** A database of references in five catalogs, each in its cluster of a map that is computed already. */
const filled = async (name: string, count: number, model: string) => {
  log(`filling ${count} references …`)
  const path = join(folder, `${name}.db`)
  await fill(path, count, { texts: true, model })
  const client = createClient({ url: `file:${path}` })
  await client.executeMultiple(`
    INSERT INTO crosswalk_catalog (id, created_at) SELECT 'norm@' || value, 0 FROM json_each('[1, 2, 3, 4, 5]');
    UPDATE crosswalk_reference SET catalog = 'norm@' || (1 + id * 5 / ${count + 1});
    INSERT INTO crosswalk_map (reference_id, x, y) SELECT id,
      cos(id * 5 / ${count + 1}) + 0.4 * (1 - abs(random() % 1000) / 500.0) * cos(id),
      sin(id * 5 / ${count + 1}) + 0.4 * (1 - abs(random() % 1000) / 500.0) * sin(id)
      FROM crosswalk_reference`)
  client.close()
  return path
}

/** Counts the frames of a page while something is done with it, in milliseconds each, and its long tasks. */
const framesOf = async (page: Page, work: () => Promise<void>) => {
  await page.evaluate(`(() => {
    const frames = globalThis.frames_ = []
    const tasks = globalThis.tasks_ = []
    globalThis.watched_ = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    watched_.observe({ type: "longtask" })
    let before = performance.now()
    const next = (now) => {
      frames.push(now - before)
      before = now
      globalThis.asked_ = requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })()`)
  await work()
  const told: { readonly frames: ReadonlyArray<number>; readonly tasks: ReadonlyArray<number> } = await page.evaluate(
    "(cancelAnimationFrame(asked_), watched_.disconnect(), { frames: frames_.slice(2), tasks: tasks_ })"
  )
  return told
}

const row = (name: string, { frames, tasks }: Awaited<ReturnType<typeof framesOf>>) => {
  const all = sorted(frames)
  const at = (part: number) => all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? 0
  const measured = {
    name,
    frames: all.length,
    p50: at(0.5),
    p95: at(0.95),
    longest: at(1),
    stutters: all.filter((ms) => ms > 50).length,
    tasks: tasks.length
  }
  log(JSON.stringify(measured))
  return measured
}

/** From the start of the server until somebody can write into the search, and until the first hits are there. */
const firstViews = async (browser: Browser, database: string) => {
  const times: Array<{ readonly listening: number; readonly usable: number; readonly hits: number }> = []
  for (let i = 0; i < rounds; i++) {
    // The browser is open before, as that of whoever starts a server is; nothing of the page is in its cache.
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
    const page = await context.newPage()
    const started = performance.now()
    const server = await serve(database)
    const listening = performance.now() - started
    await page.goto(`${server.url}/search`, { waitUntil: "commit" })
    await page.locator("#query:focus").waitFor()
    const usable = performance.now() - started
    await page.keyboard.type("reference")
    await page.locator(".hit, .note").first().waitFor()
    times.push({ listening, usable, hits: performance.now() - started })
    log(JSON.stringify(times.at(-1)))
    await context.close()
    await server.close()
  }
  const of = (key: keyof (typeof times)[number]) => median(times.map((time) => time[key]))
  return { listening: of("listening"), usable: of("usable"), hits: of("hits") }
}

const opened = async (browser: Browser, url: string) => {
  const page = await browser.newPage({ baseURL: url, viewport: { width: 1280, height: 860 } })
  page.setDefaultTimeout(600_000)
  return page
}

const middle = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`there is no ${selector}`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

const list = async (browser: Browser, database: string) => {
  const server = await serve(database)
  const page = await opened(browser, server.url)
  await page.goto("/browse")
  await page.locator(".rows-row a").first().waitFor()
  const { x, y } = await middle(page, ".rows")
  await page.mouse.move(x, y)
  const wheel = async (steps: number, by: number) => {
    for (let i = 0; i < steps; i++) {
      await page.mouse.wheel(0, by)
      await page.waitForTimeout(16)
    }
  }
  const rows = [row("list, by the wheel", await framesOf(page, () => wheel(300, 240)))]
  rows.push(row("list, fast", await framesOf(page, () => wheel(150, 4000))))
  const started = performance.now()
  await page.locator(".rows").focus()
  await page.keyboard.press("End")
  await page.locator(`[data-row="${sizes.list - 1}"] a`).waitFor()
  const end = performance.now() - started
  rows.push(row("list, all of it loaded", await framesOf(page, () => wheel(300, -240))))
  const nodes = Number(await page.evaluate("document.querySelectorAll('*').length"))
  await page.close()
  await server.close()
  return { rows, end, nodes }
}

const map = async (browser: Browser, database: string) => {
  const server = await serve(database)
  const page = await opened(browser, server.url)
  const started = performance.now()
  await page.goto("/map")
  await page.locator(".map-seen li").first().waitFor()
  const shown = performance.now() - started
  await page.waitForTimeout(2000)
  const { x, y } = await middle(page, ".map-picture")
  await page.mouse.move(x, y)
  const steps = async (count: number, step: (i: number) => Promise<void>) => {
    for (let i = 0; i < count; i++) {
      await step(i)
      await page.waitForTimeout(16)
    }
  }
  const round = (i: number) => [x + 200 * Math.cos(i / 12), y + 200 * Math.sin(i / 12)] as const
  const rows = [
    row("map, hovered", await framesOf(page, () => steps(150, (i) => page.mouse.move(...round(i))))),
    row("map, zoomed", await framesOf(page, () => steps(150, (i) => page.mouse.wheel(0, i % 50 < 25 ? -60 : 60))))
  ]
  await page.mouse.move(...round(0))
  await page.mouse.down()
  rows.push(row("map, moved", await framesOf(page, () => steps(150, (i) => page.mouse.move(...round(i))))))
  await page.mouse.up()
  await page.close()
  await server.close()
  return { rows, shown }
}

interface Measured {
  readonly load: number
  readonly first?: Awaited<ReturnType<typeof firstViews>>
  readonly list?: Awaited<ReturnType<typeof list>>
  readonly map?: Awaited<ReturnType<typeof map>>
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`

const report = ({ first, list, load, map }: Measured): string =>
  [
    `The page in a Chromium without a graphics card (${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, load ${load.toFixed(1)}):`,
    "",
    ...(first === undefined
      ? []
      : [
          `The server listens ${seconds(first.listening)} after its start, one can write into the search after ${seconds(first.usable)},`,
          `and hits for a word are there after ${seconds(first.hits)} (medians of ${rounds}, ${sizes.search} references).`
        ]),
    ...(list === undefined
      ? []
      : [
          `A list of ${sizes.list}: its last row is there ${seconds(list.end)} after End, with ${list.nodes} elements in the document.`
        ]),
    ...(map === undefined ? [] : [`A computed map of ${sizes.map} is shown after ${seconds(map.shown)}.`]),
    "",
    "| what is done | frames | p50, ms | p95, ms | longest, ms | over 50 ms |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...[...(list?.rows ?? []), ...(map?.rows ?? [])].map(
      ({ frames, longest, name, p50, p95, stutters }) =>
        `| ${name} | ${frames} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${longest.toFixed(0)} | ${stutters} |`
    ),
    ""
  ].join("\n")

const browser = await launch()
try {
  const { fingerprint } = await Effect.runPromise(
    Effect.map(Embedder, ({ model }) => model).pipe(Effect.provide(Transformers.layer({})))
  )
  const measured = {
    load: loadavg()[0] ?? 0,
    ...(wanted.includes("first") && {
      first: await firstViews(browser, await filled("search", sizes.search, fingerprint))
    }),
    ...(wanted.includes("list") && { list: await list(browser, await filled("list", sizes.list, fingerprint)) }),
    ...(wanted.includes("map") && { map: await map(browser, await filled("map", sizes.map, fingerprint)) })
  }
  process.stdout.write(values.json === true ? `${JSON.stringify(measured, undefined, 2)}\n` : report(measured))
} finally {
  await browser.close()
  for (const child of servers) child.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
}
