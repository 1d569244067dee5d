import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { example } from "../support/crosswalk.ts"
import { unavailable } from "./support/chromium.ts"
import { barriers, open, served, test } from "./support/site.ts"

const token = "a-token-of-a-test-0123456789"

/** Every view, and what it shows when it is there. */
const views = [
  ["/", ".figures"],
  ["/search?q=passwords", "ol.hits > li"],
  ["/search?q=recipe for a chocolate cake", ".note"],
  ["/browse", ".rows-row a"],
  ["/reference?uri=sample%3A1.0.0%2FAUTH-4", ".neighbour"],
  ["/reference?uri=nobody", "[role=alert]"],
  ["/no/such/view", ".empty"]
] as const

describe.skipIf(unavailable !== undefined)("the page", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 360]) {
      test(`has no barrier in any view, ${colorScheme}, ${width} pixels wide`, async ({ browser, site }) => {
        const { close, page } = await open(browser, site, { colorScheme, viewport: { width, height: 800 } })
        for (const [path, part] of views) {
          await page.goto(path)
          await page.locator(part).first().waitFor()
          expect(await barriers(page), path).toEqual([])
          expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path).toBe(true)
        }
        await close()
      })
    }
  }

  test("tells what is in the store, and leads on", async ({ page }) => {
    await page.goto("/")
    await page.locator(".figure", { hasText: "References" }).getByText("102").waitFor()
    await page.getByRole("searchbox").fill("session cookies")
    await page.keyboard.press("Enter")
    await page.locator("ol.hits > li").first().waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe("?q=session%20cookies")
    await page.goBack()
    await page.getByRole("link", { name: "sample@1.0.0", exact: true }).click()
    await page.getByText("61 references").waitFor()
  })

  test("lists references in natural order, by keys too, and comes back to where somebody was", async ({ page }) => {
    await page.goto("/browse?catalog=company%402026.1")
    await page.locator(".rows-row a").first().waitFor()
    const names = await page.locator(".entry-name").allTextContents()
    expect(names.slice(0, 11)).toEqual(Array.from({ length: 11 }, (_, i) => `BR-${String(i + 1).padStart(2, "0")}`))
    await page.getByRole("region", { name: "References" }).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    const focused = () => page.evaluate("document.activeElement.closest('[data-row]')?.dataset.row")
    await expect.poll(focused).toBe("1")
    await page.keyboard.press("End")
    await expect.poll(focused).toBe("40")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "Calm in an emergency" }).waitFor()
    await page.goBack()
    await page.getByRole("heading", { name: "Browse" }).waitFor()
    await page.locator('[data-row="40"] a').waitFor()
  })

  test("keeps the place where somebody was, however quickly they move on, and only there", async ({ page }) => {
    const at = () => Number(new URL(page.url()).searchParams.get("at"))
    // The next view comes late, so that what the list still has to say would come after the way there began.
    await page.route(/Reference-.*\.js$/u, async (route) => {
      await new Promise((done) => setTimeout(done, 800))
      await route.continue()
    })
    await page.goto("/browse?catalog=company%402026.1")
    await page.locator(".rows-row a").first().waitFor()
    await page.getByRole("region", { name: "References" }).focus()
    await page.keyboard.press("End")
    await page.locator('[data-row="40"] a').click()
    await page.getByRole("heading", { name: "Calm in an emergency" }).waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe("?uri=company%3A2026.1%2FBR-41")
    await page.goBack()
    await page.locator('[data-row="40"] a').waitFor()
    expect(at()).toBeGreaterThan(15)
    // Another list is a step of its own, and begins at its top.
    await page.getByLabel("Catalog").selectOption("sample@1.0.0")
    await page.getByText("61 references").waitFor()
    await page.locator('[data-row="0"] a').waitFor()
    expect(at()).toBe(0)
    await page.goBack()
    await page.getByText("41 references").waitFor()
    await page.locator('[data-row="40"] a').waitFor()
    await page.reload()
    await page.locator('[data-row="40"] a').waitFor()
  })

  test("goes to the first row where somebody chooses the view again", async ({ page }) => {
    await page.goto("/browse")
    await page.locator(".rows-row a").first().waitFor()
    await page.getByRole("region", { name: "References" }).focus()
    await page.keyboard.press("End")
    await page.locator('[data-row="101"] a').waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get("at")).not.toBe(null)
    await page.getByRole("link", { name: "Browse" }).click()
    await page.locator('[data-row="0"] a').waitFor()
    await page.goBack()
    await page.locator('[data-row="101"] a').waitFor()
  })

  test("is dark or light as somebody chooses, and stays so", async ({ page }) => {
    await page.goto("/")
    const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    const light = await ground()
    await page.getByRole("button", { name: /^Theme: as the system/u }).click()
    await page.getByRole("button", { name: /^Theme: light/u }).click()
    await expect.poll(ground).not.toBe(light)
    const dark = await ground()
    await page.reload()
    await page.getByRole("button", { name: /^Theme: dark/u }).waitFor()
    await expect.poll(ground).toBe(dark)
  })

  test("has landmarks and a way past the navigation, and tells of another view", async ({ page }) => {
    await page.goto("/")
    await page.locator(".figures").waitFor()
    await page.keyboard.press("Tab")
    const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    await expect.poll(focused).toBe("Skip to the content")
    await page.keyboard.press("Enter")
    await expect.poll(focused).toBe("main")
    for (const role of ["banner", "navigation", "main", "contentinfo"] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1)
    }
    await page.getByRole("navigation").getByRole("link", { name: "Browse" }).click()
    await page.getByRole("heading", { name: "Browse" }).waitFor()
    await expect.poll(() => page.title()).toBe("Browse · Crosswalk")
    await expect.poll(() => page.getByRole("link", { name: "Browse" }).getAttribute("aria-current")).toBe("page")
  })

  test("says what to do where the server is gone, and goes on when it is back", async ({ page }) => {
    await page.goto("/search?q=cookies")
    await page.locator("ol.hits > li").first().waitFor()
    await page.context().setOffline(true)
    await page.getByRole("searchbox").fill("cookies of sessions")
    await page.getByRole("alert").first().waitFor()
    await expect.poll(() => page.getByRole("alert").first().textContent()).toContain("The server cannot be reached")
    await page.context().setOffline(false)
    await page.getByRole("button", { name: "Try again" }).click()
    await expect.poll(() => page.getByRole("alert").count()).toBe(0)
    await page.locator("ol.hits > li").first().waitFor()
  })

  test("asks for a token where the server does, keeps it in the tab, and never puts it into a URL", async ({
    browser
  }) => {
    const site = await served({ files: [example("company-requirements.csv")], env: { CROSSWALK_HTTP_TOKEN: token } })
    const { close, page } = await open(browser, site)
    const urls: Array<string> = []
    page.on("request", (request) => urls.push(request.url()))
    await page.goto("/search")
    await page.getByRole("heading", { name: "Sign in" }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByLabel("Token").fill("a-wrong-token-0123456789")
    await page.keyboard.press("Enter")
    await page.getByRole("alert").waitFor()
    await page.getByLabel("Token").fill(token)
    await page.keyboard.press("Enter")
    await page.getByRole("searchbox").waitFor()
    await page.goto("/")
    await page.locator(".figures").waitFor()
    expect(urls.filter((url) => url.includes("token"))).toEqual([])
    expect(await page.evaluate("document.cookie + JSON.stringify(localStorage)")).not.toContain(token)
    await close()
    await site.close()
  })

  test("says what to do next: with nothing in the store, and with references that have no embedding", async ({
    browser
  }) => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
    const file = join(folder, "one.csv")
    await writeFile(file, "id,title,text,type,catalog\nO-1,One thing,A text.,requirement,one@1\n")
    const site = await served({ files: [file] })
    await site.crosswalk(["remove", "one:1/O-1"])
    const { close, page } = await open(browser, site)
    await page.goto("/")
    await page.getByRole("heading", { name: "There is nothing here yet" }).waitFor()
    await expect.poll(() => page.getByText("crosswalk import requirements.csv").count()).toBe(1)
    expect(await barriers(page)).toEqual([])
    await site.crosswalk(["import", file, "--no-embed"])
    await page.reload()
    await page.getByText("1 reference cannot be found by meaning yet").waitFor()
    await expect.poll(() => page.getByText("crosswalk embed").count()).toBe(1)
    await close()
    await site.close()
    await rm(folder, { recursive: true })
  })
})
