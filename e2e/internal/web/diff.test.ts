import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, hostile, open, type Site, test as base } from "./support/site.ts"

/** A requirement: its identifier, title and text. */
type Row = readonly [id: string, title: string, text: string]

const before: ReadonlyArray<Row> = [
  ["1.1", "Password storage", "Passwords are stored as a slow, salted hash."],
  ["1.2", "End of sessions", "Sessions end after fifteen minutes without activity."],
  ["1.10", "Malware", "Uploaded files are scanned for malware before anybody can download them."],
  [
    "2.1",
    "Audit",
    "Administrative actions are written to an audit log, and logs cannot be changed by those whose actions they record."
  ],
  ["2.2", "Floppy disks", "Floppy disks are kept in a locked steel cabinet on the second floor."],
  ["2.3", "Encryption", "Traffic between services is encrypted with TLS 1.2 or later."],
  ["6.1", "Suppliers", "Suppliers are reviewed for security every year."],
  ...hostile.map((text, i): Row => [`9.${i}<b>`, clean(text), clean(`${text} encoded templates ${text}`)])
]

const after: ReadonlyArray<Row> = [
  ["1.1", "Password storage", "Passwords are stored as a slow, salted hash."],
  ["1.2", "End of sessions", "Sessions end after ten minutes without any activity."],
  ["1.10", "Malware", "Uploaded files are scanned for malware before anybody can download them."],
  ["2.1", "Audit log", "Administrative actions are written to an audit log."],
  ["2.5", "Integrity of the audit log", "Logs cannot be changed by those whose actions they record."],
  ["2.4", "Encryption", "Traffic between services is encrypted with TLS 1.3."],
  ["4.1", "Backups", "Backups are restored once a quarter to prove that they work."],
  ["6.7", "Suppliers", "Contracts with suppliers name their duties."],
  ...hostile.map((text, i): Row => [`9.${i}<b>`, clean(text), clean(`${text} escaped templates ${text}`)])
]

const ours: ReadonlyArray<Row> = [
  ["A", "Hashing", "We hash passwords slowly with a salt."],
  ["B", "Logout", "People are signed out after fifteen idle minutes."],
  ["C", "Logging", "We write what administrators do to a log that they cannot change."],
  ["D", "Disks", "Floppy disks are locked away."]
]

const catalogs: Readonly<Record<string, ReadonlyArray<Row>>> = {
  "norm@1": before,
  "norm@2": after,
  "ours@1": ours
}

/** What was accepted with the first edition. */
const accepted = { A: "1.1", B: "1.2", C: "2.1", D: "2.2" }

function clean(text: string): string {
  return text.replaceAll("\u0000", "")
}

const pair = "/diff?before=norm%401&after=norm%402"
const carry = `${pair}&show=carry&catalog=ours%401&accept=unchanged`
const at = (uri: string) => `${pair}&at=${encodeURIComponent(uri)}`

interface Answer {
  readonly items?: ReadonlyArray<unknown>
  readonly decisions?: ReadonlyArray<unknown>
}

