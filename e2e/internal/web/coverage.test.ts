import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, open, test as base } from "./support/site.ts"

const view = "/coverage?to=standard@1&by=own@1"

const standard = {
  catalog: "standard@1",
  references: [
    ["S-1", "Passwords are hashed", "Storage", 1],
    ["S-2", "Keys are rotated", "Storage", 2],
    ["S-3", "Sessions end", "Sessions", 1],
    ["S-4", `<img src=x onerror="globalThis.hacked = 1">`, "<b>Sessions</b>", 2]
  ].map(([id, title, chapter, level]) => ({
    id,
    title,
    text: `${title}, as it should be.`,
    metadata: { chapter, level }
  }))
}

const own = {
  catalog: "own@1",
  references: ["O-1", "O-2", "O-3"].map((id) => ({ id, title: `Own ${id}`, text: `What ${id} asks for.` }))
}

/** A site with two catalogues, of which one covers half of the other: one wholly, one in part. */
const test = base.extend("covered", { scope: "file" }, async ({ site }) => {
  for (const catalog of [standard, own]) {
    const path = join(site.folder, `${catalog.catalog}.json`)
    await writeFile(path, JSON.stringify(catalog))
    await site.crosswalk(["import", path])
  }
  await site.crosswalk(["decide", "own:1/O-1", "standard:1/S-1"])
  await site.crosswalk(["decide", "own:1/O-2", "standard:1/S-3", "--as", "subset"])
  return site
})

const start = async (page: Page, path = view) => {
  await page.goto(path)
  await page.locator(".coverage-percent").waitFor()
}

const titles = (page: Page) => page.locator(".requirement h3").allTextContents()

describe.skipIf(unavailable !== undefined)("the coverage of the page", () => {
  test("asks for two catalogs, and the URL keeps them", async ({ page, covered: _site }) => {
    await page.goto("/coverage")
    await page.getByText("Choose two catalogs").waitFor()
    await page.getByRole("combobox", { name: "Of" }).selectOption("standard@1")
    await page.getByRole("combobox", { name: "By" }).selectOption("own@1")
    await page.locator(".coverage-percent").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get("to")).toBe("standard@1")
  })

  test("has all rows of an answer of several pages, and says so while some are missing", async ({
    page,
    covered: _site
  }) => {
    let isHeld = true
    await page.route(/\/api\/v1\/coverage\?|\/api\/v1\/coverage$/u, (route) => {
      const url = new URL(route.request().url())
      if (isHeld && url.searchParams.has("cursor")) return route.abort()
      url.searchParams.set("pageSize", "3")
      return route.continue({ url: url.href })
    })
    await start(page)
    await page.getByText("The server cannot be reached").waitFor()
    await expect.poll(() => page.locator(".requirement").count()).toBe(3)
    await expect.poll(() => page.getByRole("button", { name: "JSON" }).isDisabled()).toBe(true)
    isHeld = false
    await page.getByRole("button", { name: "Try again" }).click()
    await page.getByText(/requirement of own@1 leads to nothing/u).waitFor()
    await expect.poll(() => titles(page)).toHaveLength(4)
    expect(await page.locator(".rest").count()).toBe(0)
    await expect.poll(() => page.getByRole("button", { name: "JSON" }).isDisabled()).toBe(false)
  })

  test("opens a cell of the map into its requirements, with what covers them", async ({ page, covered: site }) => {
    await start(page)
    await expect.poll(() => page.locator(".coverage-percent").textContent()).toBe("25.0%")
    await expect.poll(() => titles(page)).toHaveLength(4)
    const row = page.getByRole("row", { name: /^Storage/u })
    await row.getByRole("button").last().click()
    await expect.poll(() => titles(page)).toEqual(["Passwords are hashed", "Keys are rotated"])
    await page.getByText("own:1/O-1").waitFor()
    await page.reload()
    await page.locator(".coverage-percent").waitFor()
    await expect.poll(() => titles(page)).toHaveLength(2)
    await start(page, `${site.url}${view}`)
    await page.getByRole("button", { name: "2 not covered" }).click()
    await expect.poll(() => titles(page)).toEqual(["Keys are rotated", standard.references[3]?.title])
  })

  test("counts what is covered in part where it is asked to", async ({ page, covered: _site }) => {
    await start(page)
    await page.getByLabel("Count what is covered in part").check()
    await page.getByText("50.0").waitFor()
  })

  test("takes exceptions, and refuses a file that is none", async ({ page, covered: site }) => {
    await start(page)
    const path = join(site.folder, "exceptions.json")
    await writeFile(path, JSON.stringify([{ reference: "standard:1/S-2", reason: "No keys here", by: "Ann" }]))
    await page.getByLabel("Exceptions…").setInputFiles(path)
    await page.getByText("Excepted by Ann: No keys here").waitFor()
    await expect.poll(() => page.locator(".coverage-percent").textContent()).toBe("50.0%")
    // It holds while another view is looked at, and until somebody takes it away.
    await page.getByRole("link", { name: "Passwords are hashed" }).first().click()
    await page.getByRole("heading", { level: 1, name: "Passwords are hashed" }).waitFor()
    await page.goBack()
    await page.getByText("Excepted by Ann: No keys here").waitFor()
    await page.getByRole("button", { name: "Without the exceptions of exceptions.json" }).click()
    await expect.poll(() => page.locator(".coverage-percent").textContent()).toBe("25.0%")
    await writeFile(path, "{")
    await page.getByLabel("Exceptions…").setInputFiles(path)
    await page.getByRole("alert").getByText("exceptions.json is not JSON").waitFor()
  })

  test("compares with an earlier report, which it gave", async ({ page, covered: site }) => {
    await start(page)
    const coming = page.waitForEvent("download")
    await page.getByRole("button", { name: "JSON", exact: true }).click()
    const path = join(site.folder, "before.json")
    await (await coming).saveAs(path)
    await site.crosswalk(["decide", "own:1/O-3", "standard:1/S-2"])
    await start(page)
    await page.getByLabel("Baseline…").setInputFiles(path)
    const trend = page.getByRole("region", { name: "Since the baseline" })
    await trend.getByText("Keys are rotated").waitFor()
    await expect.poll(() => trend.getByText("+25.0 points").count()).toBe(1)
    await site.crosswalk(["decide", "own:1/O-3", "standard:1/S-2", "--reject"])
  })

  test("gives the documents of the command", async ({ page, covered: site }) => {
    await start(page)
    const coming = page.waitForEvent("download")
    await page.getByRole("button", { name: "Markdown" }).click()
    const path = join(site.folder, "coverage.md")
    await (await coming).saveAs(path)
    const printed = await site.crosswalk(["coverage", "standard@1", "--by", "own@1", "--format", "markdown"])
    expect((await readFile(path, "utf8")).trim()).toBe(printed.trim())
  })

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no barrier in the ${colorScheme} theme, nor on a narrow screen`, async ({ browser, covered: site }) => {
      const { close, page } = await open(browser, site, { colorScheme, viewport: { width: 400, height: 800 } })
      await start(page)
      expect(await barriers(page)).toEqual([])
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
      await close()
    })
  }
})
