import type { Campaign } from "./Campaign.ts"
import { concurrency } from "./campaigns/Concurrency.ts"
import { damageOfFiles } from "./campaigns/Files.ts"
import { full } from "./campaigns/Full.ts"
import { fuzz } from "./campaigns/Fuzz.ts"
import { kill } from "./campaigns/Kill.ts"
import { leaks } from "./campaigns/Leaks.ts"
import { secrets } from "./campaigns/Secrets.ts"
import { tableDamage } from "./campaigns/Tables.ts"

/** Every campaign, in the order in which they run. */
export const campaigns: ReadonlyArray<Campaign> = [
  kill,
  concurrency,
  damageOfFiles,
  tableDamage,
  full,
  fuzz,
  secrets,
  leaks
]
