import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { crosswalk, words } from "../../test/support/command.ts"
import { type Campaign, mayGoOn, type Scope } from "../Campaign.ts"
import { commandLines } from "../fuzz/CommandLines.ts"
import { damagedSources } from "../fuzz/DamagedSources.ts"
import { http } from "../fuzz/Http.ts"
import { mcp } from "../fuzz/Mcp.ts"
import type { Target } from "../fuzz/Target.ts"
import * as Rows from "../Rows.ts"
import * as Server from "../Server.ts"
import * as Surface from "../Surface.ts"

const run = async (scope: Scope) => {
  const { folder, random, until } = scope
  writeFileSync(join(folder, "rows.csv"), Rows.csv(20))
  writeFileSync(join(folder, "pairs.csv"), Rows.pairs(20))
  for (const catalog of ["a@1", "b@1"]) {
    const ran = await crosswalk(folder, ["import", "rows.csv", "--catalog", catalog, "--db", "x.db", ...words])
    if (ran.code !== 0) throw new Error(ran.stderr)
  }
  const commands = await Surface.commands(Surface.ofProgram(folder))
  const makers: ReadonlyArray<() => Promise<Target>> = [
    ...damagedSources().map((target) => async () => target),
    async () => commandLines(folder, commands),
    async () => http(await Server.serve(folder)),
    () => mcp(folder)
  ]
  const wrong: Array<string> = []
  const figures: Record<string, number> = {}
  for (const [i, make] of makers.entries()) {
    const { counts, end, name, trial, trials } = await make()
    const share = { ...scope, until: performance.now() + (until - performance.now()) / (makers.length - i) }
    let done = 0
    for (; mayGoOn(share, done, trials); done++) {
      const problem = await trial(random.fork(i * 1_000_000 + done), done)
      if (problem !== undefined) wrong.push(`${name}, trial ${done}: ${problem}`)
    }
    figures[name] = done
    for (const [what, count] of Object.entries(counts?.() ?? {})) figures[`${name}: ${what}`] = count
    for (const problem of (await end?.()) ?? []) wrong.push(`${name}: ${problem}`)
  }
  const doctor = await crosswalk(folder, ["doctor", "--json", "--db", "x.db", ...words])
  if (doctor.code !== 0) wrong.push(`the database is unsound afterwards: ${doctor.stdout}`)
  return { figures, wrong }
}

export const fuzz: Campaign = {
  name: "fuzz",
  about:
    "reads damaged sources of every format, runs lines of every command, sends requests of every operation and calls of every tool",
  run
}
