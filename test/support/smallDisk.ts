import { spawnSync } from "node:child_process"
import { Effect, type Scope } from "effect"
import { temporaryFolder } from "./temporaryFolder.ts"

/** A file system of so many kilobytes at most, where this machine lets one be made. */
export const smallDisk = (kilobytes: number): Effect.Effect<string | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const mounted = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const made = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder])
        return made.status === 0
      }),
      (mounted) => Effect.sync(() => (mounted ? void spawnSync("umount", [folder]) : undefined))
    )
    return mounted ? folder : undefined
  })
