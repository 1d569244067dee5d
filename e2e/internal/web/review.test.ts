import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, hostileCatalog, open, type Site, test as base } from "./support/site.ts"

const from = "company@2026.1"
const to = "sample@1.0.0"
const pair = `/review?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`

/** A site with suggestions between the two catalogues. */
const test = base.extend("suggested", { scope: "file" }, async ({ site }) => {
  await site.crosswalk(["suggest", from, to])
  return site
})

interface Decision {
  readonly id: number
  readonly step: number
  readonly by?: string
  readonly note?: string
  readonly sources: ReadonlyArray<string>
  readonly targets: ReadonlyArray<string>
  readonly to?: string
  readonly after?: { readonly status: string; readonly type: string }
}

/** The log of the store, the newest first. */
const log = async (site: Site, limit = 20): Promise<ReadonlyArray<Decision>> => {
  const answer = await fetch(`${site.url}/api/v1/decisions?limit=${limit}`)
  const { decisions } = (await answer.json()) as { readonly decisions: ReadonlyArray<Decision> }
  return decisions
}

const said = (page: Page, text: string | RegExp) => page.getByRole("status").getByText(text).waitFor()
const name = (page: Page) => page.locator(".review-name").textContent()

/** Opens the view when its first relation is there. */
const start = async (page: Page, path = pair) => {
  await page.goto(path)
  await page.locator(".review-name").waitFor()
}

