/** The command, the HTTP API, MCP and the page give the same answer to the same question. */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import type { Page } from "playwright-core"
import * as Command from "../../test/support/command.ts"
import { example } from "./support/crosswalk.ts"
import { unavailable } from "./web/support/chromium.ts"
import { type Site, test as base } from "./web/support/site.ts"

// A test names what it expects of an answer.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

/** What was found, in its order: the URI and, where there is one, the number that goes with it. */
type Found = ReadonlyArray<readonly [uri: string, number?: number | undefined]>

/** The same as the page writes it. */
type Shown = ReadonlyArray<readonly [uri: string, number?: string]>

const standard = "sample@1.0.0"
const own = "company@2026.1"
const edition = "sample@2.0.0"

/** Another edition of the standard: one requirement is gone, one is new, one says something else. */
const nextEdition = async (folder: string): Promise<string> => {
  const { references } = JSON.parse(await readFile(example("security-requirements.json"), "utf8"))
  const [first, , ...rest] = references
  const changed = { ...first, text: `${first.text} Whoever is locked out is told.` }
  const added = { ...first, id: "NEW-1", title: "Clocks agree", text: "Clocks of all machines are set by one source." }
  const path = join(folder, "edition.json")
  await writeFile(path, JSON.stringify({ catalog: edition, references: [changed, ...rest, added] }))
  return path
}

const test = base.extend("store", { scope: "file" }, async ({ site }) => {
  await site.crosswalk(["import", await nextEdition(site.folder)])
  await site.crosswalk(["decide", "company:2026.1/BR-01", "sample:1.0.0/AUTH-1"])
  await site.crosswalk(["decide", "company:2026.1/BR-02", "sample:1.0.0/AUTH-2", "--as", "subset"])
  return site
})

const scored = (all: Json): Found => all.map(({ reference, score, uri }: Json) => [reference?.uri ?? uri, score])
const listed = (all: Json): Found => all.map(({ id, score }: Json) => [id, score])

const gaps = ({ percent, references }: Json): Found => [
  ["percent", percent],
  ...references
    .filter(({ state }: Json) => state !== "covered")
    .map(({ id, uri }: Json): readonly [string] => [id ?? uri])
]

const changes = (all: Json): Found =>
  all
    .filter(({ kinds }: Json) => !kinds.includes("unchanged"))
    .flatMap(({ after, before, kinds }: Json) => [
      [`${before?.uri ?? before?.id ?? ""} ${kinds}`],
      ...after.map(({ confidence, id, reference }: Json) => [reference?.uri ?? id, confidence])
    ])

interface Question {
  readonly name: string
  /** The arguments of the command, and what its answer says. */
  readonly command: readonly [args: ReadonlyArray<string>, found: (answer: Json) => Found]
  /** The path and query of the API. */
  readonly path: readonly [path: string, found: (answer: Json) => Found]
  /** The tool for agents and its arguments, where they have one. */
  readonly tool?: readonly [name: string, args: Json, found: (answer: Json) => Found]
  /**
   * Where the page has it, what it shows there, with how many digits (default: 2), and what it shows of the answer (default:
   * what the path gives).
   */
  readonly page: readonly [
    path: string,
    found: (page: Page) => Promise<Shown>,
    digits?: number,
    of?: (answer: Json) => Found
  ]
}

/** What a link of the page leads to. */
const uriOf = (href: string): string => new URL(href, "http://page").searchParams.get("uri") ?? href

/** What a list of the page shows now. */
const rows = async (page: Page, list: string): Promise<Shown> => {
  const links = await page
    .locator(list)
    .evaluateAll((items) =>
      items.map((item): readonly [string, string] => [
        item.querySelector(".hit-link")?.getAttribute("href") ?? "",
        item.querySelector(".score-number")?.textContent ??
          /[\d.]+(?= =)/u.exec(item.querySelector(".score")?.textContent ?? "")?.[0] ??
          ""
      ])
    )
  return links.map(([href, score]) => (score === "" ? [uriOf(href)] : [uriOf(href), score]))
}

/** The percentage, and the requirements that are not wholly covered. */
const gapsShown = async (page: Page): Promise<Shown> => {
  const percents = await page.locator(".coverage-percent").allTextContents()
  const all = await page
    .locator("li.requirement")
    .evaluateAll((items) =>
      items.map((item): readonly [string, string] => [
        item.querySelector(".tag")?.textContent ?? "",
        item.querySelector("a")?.getAttribute("href") ?? ""
      ])
    )
  return [
    ...percents.map((text) => ["percent", text.replace(/\s*%$/u, "")] as const),
    ...all.filter(([state]) => state !== "covered").map(([, href]) => [uriOf(href)] as const)
  ]
}

const sides = (page: Page, name: string) =>
  page
    .getByRole("region", { name, exact: true })
    .locator(".pair-name a")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""))

