import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { type Campaign, repeat, type Scope } from "../Campaign.ts"
import { crosswalk } from "../../test/support/command.ts"
import { misbehaviour } from "../Misbehaviour.ts"
import { expecting, judge, onDb, scenarioOf, scenarios, templates, whileRunning } from "../Scenarios.ts"

const run = async (scope: Scope) => {
  await templates(scope.folder, scope.trials === undefined ? undefined : 300)
  const wrong: Array<string> = []
  const counts = { before: 0, amid: 0, after: 0 }
  const expected = expecting(scope.folder)
  let killed = 0
  const trials = await repeat(scope, 216, 2, async (number) => {
    const random = scope.random.fork(number)
    const scenario = scenarioOf(number)
    const awaited = await expected(scenario)
    const folder = join(scope.folder, `kill-${number}`)
    cpSync(join(scope.folder, scenario.from), folder, { recursive: true })
    // Every other time it is killed when it has written so much; else at a moment, which falls into its start and end too.
    const share = random.number()
    const moment = awaited.seconds * 1000 * (0.2 + 0.8 * share)
    const size = Math.ceil(awaited.bytes * share)
    const byBytes = awaited.bytes > 0 && random.below(2) === 0
    const when = byBytes ? `with ${size} more bytes in its folder` : `after ${moment.toFixed(0)} ms`
    const ran = await crosswalk(folder, [...scenario.args, ...onDb], {
      onStart: (child) => {
        const end = () => child.kill("SIGKILL")
        if (!byBytes) void setTimeout(moment).then(end)
        else void whileRunning(child, folder, (grown) => void (grown >= size && grown > 0 && end()))
      }
    })
    if (ran.signal === "SIGKILL") killed++
    const problem = misbehaviour(ran, "SIGKILL")
    const outcome = await judge(folder, scenario, awaited)
    counts[outcome.where]++
    const found = [...outcome.wrong, ...(problem === undefined ? [] : [problem])]
    for (const what of found) wrong.push(`${scenario.name}, trial ${number}, killed ${when}: ${what}`)
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    figures: {
      runs: trials,
      "killed with SIGKILL": killed,
      commands: Math.min(trials, scenarios.length),
      "nothing stored yet": counts.before,
      "a part stored": counts.amid,
      "all stored": counts.after
    },
    wrong
  }
}

export const kill: Campaign = {
  name: "kill",
  about:
    "ends every command that writes with SIGKILL at some moment; what is left is compared with what it may be, and the command goes on",
  run
}
