import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, hostileCatalog, open, served, test } from "./support/site.ts"

const seen = (page: Page) => page.locator("section.map-seen")
const picture = (page: Page) => page.getByRole("group", { name: /^The map/u })

/** Moves a mouse over the map until it points at something, and gives what is told of it. */
const pointAtAny = async (page: Page) => {
  const box = await picture(page).boundingBox()
  if (box === null) throw new Error("there is no map")
  for (let row = 2; row < 18; row++) {
    for (let column = 2; column < 18; column++) {
      await page.mouse.move(box.x + (box.width * column) / 20, box.y + (box.height * row) / 20)
      if ((await page.locator(".map-tip:not([hidden]) b").count()) > 0) return page.locator(".map-tip")
    }
  }
  throw new Error("nothing is on the map")
}

describe.skipIf(unavailable !== undefined)("the map of the page", () => {
  test("lists what is seen, of every catalog or of some, and says so in its URL", async ({ page }) => {
    await page.goto("/map")
    await seen(page).getByText("20 of 102 references").waitFor()
    await page.getByRole("checkbox", { name: /^company@2026\.1/u }).uncheck()
    await seen(page).getByText("20 of 61 references").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get("hide")).toBe("company@2026.1")
    await page.reload()
    await seen(page).getByText("20 of 61 references").waitFor()
    await seen(page).getByRole("button", { name: "Show more" }).click()
    await seen(page).getByText("40 of 61 references").waitFor()
  })

  test("is moved and enlarged by keys, and the list follows", async ({ page }) => {
    await page.goto("/map")
    await seen(page).getByText("20 of 102 references").waitFor()
    await picture(page).focus()
    for (let i = 0; i < 8; i++) await page.keyboard.press("+")
    await seen(page).getByText("of 102").waitFor({ state: "detached" })
    await expect.poll(() => new URL(page.url()).searchParams.get("view")).not.toBe(null)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("0")
    await seen(page).getByText("20 of 102 references").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get("view")).toBe(null)
  })

  test("tells what a mouse points at, and opens it by a click", async ({ page }) => {
    await page.goto("/map")
    await seen(page).locator("li").first().waitFor()
    const tip = await pointAtAny(page)
    const short = await tip.locator("b").textContent()
    await expect.poll(() => tip.locator("span").textContent()).not.toBe("…")
    await page.mouse.down()
    await page.mouse.up()
    await page.waitForURL(/\/reference\?uri=/u)
    await expect.poll(() => new URL(page.url()).searchParams.get("uri")).toContain(short)
    await page.goBack()
    await seen(page).locator("li").first().waitFor()
  })

  test("highlights what a search finds, and lists it, the best first", async ({ page }) => {
    await page.goto("/map")
    await page.getByRole("searchbox").fill("nobody can guess my password")
    await seen(page).getByRole("heading", { name: "Found on the map" }).waitFor()
    await seen(page).locator("li").first().getByText("Guessing is hopeless").waitFor()
    await seen(page).locator("li").first().getByText("company@2026.1").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("nobody can guess my password")
  })

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no barrier in the ${colorScheme} theme`, async ({ browser, site }) => {
      const { close, page } = await open(browser, site, { colorScheme })
      await page.goto("/map?q=passwords")
      await seen(page).getByRole("heading", { name: "Found on the map" }).waitFor()
      expect(await barriers(page)).toEqual([])
      await close()
    })
  }

  test("draws 20,000 references", async ({ page }) => {
    const count = 20_000
    const numbers = Array.from({ length: count }, (_, i) => i)
    await page.route("**/api/v1/map", (route) =>
      route.fulfill({
        json: {
          ...{ method: "umap", isCurrent: true, placed: 0, unplaced: 0, omitted: 0 },
          catalogs: [{ catalog: "a@1", prefix: "a:" }, { prefix: "b:" }],
          catalog: numbers.map((i) => i % 2),
          suffixes: numbers.map(String),
          x: numbers.map((i) => (i * 7919) % 65_536),
          y: numbers.map((i) => (i * 104_729) % 65_536)
        }
      })
    )
    await page.goto("/map")
    await seen(page).getByText("20 of 20,000 references").waitFor()
    await page.getByRole("checkbox", { name: /^without a catalog/u }).uncheck()
    await seen(page).getByText("20 of 10,000 references").waitFor()
  })

  test("shows texts that would be code as texts", async ({ browser }) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
    const site = await served({ files: [await hostileCatalog(folder)] })
    const { close, page } = await open(browser, site)
    await page.goto("/map?q=passwords")
    await seen(page).getByText("<script>").first().waitFor()
    await pointAtAny(page)
    await close()
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })
})