/** Every change as it is shown when its row is pressed. */
const changesShown = async (page: Page): Promise<Shown> => {
  await page.locator(".change-name").waitFor()
  const all = page.getByRole("region", { name: "Changes" }).getByRole("button")
  const found: Array<readonly [string]> = []
  for (const row of await all.all()) {
    await row.click()
    const name = await row.locator(".mono").textContent()
    await page.getByRole("heading", { name: name ?? "", exact: true }).waitFor()
    const kinds = await page.getByRole("region", { name: "The change" }).locator("> .row > .tag").allTextContents()
    const [before, after] = [await sides(page, "Before"), await sides(page, "After")]
    found.push([`${uriOf(before[0] ?? "")} ${kinds} ${after.map(uriOf)}`])
  }
  return found.toSorted()
}

/** The same of an answer: each change with what continues it. */
const changesNamed = ({ changes: all }: Json): Found =>
  all
    .filter(({ kinds }: Json) => !kinds.includes("unchanged"))
    .map(({ after, before, kinds }: Json): readonly [string] => [
      `${before?.uri ?? ""} ${kinds} ${after.map(({ reference }: Json) => reference.uri)}`
    ])
    .toSorted()

const catalogs = (all: Json): Found =>
  all.map(({ id, references }: Json) => [id, typeof references === "number" ? references : references.total])
const catalogsShown = async (page: Page): Promise<Shown> =>
  page
    .locator("table.table tbody tr")
    .evaluateAll((items) =>
      items.map((item): readonly [string, string] => [
        item.querySelector("td a")?.textContent ?? "",
        item.querySelector("td.number")?.textContent ?? ""
      ])
    )

/** Relations in the order in which they are reviewed: their ends. */
const ends = (all: Json): Found => {
  const uris = (side: Json) => side.map((one: Json) => one.uri ?? one)
  return all.map(({ sources, targets }: Json): readonly [string] => [`${uris(sources)} ${uris(targets)}`])
}
const endsShown = async (page: Page): Promise<Shown> => {
  const all = page.getByRole("region", { name: "Relations" }).getByRole("button")
  await all.first().waitFor()
  const found: Array<readonly [string]> = []
  for (const row of (await all.all()).slice(0, 6)) {
    await row.click()
    await expect.poll(() => row.getAttribute("aria-current")).toBe("true")
    const [from, to] = [await sides(page, "From"), await sides(page, "To")]
    found.push([`${from.map(uriOf)} ${to.map(uriOf)}`])
  }
  return found
}

const search = (mode: "hybrid" | "keyword" | "semantic"): Question => {
  const query = "nobody can guess my password"
  const of = `mode=${mode}&catalog=${standard}`
  return {
    name: `a search (${mode})`,
    command: [["search", query, "--mode", mode, "--catalog", standard, "--limit", "10"], ({ hits }) => scored(hits)],
    path: [`search?q=${encodeURIComponent(query)}&${of}&limit=10`, ({ hits }) => scored(hits)],
    tool: ["search", { query, mode, catalog: standard, limit: 10 }, ({ results }) => listed(results)],
    page: [`/search?q=${encodeURIComponent(query)}&${of}`, (page) => rows(page, "ol.hits > li")]
  }
}

const questions: ReadonlyArray<Question> = [
  search("hybrid"),
  search("keyword"),
  search("semantic"),
  {
    name: "what is similar",
    command: [["similar", "company:2026.1/BR-01", "--limit", "10", "--catalog", standard], ({ hits }) => scored(hits)],
    path: [
      `references/${encodeURIComponent("company:2026.1/BR-01")}/similar?limit=10&catalog=${standard}`,
      ({ similar }) => scored(similar)
    ],
    tool: ["similar", { id: "company:2026.1/BR-01", limit: 10, catalog: standard }, ({ results }) => listed(results)],
    page: [
      `/reference?uri=${encodeURIComponent("company:2026.1/BR-01")}&near=${encodeURIComponent(standard)}`,
      (page) => rows(page, "ol.neighbours > li")
    ]
  },
  {
    name: "coverage",
    command: [["coverage", standard, "--by", own, "--level", "1"], gaps],
    path: [`coverage?to=${standard}&by=${own}&level=1`, gaps],
    tool: ["coverage", { to: standard, by: own, level: "1", limit: 200 }, gaps],
    page: [`/coverage?to=${standard}&by=${own}&level=1`, gapsShown, 1]
  },
  {
    name: "a diff",
    command: [["diff", standard, edition], ({ changes: all }) => changes(all)],
    path: [`diff?before=${standard}&after=${edition}`, ({ changes: all }) => changes(all)],
    tool: ["diff", { before: standard, after: edition, limit: 100 }, ({ changes: all }) => changes(all)],
    page: [`/diff?before=${standard}&after=${edition}`, changesShown, 0, changesNamed]
  },
  {
    name: "which catalogs there are",
    command: [["status"], ({ catalogs: all }) => catalogs(all)],
    path: ["catalogs", ({ catalogs: all }) => catalogs(all)],
    tool: ["list_catalogs", {}, ({ catalogs: all }) => catalogs(all)],
    page: ["/", catalogsShown, 0]
  },
  {
    name: "the references of a catalog",
    command: [["list", "--catalog", own], ({ references }) => references.map(({ uri }: Json) => [uri])],
    path: [`references?catalog=${own}&limit=1000`, ({ references }) => references.map(({ uri }: Json) => [uri])],
    page: [
      `/browse?catalog=${own}`,
      (page) => rows(page, ".rows-row"),
      0,
      ({ references }) => references.slice(0, 20).map(({ uri }: Json) => [uri])
    ]
  },
  {
    name: "what is to be reviewed",
    command: [["review", own, standard, "--status", "accepted"], ({ relations }) => ends(relations)],
    path: [
      `review?from=${own}&to=${standard}&status=accepted`,
      ({ items }) => ends(items.map(({ relation }: Json) => relation))
    ],
    page: [`/review?from=${own}&to=${standard}&show=accepted`, endsShown, 0]
  }
]

