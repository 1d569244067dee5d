import { closeSync, fsyncSync, openSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as FileProblem from "../domain/FileProblem.ts"

/** Files that are being written, to take a place when they are whole. They lie beside it, and name their process. */

/** What SQLite puts beside one of them is left with it. */
const pattern = /^\..+\.(\d+)-[a-z0-9]+\.crosswalk-part(?:-(?:wal|shm|journal))?$/u

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Where a path leads to, through links, so that what is moved there does not take the place of a link. Throws where it leads round. */
export const placeOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch (error) {
    if (FileProblem.codeOf(error) !== "ENOENT") throw error
    const link = linkOf(path)
    return link === undefined ? path : placeOf(resolve(realpathSync(dirname(path)), link))
  }
}

/** A new name beside the place. */
export const beside = (place: string): string =>
  join(dirname(place), `.${basename(place)}.${process.pid}-${Math.random().toString(36).slice(2, 8)}.crosswalk-part`)

/** Whether a process runs, of whatever user. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return FileProblem.codeOf(error) === "EPERM"
  }
}

/** Those in a folder whose process has ended without removing them, whatever place they were for. */
export const abandoned = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const pid = entry.isFile() ? pattern.exec(entry.name)?.[1] : undefined
    return pid === undefined || isAlive(Number(pid)) ? [] : [join(folder, entry.name)]
  })

/** Removes what processes that were killed have left in the folder of a place. */
export const clear = (place: string): void => {
  for (const path of abandoned(dirname(place))) rmSync(path, { force: true })
}

const sync = (path: string): void => {
  const file = openSync(path, "r")
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Moves what is whole to its place, where it is after a power failure too. */
export const settle = (path: string, place: string): void => {
  sync(path)
  renameSync(path, place)
  // Windows has no handles of folders.
  if (process.platform !== "win32") sync(dirname(place))
}
