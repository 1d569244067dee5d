import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs"
import { dirname } from "node:path"
import * as FileProblem from "../domain/FileProblem.ts"
import { LibsqlFault } from "./LibsqlError.ts"

/** The code of what the system says against a call, such as `EACCES`; undefined where it says nothing. */
const against = (call: () => void): string | undefined => {
  try {
    call()
    return undefined
  } catch (error) {
    return FileProblem.codeOf(error) ?? String(error)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** What is there under a path and no file can be; undefined where it is a file, nothing, or may not be looked at. */
const otherKind = (path: string): string | undefined => {
  let stats: ReturnType<typeof statSync>
  try {
    stats = statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
  if (stats === undefined || stats.isFile()) return undefined
  return stats.isDirectory() ? `${path} is a folder` : `${path} is a device, a pipe or a socket, and no file`
}

/**
 * Throws a `LibsqlFault` where there is something that is no file. Opening a pipe would wait for its other end, which nothing
 * can interrupt, and what others keep in a device would be written over.
 */
export const requireFile = (path: string): void => {
  const problem = otherKind(path)
  if (problem !== undefined) throw new LibsqlFault("cannotOpen", problem)
}

const header = "SQLite format 3\0"

/** Whether a file begins as a database of SQLite does. */
export const isDatabase = (path: string): boolean => {
  const file = openSync(path, "r")
  try {
    const bytes = Buffer.alloc(header.length)
    return readSync(file, bytes) === bytes.length && bytes.toString("latin1") === header
  } finally {
    closeSync(file)
  }
}

/** What stands in the way of a file that is there, or of making one; undefined where nothing is seen. */
export const obstacleOf = (path: string): string | undefined => {
  const folder = dirname(path)
  switch (against(() => statSync(path))) {
    case undefined:
      if (against(() => accessSync(path, constants.R_OK)) !== undefined) return `${path} may not be read`
      return otherKind(path)
    case "ENOENT":
      switch (against(() => accessSync(folder, constants.W_OK | constants.X_OK))) {
        case undefined:
          return isFolder(folder) ? undefined : `${folder} is not a folder`
        case "ENOENT":
          return `there is no folder ${folder}`
        default:
          return `${folder} may not be written`
      }
    case "EACCES":
    case "EPERM":
      return `a folder on the way to ${path} may not be read`
    case "ENOTDIR":
      return `${folder} is not a folder`
    default:
      return undefined
  }
}

/** The same error with what stands in the way of the file, where that can be seen. */
export const explained = (cause: unknown, path: string): unknown => {
  const obstacle = obstacleOf(path)
  return obstacle === undefined ? cause : new LibsqlFault("cannotOpen", obstacle)
}

/** Whether there is a file. Throws a `LibsqlFault` where nobody may know, such as in a folder that may not be read. */
export const isThere = (path: string): boolean => {
  const code = against(() => statSync(path))
  if (code === undefined) return true
  if (code === "ENOENT") return false
  throw new LibsqlFault("cannotOpen", obstacleOf(path) ?? `${path}: ${code}`)
}

/**
 * Watches that a path leads to the file that was opened. Who has a file open goes on reading and writing it when it was removed
 * or another one took its place, and all of that is gone at the end.
 */
export const watched = (path: string) => {
  let opened: string | undefined
  let looked = Number.NEGATIVE_INFINITY
  let gone = false
  const current = () => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? "none" : `${stats.dev} ${stats.ino}`
  }
  const refusal = (): LibsqlFault | undefined => {
    try {
      return opened === undefined || current() === opened ? undefined : new LibsqlFault("replaced", path)
    } catch (cause) {
      return new LibsqlFault("replaced", path, cause)
    }
  }
  return {
    /** The file has been opened: from the first time on it has to stay. */
    begin: (): void => {
      opened ??= current()
    },
    /** Why it may not be used any more; undefined where it is still there. */
    refusal,
    /** Whether it may not, looked at ten times a second at most: for what reads often. */
    isGone: (): boolean => {
      const now = performance.now()
      if (now - looked >= 100) {
        looked = now
        gone = refusal() !== undefined
      }
      return gone
    }
  }
}