const initialize = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
}
const rpc = (method: string, params: unknown, id: number | string) => ({ jsonrpc: "2.0", method, params, id })
const calls = questions.flatMap(({ tool }, i) =>
  tool === undefined ? [] : [rpc("tools/call", { name: tool[0], arguments: tool[1] }, i)]
)

/** What agents are told over standard input and output. */
const overStdio = async (site: Site): Promise<ReadonlyMap<number | string, Json>> => {
  const begin = [rpc("initialize", initialize, "begin"), { jsonrpc: "2.0", method: "notifications/initialized" }]
  const stdin = [...begin, ...calls].map((message) => `${JSON.stringify(message)}\n`).join("")
  const { stderr, stdout } = await Command.crosswalk(site.folder, ["--db", "web.db", "mcp"], { stdin })
  const told = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
  return new Map(
    calls.map(({ id }) => {
      const message = told.find((one) => one.id === id)
      expect(message?.result?.isError ?? false, stderr).toBe(false)
      return [id, message.result.structuredContent]
    })
  )
}

/** What they are told by the server. */
const overHttp = async (site: Site): Promise<ReadonlyMap<number | string, Json>> => {
  const post = (body: unknown, more: Record<string, string> = {}) =>
    fetch(`${site.url}/mcp`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...more }
    })
  const begun = await post(rpc("initialize", initialize, "begin"))
  await begun.text()
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" }
  await post({ jsonrpc: "2.0", method: "notifications/initialized" }, session)
  const answers = new Map<number | string, Json>()
  for (const call of calls) {
    const { result } = (await (await post(call, session)).json()) as Json
    expect(result.isError ?? false, JSON.stringify(result)).toBe(false)
    answers.set(call.id, result.structuredContent)
  }
  return answers
}

const rounded = (found: Found): Found =>
  found.map(([uri, number]) => [uri, number === undefined ? undefined : Math.round(number * 1000) / 1000])
const shown = (found: Found, digits = 2): Shown =>
  found.map(([uri, number]) => (number === undefined ? [uri] : [uri, number.toFixed(digits)]))

describe("the same question", () => {
  /** What the API answers to a question. */
  const answered = async (store: Site, { path: [path] }: Question): Promise<Json> =>
    (await fetch(`${store.url}/api/v1/${path}`)).json()

  for (const question of questions) {
    const { command, name, path } = question
    test(`${name}: the command and the API say the same`, async ({ store }) => {
      const expected = command[1](JSON.parse(await store.crosswalk(["--json", ...command[0]])))
      expect(expected.length).toBeGreaterThan(1)
      expect(path[1](await answered(store, question))).toEqual(expected)
    })
  }

  for (const [way, told] of [
    ["a pipe", overStdio],
    ["HTTP", overHttp]
  ] as const) {
    test(`agents are told the same by ${way}`, async ({ store }) => {
      const answers = await told(store)
      for (const [i, question] of questions.entries()) {
        const { name, path, tool } = question
        if (tool === undefined) continue
        const expected = path[1](await answered(store, question))
        expect(rounded(tool[2](answers.get(i))), name).toEqual(rounded(expected))
      }
    })
  }

  for (const question of questions) {
    const { name, page: asked, path } = question
    test.skipIf(unavailable !== undefined)(`${name}: the page shows the same`, async ({ page, store }) => {
      const [, , digits, of = path[1]] = asked
      const expected = shown(of(await answered(store, question)), digits)
      await page.goto(asked[0])
      // Words answer at once, and what was asked for replaces them.
      await expect.poll(async () => (await asked[1](page)).slice(0, expected.length)).toEqual(expected)
    })
  }
})
