import type { Browser, CDPSession, Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, open, type Site, test as base } from "./support/site.ts"

const pair = "from=company%402026.1&to=sample%401.0.0"

/** A site with suggestions, and a page of it on a telephone. */
const test = base
  .extend("suggested", { scope: "file" }, async ({ site }) => {
    await site.crosswalk(["suggest", "company@2026.1", "sample@1.0.0", "--limit", "2"])
    return site
  })
  .extend("phone", async ({ browser, suggested }, { onCleanup }) => {
    const { close, page } = await telephone(browser, suggested)
    onCleanup(close)
    return page
  })

function telephone(browser: Browser, site: Site) {
  return open(browser, site, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } })
}

/** Every view, and a part that is there when it is. */
const views = [
  ["/", ".figures"],
  ["/search?q=passwords", "ol.hits > li"],
  ["/browse", ".rows-row a"],
  ["/reference?uri=sample%3A1.0.0%2FAUTH-4", ".neighbour"],
  [`/review?${pair}`, ".review-name"],
  ["/coverage?to=sample%401.0.0&by=company%402026.1", ".coverage-percent"],
  ["/diff", ".fields"],
  ["/map", ".map-seen li"],
  ["/import", "h1"]
] as const

/** What a finger is meant to press and is too small for it: lower or narrower than 24 pixels. Links within a text are left out. */
const small = `[...document.querySelectorAll("button, select, summary, input, .nav a, a.button, label.check")]
  .map((one) => (one.matches("[type=radio], [type=checkbox]") ? (one.closest("label") ?? one) : one))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1)
  .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 23.9)
  .map((one) => one.outerHTML.slice(0, 120))`

const drag = async (client: CDPSession, from: readonly [number, number], to: readonly [number, number]) => {
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: ReadonlyArray<readonly [number, number]>) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) })
  await touch("touchStart", [from])
  for (let i = 1; i <= 5; i++) {
    await touch("touchMove", [[from[0] + ((to[0] - from[0]) * i) / 5, from[1] + ((to[1] - from[1]) * i) / 5]])
  }
  await touch("touchEnd", [])
}

const seen = (page: Page) => page.locator("section.map-seen")

describe.skipIf(unavailable !== undefined)("the page under a finger", () => {
  test("has nothing that is too small to press, nor wider than the screen, in any view", async ({ phone: page }) => {
    for (const [path, part] of views) {
      await page.goto(path)
      await page.locator(part).first().waitFor()
      expect(await page.evaluate(small), path).toEqual([])
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path).toBe(true)
      expect(await barriers(page), path).toEqual([])
    }
  })

  test("reviews: decides, takes back, chooses another relation and another type", async ({ phone: page }) => {
    await page.goto(`/review?${pair}`)
    const name = () => page.locator(".review-name").textContent()
    const said = (text: string) => page.getByRole("status").getByText(text).waitFor()
    const tap = (button: RegExp) => page.getByRole("button", { name: button }).tap()
    await page.locator(".review-name").waitFor()
    const first = await name()
    await tap(/^Reject/u)
    await said(`Rejected ${first}.`)
    await tap(/^Undo/u)
    await said("Taken back.")
    await page.locator(".queue-row", { hasText: "BR-02" }).first().tap()
    await expect.poll(name).toMatch(/^BR-02/u)
    const other = await name()
    await tap(/^Accept as/u)
    await page.getByRole("menuitem", { name: /^subset/u }).tap()
    await said(`Accepted ${other} as subset.`)
    await tap(/^Keys/u)
    await page.getByRole("dialog").getByRole("button").first().tap()
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0)
  })

  test("moves and enlarges the map, points at a reference, and opens it", async ({ phone: page }) => {
    await page.goto("/map")
    await seen(page).getByText("20 of 102 references").waitFor()
    const view = () => new URL(page.url()).searchParams.get("view")
    await page.getByRole("button", { name: "Zoom in" }).tap()
    await expect.poll(view).not.toBeNull()
    const enlarged = view()
    const box = await page.locator(".map-picture").boundingBox()
    if (box === null) throw new Error("there is no map")
    const client = await page.context().newCDPSession(page)
    const middle = [box.x + box.width / 2, box.y + box.height / 2] as const
    await drag(client, middle, [middle[0] + 60, middle[1] + 40])
    await expect.poll(view).not.toBe(enlarged)
    // A browser gives no click for a tap that comes too soon after a drag.
    const all = page.getByRole("button", { name: "All", exact: true })
    await expect
      .poll(() =>
        all
          .tap()
          .then(() => page.waitForTimeout(400))
          .then(view)
      )
      .toBeNull()
    const tip = page.locator(".map-tip:not([hidden]) b")
    const pointed = async () => {
      for (let row = 3; row < 17; row++) {
        for (let column = 3; column < 17; column++) {
          const [x, y] = [box.x + (box.width * column) / 20, box.y + (box.height * row) / 20]
          await page.touchscreen.tap(x, y)
          if ((await tip.count()) > 0) return [x, y] as const
        }
      }
      throw new Error("nothing is on the map")
    }
    const [x, y] = await pointed()
    const short = (await tip.textContent()) ?? ""
    await page.touchscreen.tap(x, y)
    await page.waitForURL(/\/reference\?uri=/u)
    await expect.poll(() => new URL(page.url()).searchParams.get("uri")).toContain(short)
  })

  test("goes to every view of the navigation", async ({ phone: page }) => {
    await page.goto("/")
    for (const name of ["Search", "Browse", "Review", "Coverage", "Editions", "Map", "Import", "Overview"]) {
      await page.getByRole("navigation").getByRole("link", { name, exact: true }).tap()
      await expect.poll(() => page.title()).toMatch(new RegExp(name, "u"))
    }
  })
})
