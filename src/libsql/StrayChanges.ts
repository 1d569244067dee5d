import { closeSync, openSync, readSync, statSync } from "node:fs"
import type { Client } from "@libsql/client"

/** SQLite's write-ahead log: a header of the log and one of each page, in bytes. */
const logHeader = 32
const frameHeader = 24

const logOf = (path: string): string => `${path}-wal`

/** Whether changes of a file wait beside it: then it cannot be read by itself. */
export const areThere = (path: string): boolean => (statSync(logOf(path), { throwIfNoEntry: false })?.size ?? 0) > 0

/**
 * Whether the changes beside a file look as if they were another's: the file was written after them, yet holds none of their
 * pages, as it would if they had been taken over.
 */
export const areDoubtful = (path: string): boolean => {
  const log = statSync(logOf(path), { throwIfNoEntry: false })
  const file = statSync(path, { throwIfNoEntry: false })
  if (log === undefined || file === undefined || file.mtimeMs <= log.mtimeMs) return false
  const open = [openSync(logOf(path), "r"), openSync(path, "r")] as const
  try {
    const read = (from: number, size: number, at: number) => {
      const bytes = Buffer.alloc(size)
      return readSync(from, bytes, 0, size, at) === size ? bytes : undefined
    }
    const header = read(open[0], logHeader, 0)
    if (header === undefined) return false
    const pageSize = header.readUInt32BE(8)
    if (pageSize < 512 || pageSize > 65536) return false
    const salts = header.subarray(16, 24)
    for (let at = logHeader, pages = 0; ; at += frameHeader + pageSize, pages += 1) {
      const frame = read(open[0], frameHeader + pageSize, at)
      // What follows an older salt was written before the log began anew.
      if (frame === undefined || !frame.subarray(8, 16).equals(salts)) return pages > 0
      const page = read(open[1], pageSize, (frame.readUInt32BE(0) - 1) * pageSize)
      if (page?.equals(frame.subarray(frameHeader)) === true) return false
    }
  } finally {
    for (const file of open) closeSync(file)
  }
}

const isSound = async (open: () => Promise<Client>): Promise<boolean> => {
  let client: Client | undefined
  try {
    client = await open()
    const { rows } = await client.execute("PRAGMA integrity_check(1)")
    return rows[0]?.[0] === "ok"
  } catch {
    return false
  } finally {
    client?.close()
  }
}

/** Whether a file is sound by itself and damaged with the changes beside it. It reads all of it, up to twice. */
export const damage = async (open: {
  readonly together: () => Promise<Client>
  readonly alone: () => Promise<Client>
}): Promise<boolean> => !(await isSound(open.together)) && (await isSound(open.alone))

/** What is to be known of such changes, and what to do. */
export const problemOf = (path: string): string =>
  `the changes in ${logOf(path)} are not of this database: with them ${path} is damaged, without them it is sound, as where a file ` +
  `was copied in the place of another. End what uses it, move ${logOf(path)} and ${path}-shm away, and open it again`
