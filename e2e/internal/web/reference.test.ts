import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { hostile, type Site, type SiteOptions, test as base } from "./support/site.ts"

const shown = (uri: string) => `/reference?uri=${encodeURIComponent(uri)}`

/** Suggestions, and decisions on two of them, as the API takes them. */
const decided = async ({ crosswalk, url }: Site) => {
  await crosswalk(["suggest", "company@2026.1", "sample@1.0.0", "--limit", "2"])
  const ends = { sources: ["company:2026.1/BR-01"], targets: ["sample:1.0.0/AUTH-1"] }
  for (const verdict of [
    { ...ends, type: "implements", status: "accepted", note: "Said to <b>customers</b>" },
    { ...ends, type: "implements", status: "rejected" },
    { sources: ["company:2026.1/BR-02"], targets: [], to: "sample@1.0.0", type: "no-relationship", status: "accepted" }
  ]) {
    const response = await fetch(`${url}/api/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ by: "Ada Keller", verdicts: [verdict] })
    })
    expect(response.status, await response.text()).toBe(200)
  }
}

/** Another test object: files of one process share the modules, and what is overridden of `base` holds for all of them. */
const test = base.extend("options", { scope: "file" }, (): SiteOptions => ({ isHostile: true }))

describe.skipIf(unavailable !== undefined)("a reference on the page", () => {
  test("has its text, metadata, neighbours, and relations both ways with origin and history", async ({
    page,
    site
  }) => {
    await decided(site)
    await page.goto(shown("company:2026.1/BR-01"))
    await page.getByRole("heading", { level: 1, name: "Guessing is hopeless" }).waitFor()
    await page.getByText("Identity team").waitFor()
    const relation = page.locator("li.relation").filter({ hasText: "AUTH-1" })
    await relation.locator(".tag", { hasText: "rejected" }).waitFor()
    await relation.getByText("Where it comes from").click()
    await relation.getByText("Suggested (hybrid)").waitFor()
    await expect
      .poll(() => relation.locator(".history li").allTextContents())
      .toEqual([
        expect.stringMatching(/Ada Keller rejected$/u),
        expect.stringMatching(/Ada Keller accepted ?Said to <b>customers<\/b>$/u)
      ])

    await page.getByLabel("Near in meaning: of which catalog").selectOption("sample@1.0.0")
    await expect.poll(() => page.locator(".neighbour .reference-name").first().textContent()).toBe("AUTH-1")
    await expect.poll(() => new URL(page.url()).searchParams.get("near")).toBe("sample@1.0.0")

    await relation.getByRole("link", { name: "Failed sign-ins are throttled" }).click()
    await page.getByRole("heading", { level: 1, name: "Failed sign-ins are throttled" }).waitFor()
    await page.locator("li.relation", { hasText: "BR-01" }).getByText("is implemented by").first().waitFor()

    await page.goto(shown("company:2026.1/BR-02"))
    await page.getByText("has no counterpart in sample@1.0.0").waitFor()
  })

  test("texts of a catalogue stay texts, and an address that is code is no link", async ({ page }) => {
    await page.goto("/browse?catalog=hostile@1")
    await page.locator(".rows-row a").first().waitFor()
    const addresses = await page
      .locator(".rows-row a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")))
    expect(addresses).toHaveLength(hostile.length)
    for (const [i, address] of addresses.entries()) {
      await page.goto(address ?? "")
      await expect.poll(() => page.locator("h1").textContent()).toBe(hostile[i]?.trim())
      await page.getByText("nested").waitFor()
      expect(await page.locator("article img, article script, article b").count()).toBe(0)
      expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    }
  })

  test("shows the first hundred of many relations, then more of them, and says how many there are", async ({
    page,
    site
  }) => {
    const file = join(site.folder, "many.json")
    const ids = Array.from({ length: 130 }, (_, i) => `M-${i + 1}`)
    const references = ids.map((id) => ({ id, title: `Number ${id}`, text: "A text.", type: "requirement" }))
    await writeFile(file, JSON.stringify({ catalog: "many@1", references }))
    await site.crosswalk(["import", file, "--no-embed"])
    const source = "company:2026.1/BR-20"
    const verdicts = ids.map((id) => ({
      sources: [source],
      targets: [`many:1/${id}`],
      type: "equal",
      status: "accepted"
    }))
    const decided = await fetch(`${site.url}/api/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ verdicts, by: "Ann" })
    })
    expect(decided.status).toBe(200)
    await page.goto(shown(source))
    const relations = page.locator("li.relation")
    await expect.poll(() => relations.count()).toBe(100)
    await page.getByText(/^100 of 1\d\d$/u).waitFor()
    await page.getByRole("button", { name: "Show more" }).click()
    await expect.poll(() => relations.count()).toBeGreaterThan(129)
    await expect.poll(() => new URL(page.url()).searchParams.get("relations")).toBe("400")
    expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0)
  })

  test("links to where it was published", async ({ page, site }) => {
    const file = join(site.folder, "published.json")
    const reference = { id: "P-1", title: "Published elsewhere", text: "A text.", type: "requirement" }
    await writeFile(
      file,
      JSON.stringify({ catalog: "published@1", references: [{ ...reference, url: "https://example.org/a?b=<c>" }] })
    )
    await site.crosswalk(["import", file, "--no-embed"])
    await page.goto(shown("published:1/P-1"))
    const link = page.getByRole("link", { name: /Where it was published/u })
    await link.waitFor()
    await expect.poll(() => link.getAttribute("href")).toBe("https://example.org/a?b=%3Cc%3E")
    await expect.poll(() => link.getAttribute("rel")).toContain("noreferrer")
  })

  test("that is not there is said in sentences, with what to do", async ({ page }) => {
    await page.goto(shown("nobody:1/N-1"))
    const alert = page.getByRole("alert")
    await alert.waitFor()
    await expect.poll(() => alert.textContent()).toContain("nobody:1/N-1")
    await expect.poll(() => alert.textContent()).toContain("Search for it.")
    await page.goto("/reference")
    await page.getByRole("heading", { name: "No reference was named" }).waitFor()
  })
})
