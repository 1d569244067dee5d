/** A short version of each campaign of `npm run soak`. (That of damaged tables is test/storage/Damage.test.ts.) */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Scope } from "../../soak/Campaign.ts"
import { campaigns } from "../../soak/campaigns.ts"
import * as Random from "../../soak/Random.ts"

const short: Readonly<Record<string, Partial<Scope>>> = {
  kill: { trials: 3 },
  concurrency: { seconds: 3 },
  damage: { trials: 10 },
  full: { trials: 3 },
  fuzz: { trials: 12 },
  leaks: { trials: 60 },
  secrets: { trials: 8 }
}

describe.skipIf(process.platform === "win32")("a short campaign", () => {
  for (const { about, name, run } of campaigns.filter(({ name }) => name in short)) {
    it(`${name}: ${about}`, { timeout: 600_000 }, async () => {
      const folder = await mkdtemp(join(tmpdir(), "crosswalk-soak-"))
      try {
        const scope = { random: Random.make(1), folder, until: performance.now() + 60_000, ...short[name] }
        const { figures, wrong } = await run(scope)
        expect(wrong).toEqual([])
        expect(Object.keys(figures).length).toBeGreaterThan(1)
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      }
    })
  }
})
