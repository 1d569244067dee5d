/**
 * What has to be true of the program around the library. Every entry point imports this module first, so that an old Node
 * or an old effect is named by a sentence instead of by whatever breaks first.
 *
 * @module
 */
import Module from "node:module"
import { Effect, Version } from "effect"
import { nodeProblem } from "./NodeVersion.ts"

const version = Version.getCurrentVersion()

/** Whether a version of effect is in the range of package.json, `^4.1.0`. */
export const isSupportedEffect = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major === 4 && minor >= 1
}

const problem =
  nodeProblem() ??
  (isSupportedEffect(version)
    ? undefined
    : `Crosswalk needs effect 4.1.0 or newer, below 5; it was given effect ${version}. Install effect@^4.1.0.`)
if (problem !== undefined) throw new Error(problem)

/** The copy of effect that the program's own modules import, where it can be told. */
const programsCopy = (): string => {
  try {
    const path = Module.createRequire(`${process.cwd()}/`).resolve("effect/package.json")
    const manifest: unknown = Module.createRequire(path)(path)
    return typeof manifest === "object" && manifest !== null && "version" in manifest
      ? `effect ${String(manifest.version)} (${path})`
      : path
  } catch {
    return "another copy"
  }
}

/**
 * Dies where the fiber that runs this is of another copy of effect than the one that this package imports. Services and
 * schemas of the two would not know each other, and fail later and elsewhere.
 */
export const oneEffect: Effect.Effect<void> = Effect.withFiber((running) => {
  const ours = Effect.runFork(Effect.void)
  return running.constructor === ours.constructor
    ? Effect.void
    : Effect.die(
        new Error(
          `The program runs ${programsCopy()}, Crosswalk imports effect ${version}: two copies of effect do not know ` +
            "each other's services. Install one effect@^4.1.0 for both (npm ls effect shows them)."
        )
      )
})
