import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
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
const confirm = (page: Page, name: string, what = "Import") =>
  card(page, name).getByRole("button", { name: what, exact: true }).click()
const stored = async (url: string, catalog: string): Promise<ReadonlyArray<string>> => {
  const answer = await fetch(`${url}/api/v1/references?catalog=${encodeURIComponent(catalog)}`)
  const { references } = (await answer.json()) as { readonly references: ReadonlyArray<{ readonly title: string }> }
  return references.map(({ title }) => title)
}

describe.skipIf(unavailable !== undefined)("the import of the page", () => {
  test("reads several files, and is found again by its URL", async ({ folder, page }) => {
    await page.goto("/import")
    await choose(
      page,
      await file(folder, "one.csv", "id,title,catalog\nA-1,Doors are locked,one@1\n"),
      await file(folder, "two.csv", "id,title,catalog\nB-1,Windows are shut,two@1\nB-2,Lights are off,two@1\n")
    )
    await confirm(page, "one.csv")
    await confirm(page, "two.csv")
    await card(page, "one.csv").getByText("1 embedded").waitFor()
    await card(page, "two.csv").getByText("2 embedded").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.getAll("job")).toHaveLength(2)
    await page.goto("/search")
    await page.goBack()
    await card(page, "two.csv").getByText("2 embedded").waitFor()
    await card(page, "two.csv").getByRole("button", { name: "Close" }).click()
    await page.getByRole("listitem").filter({ hasText: "two.csvwas imported" }).getByRole("button").click()
    await card(page, "two.csv").getByText("2 new").waitFor()
  })

  test("shows every file of many that arrive at the same time, and of many that are confirmed at once", async ({
    folder,
    page
  }) => {
    await page.goto("/import")
    const names = Array.from({ length: 8 }, (_, i) => `many${i}.csv`)
    const files = names.map((name, i) => file(folder, name, `id,title,catalog\nM-${i},Rule ${i},many${i}@1\n`))
    await choose(page, ...(await Promise.all(files)))
    for (const name of names) await card(page, name).getByText("Checked, nothing written yet").waitFor()
    await page.evaluate(
      'for (const button of document.querySelectorAll("article button")) if (button.textContent === "Import") button.click()'
    )
    for (const name of names) await card(page, name).getByText("1 embedded").waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.getAll("job")).toHaveLength(names.length)
  })

  test("checks what a file would do, writes nothing until somebody says so, and removes what it lacks on demand", async ({
    folder,
    page,
    site
  }) => {
    await page.goto("/import")
    const head = "id,title,catalog\n"
    const before = await file(folder, "before.csv", `${head}A-1,Doors are locked,kept@1\nA-2,Windows are shut,kept@1\n`)
    await choose(page, before)
    await card(page, "before.csv").getByText("Checked, nothing written yet").waitFor()
    expect(await stored(site.url, "kept@1")).toEqual([])
    await confirm(page, "before.csv")
    await card(page, "before.csv").getByText("2 embedded").waitFor()

    const after = await file(folder, "after.csv", `${head}A-2,Windows are barred,kept@1\nA-3,Lights are on,kept@1\n`)
    await choose(page, after)
    const checked = card(page, "after.csv")
    for (const text of ["1 new", "1 changed", "1 stored, but not in the file"]) await checked.getByText(text).waitFor()
    expect(await stored(site.url, "kept@1")).toEqual(["Doors are locked", "Windows are shut"])
    await checked.getByLabel("Remove 1 reference that the file no longer has").check()
    await confirm(page, "after.csv")
    await checked.getByText("1 removed").waitFor()
    expect(await stored(site.url, "kept@1")).toEqual(["Windows are barred", "Lights are on"])
  })

  test("imports at once where nobody wants a check", async ({ folder, page, site }) => {
    await page.goto("/import")
    await page.getByLabel("Check first, and write nothing until I say so").uncheck()
    await choose(page, await file(folder, "once.csv", "id,title,catalog\nA-1,Doors are locked,once@1\n"))
    await card(page, "once.csv").getByText("1 embedded").waitFor()
    expect(await stored(site.url, "once@1")).toEqual(["Doors are locked"])
  })

  test("shows the first of many wrong rows, and gives all as a file", async ({ folder, page }) => {
    await page.goto("/import")
    const rows = Array.from({ length: 130 }, (_, i) => `,No name ${i},many@1\n`).join("")
    await choose(page, await file(folder, "many.csv", `id,title,catalog\nA-1,Doors are locked,many@1\n${rows}`))
    const many = card(page, "many.csv")
    await many.getByText("These are the first 100.").waitFor()
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      many.getByRole("button", { name: "Take all as a file" }).click()
    ])
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n")
    expect(lines.filter((line) => JSON.parse(line).list === "failed")).toHaveLength(130)
  })

  test("says which row of a file is wrong, and takes what is good on demand", async ({ folder, page }) => {
    await page.goto("/import")
    await choose(
      page,
      await file(folder, "wrong.csv", "id,title,catalog\nA-1,Doors are locked,wrong@1\n,No name,wrong@1\n")
    )
    const wrong = card(page, "wrong.csv")
    await wrong.getByText("Checked, nothing written yet").waitFor()
    await wrong.getByText("line 3").first().waitFor()
    await confirm(page, "wrong.csv", "Import what is good")
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
    await confirm(page, "pairs.csv")
    await relations.getByText("Imported", { exact: true }).waitFor()
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
