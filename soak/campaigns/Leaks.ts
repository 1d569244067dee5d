import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Campaign, Scope } from "../Campaign.ts"
import { crosswalk, execute, words } from "../../test/support/command.ts"
import * as Rows from "../Rows.ts"

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
  return { figures, wrong }
}

export const leaks: Campaign = {
  name: "leaks",
  about: "searches and imports again and again in one process; what it holds must not grow",
  run
}
