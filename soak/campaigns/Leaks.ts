import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Campaign, Scope } from "../Campaign.ts"
import { crosswalk, execute, words } from "../../test/support/command.ts"
import * as Rows from "../Rows.ts"
import * as Server from "../Server.ts"

/** Megabytes that a process has in memory, as the system tells. */
const residentOf = (pid: number | undefined): number =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024

/** Requests of every kind that a server of people answers all day. */
const requests = (i: number): ReadonlyArray<readonly [path: string, init?: RequestInit]> => [
  [`/search?query=${encodeURIComponent(`password ${i % 500} renewed`)}&facets=true`],
  [`/search?query=key&mode=keyword&limit=${(i % 50) + 1}`],
  ["/references?limit=50"],
  [`/references/${encodeURIComponent(`a:1/R-${i % 300}`)}`],
  ["/catalogs"],
  ["/status"],
  [`/nowhere/${i}`],
  ["/search?limit=-1"],
  ["/openapi.json"]
]

/** What a server holds after more and more requests; its growth over the second half, in megabytes. */
const serving = async (folder: string, times: number, until: number) => {
  const server = await Server.serve(folder)
  const held: Array<number> = []
  let asked = 0
  try {
    const every = Math.max(1, Math.floor(times / 20))
    for (let i = 1; i <= times && performance.now() < until; i++) {
      const all = requests(i)
      const [path, init] = all[i % all.length] ?? ["/status"]
      await (await fetch(`${server.url}${path}`, init)).arrayBuffer()
      asked++
      if (i % every === 0) held.push(residentOf(server.child.pid))
    }
  } finally {
    await server.end("SIGTERM")
  }
  const half = held.slice(Math.floor(held.length / 2))
  return { asked, last: half.at(-1) ?? 0, grown: growth(half) }
}

interface Held {
  readonly heap: number
  readonly resident: number
}

const megabyte = 1024 * 1024

/** By how much what is held grows over a number of samples, by the line of least squares. */
export const growth = (values: ReadonlyArray<number>): number => {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let covariance = 0
  let variance = 0
  for (const [i, value] of values.entries()) {
    covariance += (i - middle) * (value - mean)
    variance += (i - middle) ** 2
  }
  return variance === 0 ? 0 : (covariance / variance) * (values.length - 1)
}

const of = (values: ReadonlyArray<Held>, key: keyof Held) => {
  // The first half fills caches and compiles.
  const half = values.slice(Math.floor(values.length / 2)).map((held) => held[key])
  return { grown: growth(half) / megabyte, last: (half.at(-1) ?? 0) / megabyte }
}

const run = async ({ folder, trials, until }: Scope) => {
  writeFileSync(join(folder, "rows.csv"), Rows.csv(300))
  writeFileSync(join(folder, "changed.csv"), Rows.csv(300, 0, "changed"))
  const ready = await crosswalk(folder, ["import", "rows.csv", "--catalog", "a@1", "--db", "x.db", ...words])
  if (ready.code !== 0) throw new Error(ready.stderr)
  const figures: Record<string, number | string> = {}
  const wrong: Array<string> = []
  for (const [what, own] of [
    ["search", 20_000],
    ["import", 400]
  ] as const) {
    // An import of 300 rows takes as long as many searches.
    const times = trials === undefined ? own : Math.max(20, Math.round((trials * own) / 20_000))
    const path = join(import.meta.dirname, "..", "processes", "repeating.ts")
    const limit = Math.max(120, (until - performance.now()) / 1000)
    const ran = await execute(process.execPath, ["--expose-gc", path, folder, what, String(times)], folder, { limit })
    if (ran.code !== 0) {
      wrong.push(`${what} ended with ${ran.code ?? ran.signal}: ${ran.stderr}`)
      continue
    }
    const held: ReadonlyArray<Held> = JSON.parse(ran.stdout)
    const heap = of(held, "heap")
    const resident = of(held, "resident")
    figures[`${what}: times`] = times
    figures[`${what}: heap in the end, MB`] = heap.last.toFixed(1)
    figures[`${what}: its growth over the second half, MB`] = heap.grown.toFixed(2)
    figures[`${what}: resident in the end, MB`] = resident.last.toFixed(0)
    if (heap.grown > 2) wrong.push(`${what} holds ${heap.grown.toFixed(1)} MB more after ${times / 2} times`)
    if (resident.grown > 64) wrong.push(`${what} takes ${resident.grown.toFixed(0)} MB more after ${times / 2} times`)
  }
  const times = trials === undefined ? 20_000 : Math.max(40, trials)
  const { asked, grown, last } = await serving(folder, times, Math.max(until, performance.now() + 30_000))
  figures["requests: times"] = asked
  figures["requests: resident in the end, MB"] = last.toFixed(0)
  figures["requests: its growth over the second half, MB"] = grown.toFixed(1)
  if (grown > 64) wrong.push(`serve takes ${grown.toFixed(0)} MB more after ${asked / 2} requests`)
  return { figures, wrong }
}

export const leaks: Campaign = {
  name: "leaks",
  about: "searches, imports and answers requests again and again in one process; what it holds must not grow",
  run
}