describe.skipIf(unavailable !== undefined)("the review of the page", () => {
  base("suggests counterparts where there is nothing to decide", async ({ page, site }) => {
    await page.goto(pair)
    await page.getByRole("button", { name: `Suggest counterparts in ${to}` }).click()
    await page.locator(".review-name").waitFor()
    const [head] = await log(site, 1)
    expect(head).toBeUndefined()
    const open = (await (await fetch(`${site.url}/api/v1/review?limit=1`)).json()) as { readonly total: number }
    expect(open.total).toBeGreaterThan(100)
  })

  test("is what the overview leads to", async ({ page, suggested: site }) => {
    const { total } = (await (await fetch(`${site.url}/api/v1/review?limit=1`)).json()) as { readonly total: number }
    await page.goto("/")
    await page.getByText(`${total} suggested relations wait for a decision.`).waitFor()
    await page.getByRole("region", { name: "What to do" }).getByRole("link", { name: "Review" }).click()
    await page.getByText(`${total} relations left`).waitFor()
  })

  test("keeps the place of a list when more of it comes, and finds a place that is far", async ({
    page,
    suggested: _site
  }) => {
    await start(page)
    const list = page.getByRole("region", { name: "Relations" })
    const last = () => list.locator(".list-place").last().getAttribute("data-index").then(Number)
    const top = () => list.evaluate((element) => element.scrollTop)
    // The first page has fifty: more come as somebody scrolls on, and take nobody back.
    for (let i = 0; (await last()) < 70; i++) {
      expect(i).toBeLessThan(200)
      await list.evaluate((element) => (element.scrollTop += 300))
      await page.waitForTimeout(50)
    }
    expect(await top()).toBeGreaterThan(1000)
    await list.locator('.list-place[data-index="70"] button').click()
    await expect.poll(() => list.locator('[aria-current="true"]').count()).toBe(1)
    const here = await name(page)
    await page.reload()
    await page.locator(".review-name").waitFor()
    await expect.poll(() => name(page)).toBe(here)
    await list.locator('[aria-current="true"]').waitFor()
  })

  test("shows both texts with the words they share, and decides by keys", async ({ page, suggested: site }) => {
    await start(page)
    await expect.poll(() => page.locator(".pair mark").count()).toBeGreaterThan(0)
    await page.getByLabel("Deciding as").fill("Ann")
    await page.getByLabel("Deciding as").press("Enter")
    await page.getByLabel("Deciding as").blur()
    const first = await name(page)
    await page.keyboard.press("m")
    await page.keyboard.type("the same thing")
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await said(page, `Accepted ${first}.`)
    await expect.poll(() => name(page)).not.toBe(first)
    const second = await name(page)
    await page.keyboard.press("r")
    await said(page, `Rejected ${second}.`)
    const [rejected, accepted] = await log(site, 2)
    expect(rejected).toMatchObject({ by: "Ann", after: { status: "rejected" } })
    expect(accepted).toMatchObject({ by: "Ann", note: "the same thing", after: { status: "accepted" } })

    await page.keyboard.press("u")
    await said(page, "Taken back.")
    expect((await log(site, 1))[0]).toMatchObject({ by: "Ann", after: { status: "suggested" } })
  })

  test("accepts as another type, which a menu explains", async ({ page, suggested: site }) => {
    await start(page)
    const first = await name(page)
    await page.keyboard.press("t")
    await page.getByRole("menuitem", { name: /^subset/u }).click()
    await said(page, `Accepted ${first} as subset.`)
    expect((await log(site, 1))[0]?.after).toMatchObject({ status: "accepted", type: "subset" })
  })

  test("accepts several targets of a source as one relation of sets", async ({ page, suggested: site }) => {
    await start(page)
    await page.locator(".queue-row", { hasText: "BR-03" }).first().click()
    await page.keyboard.press("x")
    await page.keyboard.press("s")
    await page.keyboard.press("x")
    await page.getByRole("button", { name: "Accept 2 as one set" }).click()
    await said(page, /as one set/u)
    const [set] = await log(site, 1)
    expect(set?.targets).toHaveLength(2)
    expect(set?.after?.status).toBe("accepted")
  })

  test("says that a source has no counterpart, and takes that back as one step", async ({ page, suggested: site }) => {
    await start(page)
    await page.locator(".queue-row", { hasText: "BR-05" }).first().click()
    await page.keyboard.press("n")
    await said(page, `BR-05 has no counterpart in ${to}.`)
    const decisions = await log(site)
    const step = decisions.filter((one) => one.step === decisions[0]?.step)
    expect(step.filter(({ after }) => after?.status === "rejected").length).toBeGreaterThan(1)
    expect(step.filter((one) => one.targets.length === 0)).toMatchObject([{ to, after: { status: "accepted" } }])
    await page.keyboard.press("u")
    await said(page, "Taken back.")
    const open = await fetch(`${site.url}/api/v1/review?uri=${encodeURIComponent(step[0]?.sources[0] ?? "")}`)
    expect(((await open.json()) as { readonly total: number }).total).toBe(step.length - 1)
  })

  test("decides on all that pass a filter, after showing what would change", async ({ page, suggested: site }) => {
    await start(page, `${pair}&max=0.05`)
    await page.getByRole("button", { name: "Decide on all…" }).click()
    await page.getByRole("dialog").getByText("Reject", { exact: true }).click()
    const button = page.getByRole("dialog").getByRole("button", { name: /^Reject [1-9]\d* relations$/u })
    const number = Number(/\d+/u.exec((await button.textContent()) ?? "")?.[0])
    await expect
      .poll(() => page.getByRole("dialog").getByLabel("What would change").locator("li").count())
      .toBeGreaterThan(1)
    const before = (await log(site, 1))[0]?.step
    await button.click()
    await page.getByText("There is nothing of this kind").or(page.getByText("Nothing to decide between")).waitFor()
    const decisions = await log(site, 500)
    const step = decisions.filter((one) => one.step === decisions[0]?.step)
    expect(decisions[0]?.step).not.toBe(before)
    expect(step).toHaveLength(number)
    expect(new Set(step.map(({ after }) => after?.status))).toEqual(new Set(["rejected"]))
  })

  test("tells who decided what and when, and takes that step back", async ({ page, suggested: site }) => {
    await start(page, `${pair}&show=accepted`)
    const history = page.getByRole("region", { name: "Who and when" })
    await history.getByText("Ann").waitFor()
    await history
      .getByRole("button", { name: /^Take step \d+ back$/u })
      .first()
      .click()
    await said(page, "Taken back.")
    expect((await log(site, 1))[0]?.after?.status).toBe("suggested")
  })

  test("gives a table for a spreadsheet, and carries out what was decided in it", async ({ page, suggested: site }) => {
    await start(page)
    const coming = page.waitForEvent("download")
    await page.getByRole("button", { name: "Export CSV" }).click()
    const path = join(site.folder, "review.csv")
    await (await coming).saveAs(path)
    const [head = "", first = "", second = "", ...rows] = (await readFile(path, "utf8")).split("\r\n")
    await writeFile(path, [head, `accept${first}`, `perhaps${second}`, ...rows].join("\r\n"))
    await page.getByLabel("Import CSV…").setInputFiles(path)
    const dialog = page.getByRole("dialog", { name: "What was not carried out" })
    await dialog.getByText("is neither accept nor reject").waitFor()
    await page.keyboard.press("Escape")
    expect((await log(site, 1))[0]?.after?.status).toBe("accepted")
  })

  test("keeps what is shown in the URL", async ({ page, suggested: site }) => {
    await start(page, `${site.url}${pair}&show=any`)
    await page.locator(".queue-row", { hasText: "BR-02" }).first().click()
    const here = await name(page)
    await page.reload()
    await page.locator(".review-name").waitFor()
    await expect.poll(() => name(page)).toBe(here)
  })

  test("shows hostile texts as they are", async ({ page, suggested: site }) => {
    await site.crosswalk(["import", await hostileCatalog(site.folder)])
    await site.crosswalk(["suggest", "hostile@1", to])
    await start(page, `/review?from=hostile@1&to=${encodeURIComponent(to)}`)
    const count = await page.locator(".queue-row").count()
    for (let i = 0; i < Math.min(12, count); i++) await page.keyboard.press("s")
    await page.goto(`/review?from=hostile@1&to=${encodeURIComponent(to)}&show=any&at=<img src=x onerror=alert(1)>`)
    await page.locator(".pair-title", { hasText: "<img src=x" }).first().waitFor()
    expect(await page.locator(".pair img, .pair script, .pair svg").count()).toBe(0)
  })

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no barrier in the ${colorScheme} theme`, async ({ browser, suggested: site }) => {
      const { close, page } = await open(browser, site, { colorScheme })
      await start(page, `${pair}&show=any`)
      expect(await barriers(page)).toEqual([])
      await page.keyboard.press("?")
      await page.getByRole("dialog").waitFor()
      expect(await barriers(page)).toEqual([])
      await page.keyboard.press("Escape")
      await expect.poll(() => page.locator("#app[aria-hidden]").count()).toBe(0)
      await page.keyboard.press("t")
      await page.getByRole("menu").waitFor()
      expect(await barriers(page)).toEqual([])
      await close()
    })
  }

  test("says that the relation of an address is not there, and where to look", async ({ page, suggested: site }) => {
    void site
    const key = `implements ${JSON.stringify([["company:2026.1/BR-01"], ["sample:1.0.0/GONE"], null])}`
    await start(page, `${pair}&at=${encodeURIComponent(key)}`)
    const told = page.getByRole("note").filter({ hasText: "is not among" })
    await told.getByRole("link", { name: "Look for it in all" }).click()
    await page.waitForURL((url) => url.searchParams.get("uri") === "company:2026.1/BR-01")
    await told.getByText("is not among these").waitFor()
  })

  test("has all of a long history, the earliest too", async ({ page, suggested: site }) => {
    const ends = { sources: ["company:2026.1/BR-40"], targets: ["sample:1.0.0/ACC-1"] }
    for (let i = 0; i < 23; i++) {
      const verdict = { ...ends, type: "intersects", status: i % 2 === 0 ? "accepted" : "rejected", note: `the ${i}th` }
      const answer = await fetch(`${site.url}/api/v1/decisions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ by: "Ann", verdicts: [verdict] })
      })
      expect(answer.status).toBe(200)
    }
    const key = `intersects ${JSON.stringify([ends.sources, ends.targets, null])}`
    await start(
      page,
      `/review?show=any&uri=${encodeURIComponent("company:2026.1/BR-40")}&at=${encodeURIComponent(key)}`
    )
    const history = page.getByRole("region", { name: "Who and when" })
    await history.getByText("the 22th").waitFor()
    await expect.poll(() => history.locator("q").count()).toBe(20)
    await history.getByRole("button", { name: "Show earlier ones" }).click()
    await history.getByText("the 0th").waitFor()
    await expect
      .poll(() => history.locator("q").allTextContents())
      .toEqual(Array.from({ length: 23 }, (_, i) => `the ${22 - i}th`))
    expect(await history.getByRole("button", { name: "Show earlier ones" }).count()).toBe(0)
  })
})
