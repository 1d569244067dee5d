import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, open, test } from "./support/site.ts"

describe.skipIf(unavailable !== undefined)("the search of the page", () => {
  test("finds by meaning while somebody writes, and says what made the score", async ({ page }) => {
    await page.goto("/search")
    await page.getByRole("searchbox").pressSequentially("nobody can guess my password")
    const first = page.locator("ol.hits > li").first()
    await first.getByText("Guessing is hopeless").waitFor()
    expect(await first.locator("mark").allTextContents()).toContain("guess")
    expect(await first.locator(".score").getAttribute("title")).toMatch(/= meaning 0\.\d\d \+ words 0\.\d\d$/u)
    expect(new URL(page.url()).searchParams.get("q")).toBe("nobody can guess my password")
  })

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no barrier in the ${colorScheme} theme`, async ({ browser, site }) => {
      const { close, page } = await open(browser, site, { colorScheme })
      await page.goto("/search?q=passwords")
      await page.locator("ol.hits > li").first().waitFor()
      expect(await barriers(page)).toEqual([])
      await close()
    })
  }
})
