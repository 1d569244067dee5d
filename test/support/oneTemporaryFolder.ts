import { mkdirSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isAlive } from "../../src/storage/PartialFile.ts"

const remove = (folder: string) => {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  } catch {
    // Somebody is in it still; the next run removes it.
  }
}

/**
 * Gives all tests of a run one folder for temporary files, which is removed in the end with what killed processes have left
 * there. The folder of a run that was itself killed, the next one removes.
 */
export default () => {
  const parent = tmpdir()
  for (const name of readdirSync(parent)) {
    const pid = /^crosswalk-run-(\d+)$/u.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(parent, name))
  }
  const folder = join(parent, `crosswalk-run-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  for (const name of process.platform === "win32" ? ["TEMP", "TMP"] : ["TMPDIR"]) process.env[name] = folder
  return () => remove(folder)
}
