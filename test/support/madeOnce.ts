import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { root } from "../../scripts/run.ts"
import { isAlive } from "../../src/storage/PartialFile.ts"

/** What takes long to make and is kept for other runs; `npm ci` removes it. */
const kept = join(root, "node_modules", ".cache", "crosswalk")

/** Whether this process is the one that makes a place; else it has waited until another has made it, or for too long. */
const isMaker = async (place: string, lock: string): Promise<boolean> => {
  for (let waited = 0; !existsSync(place); waited += 50) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" })
      return !existsSync(place)
    } catch {
      const pid = Number(await readFile(lock, "utf8").catch(() => ""))
      // A second one makes the same, which is a waste and no harm.
      if (waited > 120_000) return true
      if (pid > 0 && !isAlive(pid)) await rm(lock, { force: true })
      await setTimeout(50)
    }
  }
  return false
}

const made = async (home: string, name: string, make: (folder: string) => Promise<void>): Promise<string> => {
  const place = join(home, name)
  if (existsSync(place)) return place
  const partial = `${place}.${process.pid}`
  await mkdir(home, { recursive: true })
  const lock = `${place}.lock`
  try {
    if (!(await isMaker(place, lock))) return place
    for (const other of await readdir(home)) {
      const pid = /\.(\d+)$/u.exec(other)?.[1]
      if (other.startsWith(`${name}.`) && pid !== undefined && !isAlive(Number(pid)))
        await rm(join(home, other), { recursive: true, force: true })
    }
    await mkdir(partial)
    await make(partial)
    await rename(partial, place).catch((error) => {
      if (!existsSync(place)) throw error
    })
    return place
  } finally {
    await rm(partial, { recursive: true, force: true })
    if ((await readFile(lock, "utf8").catch(() => "")) === String(process.pid)) await rm(lock, { force: true })
  }
}

/**
 * A folder that is made once for all tests, whole or not at all: one process makes it, others wait for it. What a killed
 * process has begun, the next one removes.
 */
export const madeOnce = (name: string, make: (folder: string) => Promise<void>): Promise<string> =>
  made(kept, name, make)

/** The same for all tests of a run, which have one folder for temporary files. */
export const madeOnceARun = (name: string, make: (folder: string) => Promise<void>): Promise<string> =>
  made(tmpdir(), name, make)
