import { existsSync } from "node:fs"
import { mkdir, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../../scripts/run.ts"
import { isAlive } from "../../src/storage/PartialFile.ts"

/** What takes long to make and is kept for other runs; `npm ci` removes it. */
const kept = join(root, "node_modules", ".cache", "crosswalk")

/** A folder that is made once for all tests, whole or not at all. What a killed process has begun, the next one removes. */
export const madeOnce = async (name: string, make: (folder: string) => Promise<void>): Promise<string> => {
  const place = join(kept, name)
  if (existsSync(place)) return place
  const partial = `${place}.${process.pid}`
  await mkdir(partial, { recursive: true })
  for (const other of await readdir(kept)) {
    const pid = /\.(\d+)$/u.exec(other)?.[1]
    if (other.startsWith(`${name}.`) && pid !== undefined && !isAlive(Number(pid)))
      await rm(join(kept, other), { recursive: true, force: true })
  }
  try {
    await make(partial)
    // Another process may have been first.
    await rename(partial, place).catch((error) => {
      if (!existsSync(place)) throw error
    })
    return place
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}
