import type { Campaign } from "./Campaign.ts"
import { kill } from "./campaigns/Kill.ts"
import { tableDamage } from "./campaigns/Tables.ts"

/** Every campaign, in the order in which they run. */
export const campaigns: ReadonlyArray<Campaign> = [kill, tableDamage]
