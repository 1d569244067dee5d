import { Effect } from "effect"
import { TestStore } from "../../src/testing.ts"
import { all, damageTable, pairwise, tables } from "../../test/support/tableDamage.ts"
import type { Campaign } from "../Campaign.ts"

/** Where the time is over, what is left is sampled. */
export const tableDamage: Campaign = {
  name: "tables",
  about: "puts every kind of damage into every column of every table, and makes every call that reads",
  run: async ({ random, trials, until }) => {
    const wrong: Array<string> = []
    let calls = 0
    let whole = 0
    for (const table of tables) {
      const isWhole = trials === undefined && performance.now() < until
      const choice = isWhole ? all : pairwise(random.below(36))
      const { found, made } = await Effect.runPromise(Effect.provide(damageTable(table, choice), TestStore.layer))
      calls += made
      if (isWhole) whole++
      wrong.push(...found.map((problem) => `${table}: ${problem}`))
    }
    return { figures: { calls, tables: tables.length, "of them with every pair": whole }, wrong }
  }
}
