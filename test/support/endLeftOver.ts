/**
 * Waits until the process that has the other end of stdin is gone, however it ended; then ends every process that has a folder
 * in its environment or its arguments, and removes the folder. (Where there is no `/proc`, only that.)
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

const [, , folder = ""] = process.argv

/** The folder itself or a path in it, not one whose name only begins alike. */
const names = (text: string): boolean =>
  text
    .split(folder)
    .slice(1)
    .some((rest) => !/^[^/\0]/u.test(rest))

const has = (pid: number): boolean => {
  try {
    return ["environ", "cmdline"].some((file) => names(readFileSync(`/proc/${pid}/${file}`, "utf8")))
  } catch {
    // It has ended, or is of somebody else.
    return false
  }
}

const left = () =>
  existsSync("/proc")
    ? readdirSync("/proc")
        .map(Number)
        .filter((pid) => pid > 0 && pid !== process.pid && has(pid))
    : []

for await (const _ of process.stdin);
// One that was about to start another may need a second look.
for (let round = 0; round < 3; round++) {
  for (const pid of left()) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It has ended.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  await setTimeout(500)
}
