import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, rmSync } from "node:fs"
import { Socket } from "node:net"
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
 * there. What still runs then, and has the folder in its environment, is ended, also where the run itself was killed.
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
  const guard = spawn(process.execPath, [join(import.meta.dirname, "endLeftOver.ts"), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  })
  guard.on("error", () => {})
  // Neither keeps this process from its end, which closes the pipe.
  guard.unref()
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  return () => remove(folder)
}
