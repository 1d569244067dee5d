/**
 * Runs campaigns against the built command: `npm run soak -- [name …] [--seed 1] [--minutes 60] [--trials 10]`. Ends with a
 * table of figures; the exit code is 1 where a state or an answer was wrong. The time is shared among the campaigns.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { campaigns } from "./campaigns.ts"
import type { Outcome } from "./Campaign.ts"
import * as Random from "./Random.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    trials: { type: "string" }
  }
})

const usage = (problem: string): never => {
  process.stderr.write(`${problem}\n`)
  process.exit(2)
}

const positive = (name: "minutes" | "trials" | "seed", text: string) => {
  const number = Number(text)
  return number > 0 ? number : usage(`--${name} is a number above 0, not ${text}`)
}

const unknown = positionals.filter((name) => !campaigns.some((campaign) => campaign.name === name))
if (unknown.length > 0) {
  usage(`There is no campaign ${unknown.join(", ")}; there are ${campaigns.map(({ name }) => name).join(", ")}.`)
}

const seed = positive("seed", values.seed)
const end = performance.now() + positive("minutes", values.minutes) * 60_000
const trials = values.trials === undefined ? {} : { trials: positive("trials", values.trials) }
const chosen = campaigns.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

const table: Array<readonly [campaign: string, what: string, figure: string]> = []
for (const [index, campaign] of chosen.entries()) {
  const { about, name, run } = campaign
  process.stdout.write(`${name}: ${about}\n`)
  const started = performance.now()
  const until = started + (end - started) / (chosen.length - index)
  const folder = mkdtempSync(join(tmpdir(), "crosswalk-soak-"))
  let outcome: Outcome
  try {
    outcome = await run({ random: Random.make(seed), folder, until, ...trials })
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
    outcome = { figures: {}, wrong: [`did not come to its end: ${problem}`] }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  for (const [what, figure] of Object.entries(outcome.figures)) table.push([name, what, String(figure)])
  table.push([name, "seconds", ((performance.now() - started) / 1000).toFixed(0)])
  table.push([name, "wrong", String(outcome.wrong.length)])
  for (const problem of outcome.wrong) process.stdout.write(`WRONG ${name}: ${problem}\n`)
  if (outcome.wrong.length > 0) process.exitCode = 1
}

const width = (column: 0 | 1) => Math.max(...table.map((row) => row[column].length))
process.stdout.write(`\nseed ${seed}\n`)
for (const [name, what, figure] of table) {
  process.stdout.write(`${name.padEnd(width(0))}  ${what.padEnd(width(1))}  ${figure}\n`)
}
