import { cp, mkdtemp, open as openFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import type { Page } from "playwright-core"
import { example, modelFolder } from "../support/crosswalk.ts"
import { unavailable } from "./support/chromium.ts"
import { barriers, hostile, open, served, type SiteOptions, test as base } from "./support/site.ts"

const hits = (page: Page) => page.locator("ol.hits > li")
const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.getAll(name)

/** Another test object: files of one process share the modules, and what is overridden of `base` holds for all of them. */
const test = base.extend("options", { scope: "file" }, (): SiteOptions => ({ isHostile: true }))

describe.skipIf(unavailable !== undefined)("the search of the page", () => {
  test("finds by meaning while somebody writes, and says what made the score", async ({ page }) => {
    await page.goto("/search")
    await page.getByRole("searchbox").pressSequentially("nobody can guess my password")
    const first = hits(page).first()
    await first.getByText("Guessing is hopeless").waitFor()
    await expect
      .poll(() => first.locator(".score").getAttribute("title"))
      .toMatch(/= meaning 0\.\d\d \+ words 0\.\d\d$/u)
    await expect.poll(() => first.locator("mark").allTextContents()).toEqual(["Guessing", "Nobody", "guess"])
    await expect.poll(() => first.getByText(/\d+% relevant/u).count()).toBe(1)
    // The bar is as long as the hit is relevant, and says the same as the number.
    for (const hit of await hits(page).all()) {
      const widths = await hit.locator("rect").evaluateAll((all) => all.map((one) => Number(one.getAttribute("width"))))
      const text = await hit.locator(".score-relevance").textContent()
      expect(`${Math.round(widths.reduce((sum, width) => sum + width, 0))}% relevant`).toBe(text)
    }
    await expect.poll(() => parameter(page, "q")).toEqual(["nobody can guess my password"])
  })

  test("gives an identifier first, however it is typed, and shows that it is one", async ({ page }) => {
    await page.goto("/search?q=sess 5")
    const first = hits(page).first()
    await first.getByText("SESS-5", { exact: true }).waitFor()
    await expect.poll(() => first.locator(".score").getAttribute("title")).toContain("identifier")
    await expect.poll(() => first.locator(".score-identifier").count()).toBe(1)
  })

  test("compares what somebody chooses, among what somebody chooses, and keeps it in the URL", async ({ page }) => {
    await page.goto("/search?q=passwords")
    await hits(page).first().waitFor()
    await page.getByRole("radio", { name: "Words", exact: true }).check()
    await page.getByRole("button", { name: /^sample@1\.0\.0/u }).click()
    await page.getByRole("button", { name: /^authentication/u }).click()
    await expect.poll(() => page.locator(".hit-top").allTextContents()).not.toContain("company@2026.1")
    await expect.poll(() => parameter(page, "mode")).toEqual(["keyword"])
    await expect.poll(() => parameter(page, "catalog")).toEqual(["sample@1.0.0"])
    await expect.poll(() => parameter(page, "tag")).toEqual(["authentication"])
    await page.reload()
    await hits(page).first().waitFor()
    await expect.poll(() => page.getByRole("radio", { name: "Words", exact: true }).isChecked()).toBe(true)
    await expect
      .poll(() => page.getByRole("button", { name: /^authentication/u }).getAttribute("aria-pressed"))
      .toBe("true")
    const titles = await page.locator(".score").evaluateAll((all) => all.map((one) => one.getAttribute("title")))
    expect(titles.filter((title) => title?.includes("meaning"))).toEqual([])
    await page.getByRole("button", { name: "Clear" }).click()
    await expect.poll(() => parameter(page, "tag")).toEqual([])
  })

  test("a condition on metadata narrows it, and a wrong one is told in a sentence", async ({ page }) => {
    await page.goto("/search?q=passwords&where=level%3E%3D2")
    await hits(page).first().waitFor()
    const levels = await hits(page).count()
    expect(levels).toBeGreaterThan(0)
    await page.getByLabel("Condition on metadata").fill("level ~ 2")
    await page.keyboard.press("Enter")
    await page.getByRole("alert").first().waitFor()
    await expect.poll(() => page.getByRole("alert").first().textContent()).toMatch(/where/u)
    await expect.poll(() => page.getByRole("alert").first().textContent()).toContain("Change what you asked for.")
  })

  test("says that nothing relevant was found, and shows nothing of it where that was asked for", async ({ page }) => {
    await page.goto("/search?q=recipe for a chocolate cake")
    await page.getByRole("heading", { name: "Nothing relevant was found" }).waitFor()
    await expect.poll(() => hits(page).count()).toBeGreaterThan(0)
    await page.getByLabel("Only what is likely to answer").check()
    await page.getByText("No results").waitFor()
    await expect.poll(() => parameter(page, "relevant")).toEqual(["1"])
  })

  test("is used with keys alone: a slash, arrows, Enter", async ({ page }) => {
    await page.goto("/browse")
    await page.getByRole("heading", { name: "Browse" }).waitFor()
    await page.keyboard.press("/")
    const box = page.getByRole("searchbox")
    await box.waitFor()
    await expect.poll(() => box.evaluate((element) => element.matches(":focus"))).toBe(true)
    await page.keyboard.type("hash passwords slowly")
    await expect.poll(() => page.getByRole("status").first().textContent()).toMatch(/^\d+ results$/u)
    const focused = () => page.evaluate("document.activeElement.textContent") as Promise<string>
    await page.keyboard.press("ArrowDown")
    const first = await focused()
    await page.keyboard.press("ArrowDown")
    expect(await focused()).not.toBe(first)
    await page.keyboard.press("ArrowUp")
    await expect.poll(focused).toBe(first)
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: first }).waitFor()
    await page.goBack()
    await expect.poll(() => page.getByRole("searchbox").inputValue()).toBe("hash passwords slowly")
  })

  test("a stale answer never shows: the last text has the last word", async ({ page }) => {
    await page.goto("/search")
    const box = page.getByRole("searchbox")
    for (const text of ["c", "co", "cookies", "log", "logging of events", "SESS-5"]) await box.fill(text)
    await expect.poll(() => hits(page).first().locator(".hit-name").textContent()).toBe("SESS-5")
    await expect.poll(() => page.getByRole("status").first().textContent()).not.toContain("being compared")
    expect(await hits(page).first().locator(".hit-name").textContent()).toBe("SESS-5")
  })

  test("comes back to the result that somebody opened, though results come late, and after a reload too", async ({
    page
  }) => {
    await page.setViewportSize({ width: 1280, height: 500 })
    await page.goto("/search?q=passwords&limit=50")
    await expect.poll(() => page.getByRole("status").first().textContent()).toBe("50 results")
    await hits(page).nth(30).getByRole("link").first().scrollIntoViewIfNeeded()
    const top = () => page.evaluate("scrollY") as Promise<number>
    const before = await top()
    expect(before).toBeGreaterThan(1000)
    await hits(page).nth(30).getByRole("link").first().click()
    await page.getByRole("heading", { name: "Near in meaning" }).waitFor()
    expect(await top()).toBe(0)
    await page.route("**/api/v1/search**", async (route) => {
      await new Promise((done) => setTimeout(done, 500))
      await route.continue()
    })
    await page.goBack()
    await expect.poll(top).toBeGreaterThan(before - 100)
    await page.reload()
    await expect.poll(top).toBeGreaterThan(before - 100)
    await page.getByRole("searchbox").fill("a recipe for cake")
    await expect.poll(() => hits(page).count()).toBe(20)
  })

  test("says that only words were compared where the model fails, and finds by them", async ({ browser }) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
    const model = join(folder, "model")
    await cp(modelFolder, model, { recursive: true })
    const weights = await openFile(join(model, "onnx", "model_quantized.onnx"), "r+")
    await weights.write(Buffer.alloc(64, 1), 0, 64, 1_000_000)
    await weights.close()
    const site = await served({ files: [example("company-requirements.csv")], model })
    const { close, page } = await open(browser, site)
    await page.goto("/search?q=secret")
    await page.getByText("Only words were compared: the model that compares meaning failed").waitFor()
    await hits(page).first().waitFor()
    expect(await barriers(page)).toEqual([])
    await close()
    await site.close()
    await rm(folder, { recursive: true })
  })

  test("says how many could not be compared by meaning, and what to do", async ({ browser }) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
    const file = join(folder, "more.csv")
    await writeFile(file, "id,title,text,type,catalog\nM-1,Passwords are long,A text.,requirement,more@1\n")
    const site = await served({ files: [example("company-requirements.csv")] })
    await site.crosswalk(["import", file, "--no-embed"])
    const { close, page } = await open(browser, site)
    await page.goto("/search?q=passwords&catalog=more%401")
    await page.getByText("1 reference could not be compared by meaning").waitFor()
    await expect.poll(() => page.getByText("crosswalk embed").count()).toBe(1)
    await hits(page).getByText("Passwords are long").waitFor()
    await site.crosswalk(["embed"])
    await page.reload()
    await expect.poll(() => page.getByRole("status").first().textContent()).toBe("1 result")
    expect(await page.getByText("could not be compared").count()).toBe(0)
    await close()
    await site.close()
    await rm(folder, { recursive: true })
  })

  test("texts of a catalogue stay texts, whatever is in them", async ({ page }) => {
    await page.goto("/search?q=passwords&catalog=hostile@1")
    await expect.poll(() => hits(page).count()).toBe(hostile.length)
    const titles = await page.locator(".hit-title").allTextContents()
    expect(titles.toSorted()).toEqual(hostile.map((text) => text.trim()).toSorted())
    expect(await page.locator("ol.hits img, ol.hits script").count()).toBe(0)
    expect(await page.locator(".filters img, .filters script").count()).toBe(0)
    // A long word breaks: the page is no wider than the window.
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
  })
})