const ask = async (site: Site, path: string, body?: unknown): Promise<Answer> => {
  const answer = await fetch(`${site.url}/api/v1/${path}`, {
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Answer
}

/** A site with two editions of a catalogue, and another one that has accepted relations with the first. */
const test = base.extend("editions", { scope: "file" }, async ({ site }) => {
  for (const [catalog, rows] of Object.entries(catalogs)) {
    const path = join(site.folder, `${catalog}.json`)
    const references = rows.map(([id, title, text]) => ({ id, title, text, type: "requirement" }))
    await writeFile(path, JSON.stringify({ catalog, references }))
    await site.crosswalk(["import", path])
  }
  const verdicts = Object.entries(accepted).map(([source, target]) => ({
    sources: [`ours:1/${source}`],
    targets: [`norm:1/${target}`],
    type: "equal",
    status: "accepted"
  }))
  await ask(site, "decisions", { verdicts, by: "Ann" })
  return site
})

const row = (page: Page, text: string | RegExp) =>
  page.getByRole("region", { name: "Changes" }).getByRole("button", { name: text })
const chip = (page: Page, text: RegExp) => page.getByRole("group").getByRole("button", { name: text })
const side = (page: Page, name: "Before" | "After", nth = 0) => page.getByRole("region", { name }).nth(nth)
const start = async (page: Page, path = pair) => {
  await page.goto(path)
  await page
    .locator(path.includes("carry") ? ".carried" : ".change-name")
    .first()
    .waitFor()
}

describe.skipIf(unavailable !== undefined)("editions on the page", () => {
  test("offers each version of a catalogue with the next one", async ({ page, editions: _site }) => {
    await page.goto("/diff")
    await page.getByRole("link", { name: "norm@1 › norm@2" }).click()
    await row(page, /^1\.2 › 1\.2/u).waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe("?before=norm%401&after=norm%402")
  })

  test("marks the words that were taken out and put in, each on its side", async ({ page, editions: _site }) => {
    await start(page)
    await row(page, /^1\.2 › 1\.2/u).click()
    await side(page, "Before").getByText("fifteen").waitFor()
    await expect.poll(() => side(page, "Before").locator("del").allTextContents()).toEqual(["fifteen"])
    expect(await side(page, "Before").locator("ins").count()).toBe(0)
    expect((await side(page, "After").locator("ins").allTextContents()).map((text) => text.trim())).toEqual([
      "ten",
      "any"
    ])
    expect(await side(page, "After").locator("del").count()).toBe(0)
    const lines =
      "['ins', 'del'].map((name) => getComputedStyle(document.querySelector(`.pair ${name}`)).textDecorationLine)"
    expect(await page.evaluate(lines)).toEqual(["underline", "line-through"])
  })

  test("has all changes of an answer of several pages", async ({ page, editions: _site }) => {
    await start(page)
    const all = await chip(page, /^all changes/u).textContent()
    await page.route("**/api/v1/diff?**", (route) => {
      const url = new URL(route.request().url())
      url.searchParams.set("pageSize", "2")
      return route.continue({ url: url.href })
    })
    await start(page)
    await chip(page, new RegExp(`^${all}$`, "u")).waitFor()
  })

  test("tells what was split, what is gone and what is new", async ({ page, editions: _site }) => {
    await start(page, at("norm:1/2.1"))
    await expect.poll(() => page.locator(".change-name").textContent()).toMatch(/^2\.1 › (2\.1 \+ 2\.5|2\.5 \+ 2\.1)$/u)
    await expect.poll(() => page.locator(".pair").count()).toBe(2)
    await row(page, /^2\.2 deleted/u).click()
    await side(page, "After").getByText("Nothing in norm@2 continues it.").waitFor()
    await row(page, /^4\.1 new/u).click()
    await side(page, "Before").getByText("Nothing in norm@1 becomes it.").waitFor()
  })

  test("says what is unclear, and what it may have become", async ({ page, editions: _site }) => {
    // What is unclear depends on what the model was calibrated on: a change that is clear is made to be none.
    await page.route("**/api/v1/diff?**", async (route) => {
      const response = await route.fetch()
      const { changes, totals, ...rest } = (await response.json()) as {
        readonly changes: ReadonlyArray<{
          readonly before?: { readonly uri: string }
          readonly after: ReadonlyArray<{ readonly reference: { readonly uri: string } }>
        }>
        readonly totals: Readonly<Record<string, number>>
      }
      const reference = changes.flatMap(({ after }) => after).find(({ reference }) => reference.uri === "norm:2/4.1")
      const unclear = changes.map((change) =>
        change.before?.uri === "norm:1/2.2"
          ? { ...change, kinds: ["unclear"], possible: [{ ...reference, confidence: 0.42 }] }
          : change
      )
      await route.fulfill({ response, json: { ...rest, changes: unclear, totals: { ...totals, unclear: 1 } } })
    })
    await start(page)
    await chip(page, /^unclear 1$/u).click()
    await row(page, /^2\.2 unclear/u).click()
    await page.getByText("It is unclear what continues it.").waitFor()
    const possible = page.getByRole("region", { name: "Possible counterparts" })
    await possible.getByText("order 0.42").waitFor()
    expect(await barriers(page)).toEqual([])
    await possible.getByRole("link", { name: "4.1" }).click()
    await page.getByRole("heading", { level: 1, name: "Backups" }).waitFor()
    await page.goBack()
    await page.locator(".change-name", { hasText: "2.2" }).waitFor()
  })

  test("keeps kinds and the change in the URL, in the order of identifiers", async ({ page, editions: _site }) => {
    await start(page)
    await chip(page, /^unchanged 2$/u).click()
    await chip(page, /^deleted/u).click()
    await row(page, /^1\.10 › 1\.10/u).click()
    await page.reload()
    await page.locator(".change-name").getByText("1.10 › 1.10").waitFor()
    const names = await page.locator("button.list-row .mono").allTextContents()
    expect(names.slice(0, 3)).toEqual(["1.1 › 1.1", "1.10 › 1.10", "2.2"])
    await expect.poll(() => chip(page, /^unchanged/u).getAttribute("aria-pressed")).toBe("true")
    await expect.poll(() => chip(page, /^all changes/u).getAttribute("aria-pressed")).toBe("false")
  })

  test("shows what would become of relations, carries them over, and takes that back", async ({
    editions: site,
    page
  }) => {
    await start(page, carry)
    const list = page.getByRole("region", { name: "Relations" })
    await list.getByText("Nothing continues norm:1/2.2.").waitFor()
    await chip(page, /^nothing follows 1$/u).click()
    await page.reload()
    await list.getByText("Nothing continues norm:1/2.2.").waitFor()
    await expect.poll(() => list.locator(".carried").count()).toBe(1)
    const found = () => ask(site, `review?status=any&uri=${encodeURIComponent("norm:2/1.1")}`)
    expect((await found()).items).toEqual([])

    await page.getByRole("button", { name: "Carry over…" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Deciding as").fill("Bo")
    await dialog.getByLabel("Deciding as").press("Tab")
    await dialog.getByRole("button", { name: "Carry 4 relations over" }).click()
    await page
      .getByRole("status")
      .getByText(/^Carried over as step \d+: 1 relation accepted, 3 relations to review\.$/u)
      .waitFor()
    expect((await found()).items).toMatchObject([
      { relation: { sources: ["ours:1/A"], type: "equal", status: "accepted" } }
    ])
    expect((await ask(site, "decisions?limit=1")).decisions).toMatchObject([{ by: "Bo" }])
    await chip(page, /^decided before|^there already/u)
      .first()
      .waitFor()

    await page.getByRole("button", { name: /^Take step \d+ back$/u }).click()
    await page
      .getByRole("status")
      .getByText(/^Step \d+ was taken back\.$/u)
      .waitFor()
    expect((await found()).items).toEqual([])
  })

  test("says where nothing was accepted that could be carried over", async ({ page, editions: _site }) => {
    await page.goto("/diff?before=norm%402&after=norm%401&show=carry&catalog=ours%401")
    await page.getByText("No relation between ours@1 and norm@2 was accepted.").waitFor()
  })

  test("shows hostile texts as they are", async ({ page, editions: _site }) => {
    for (const [i, text] of hostile.entries()) {
      await start(page, at(`norm:1/9.${i}<b>`))
      const shown = await side(page, "Before").locator(".pair-title").textContent()
      expect(shown).toBe(clean(text))
      await expect.poll(() => side(page, "Before").locator("del").allTextContents()).toEqual(["encoded"])
    }
    await page.goto(`${pair}&kind=${encodeURIComponent(hostile[0] ?? "")}`)
    await page.getByText("Nothing of this kind changed").waitFor()
    expect(await page.locator("main img, main script").count()).toBe(0)
  })

  const pages = [pair, at("norm:1/2.1"), carry]
  const everywhere = async (
    browser: Browser,
    site: Site,
    options: Parameters<typeof open>[2],
    look: (page: Page) => Promise<void>
  ) => {
    const { close, page } = await open(browser, site, options)
    for (const path of pages) {
      await start(page, path)
      await look(page)
    }
    await close()
  }

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no barrier in the ${colorScheme} theme`, async ({ browser, editions: site }) => {
      await everywhere(browser, site, { colorScheme }, async (page) => expect(await barriers(page)).toEqual([]))
    })
  }

  test("fits a narrow screen", async ({ browser, editions: site }) => {
    await everywhere(browser, site, { viewport: { width: 390, height: 800 } }, async (page) =>
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    )
  })
})
