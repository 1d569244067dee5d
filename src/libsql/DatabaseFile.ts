import { accessSync, constants, statSync } from "node:fs"
import { dirname } from "node:path"
import { LibsqlFault } from "./LibsqlError.ts"

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error)

/** The code of what the system says against a call, such as `EACCES`; undefined where it says nothing. */
const against = (call: () => void): string | undefined => {
  try {
    call()
    return undefined
  } catch (error) {
    return codeOf(error)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** What stands in the way of a file that is there, or of making one; undefined where nothing is seen. */
export const obstacleOf = (path: string): string | undefined => {
  const folder = dirname(path)
  switch (against(() => statSync(path))) {
    case undefined:
      if (isFolder(path)) return `${path} is a folder`
      return against(() => accessSync(path, constants.R_OK)) === undefined ? undefined : `${path} may not be read`
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
