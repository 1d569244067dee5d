import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Result } from "effect"
import { run } from "../../src/cli/Main.ts"
import type { Target } from "../../src/cli/Output.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const target = (): Target & { readonly text: () => string } => {
  const pieces: Array<string> = []
  return {
    on: () => {},
    write: (text, done) => {
      pieces.push(text)
      done()
    },
    text: () => pieces.join("")
  }
}

/** Runs a command line in this process, with the deterministic embedder, and gives what it printed. */
export const crosswalk = (folder: string) =>
  Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
    const streams = { stdout: target(), stderr: target() }
    const embedder = args.includes("--embedder") ? [] : ["--embedder", "deterministic"]
    const result = yield* Effect.result(run([...embedder, ...args], { streams, folder }))
    return {
      code: Result.isSuccess(result) ? 0 : result.failure.code,
      stdout: streams.stdout.text(),
      stderr: streams.stderr.text(),
      json: () => JSON.parse(streams.stdout.text())
    }
  })

/** A folder and a database of its own: `run` a command line on it, or `write` a file, which gives its path. */
export const workspace = Effect.map(temporaryFolder, (folder) => ({
  folder,
  run: (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db")),
  write: (name: string, text: string) =>
    Effect.as(
      Effect.promise(() => writeFile(join(folder, name), text)),
      join(folder, name)
    )
}))
