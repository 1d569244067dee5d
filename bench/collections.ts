import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

/** Where the development collections are, in BEIR's layout; they are no part of the project. */
const evaluations = join(root, "..", "shared", "eval")

/** The collections to measure on: those that were named; else our own sample, and the development collections that are there. */
export const directoriesOf = (named: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  named.length > 0
    ? named
    : [
        join(root, "test", "fixtures", "golden-search", "sample"),
        ...(existsSync(evaluations) ? readdirSync(evaluations).toSorted() : []).map((name) => join(evaluations, name))
      ]
