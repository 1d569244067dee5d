import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import { unavailable } from "./support/chromium.ts"
import { barriers, hostileCatalog, open, test as base } from "./support/site.ts"

// oxlint-disable-next-line eslint/no-empty-pattern
const test = base.extend("folder", async ({}, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
  onCleanup(() => rm(folder, { recursive: true, force: true }))
  return folder
})

const file = async (folder: string, name: string, text: string) => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const choose = (page: Page, ...paths: ReadonlyArray<string>) =>
  page.locator("input[type=file]").setInputFiles([...paths])
const card = (page: Page, name: string) => page.getByRole("article", { name })

describe.skipIf(unavailable !== undefined)("the import of the page", () => {
  test("reads several files, and is found again by its URL", async ({ folder, page }) => {
    await page.goto("/import")
    await choose(
      page,
      await file(folder, "one.csv", "id,title,catalog\nA-1,Doors are locked,one@1\n"),
      await file(folder, "two.csv", "id,title,catalog\nB-1,Windows are shut,two@1\nB-2,Lights are off,two@1\n")
    )
    await card(page, "one.csv").getByText("1 new").waitFor()
    await card(page, "two.csv").getByText("2 new").waitFor()
    expect(new URL(page.url()).searchParams.getAll("job")).toHaveLength(2)
    await page.goto("/search")
    await page.goBack()
    await card(page, "two.csv").getByText("2 embedded").waitFor()
    await card(page, "two.csv").getByRole("button", { name: "Close" }).click()
    await page.getByRole("button", { name: "two.csv" }).click()
    await card(page, "two.csv").getByText("2 new").waitFor()
  })

  test("writes nothing of a file with a wrong row, says which, and takes what is good on demand", async ({
    folder,
    page
  }) => {
    await page.goto("/import")
    await choose(
      page,
      await file(folder, "wrong.csv", "id,title,catalog\nA-1,Doors are locked,wrong@1\n,No name,wrong@1\n")
    )
    const wrong = card(page, "wrong.csv")
    await wrong.getByText("Nothing written").waitFor()
    await wrong.getByText("line 3").first().waitFor()
    await wrong.getByRole("button", { name: "Import what is good" }).click()
    await wrong.getByText("Imported in part").waitFor()
    await wrong.getByText("1 new").waitFor()
  })

  test("says of a file of relations what it is, and takes it as such", async ({ folder, page }) => {
    await page.goto("/import")
    const pairs = "source,target,type\ncompany:2026.1/BR-01,sample:1.0.0/AUTH-1,implements\n"
    await choose(page, await file(folder, "pairs.csv", pairs))
    const relations = card(page, "pairs.csv")
    await relations.getByText("Not read").first().waitFor()
    await relations.getByRole("button", { name: "Import it as relations" }).click()
    await relations.getByText("1 new").waitFor()
  })

  test("takes files that are dropped anywhere on it", async ({ page }) => {
    await page.goto("/import")
    const transfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(["id,title,catalog\\nD-1,Dropped,dropped@1\\n"], "dropped.csv"))
      return transfer
    })()`)
    await page.dispatchEvent("main", "drop", { dataTransfer: transfer })
    await card(page, "dropped.csv").getByText("1 new").waitFor()
  })

  for (const colorScheme of ["light", "dark"] as const) {
    test(`shows texts that would be code as texts, and has no barrier in the ${colorScheme} theme`, async ({
      browser,
      folder,
      site
    }) => {
      const { close, page } = await open(browser, site, { colorScheme })
      await page.goto("/import")
      const path = await file(
        folder,
        `<img src=x onerror=alert(1)>.csv`,
        `id,title,catalog\n,"<script>globalThis.hacked=1</script>",x@1\n"<svg onload=globalThis.hacked=2>","",x@1\n`
      )
      await choose(page, path, await hostileCatalog(folder))
      await page.getByText("Problems").first().waitFor()
      await card(page, "hostile.json")
        .getByText(/new|as before/u)
        .first()
        .waitFor()
      expect(await barriers(page)).toEqual([])
      await close()
    })
  }
})
