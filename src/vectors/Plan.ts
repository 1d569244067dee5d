import type { Extras } from "../libsql/LibsqlClient.ts"
import type { IndexInput } from "./IndexProtocol.ts"
import type { UsearchOptions } from "./UsearchOptions.ts"

/** Where an index lives and when it becomes a graph. */
export interface Plan {
  readonly input: IndexInput
  /** The saved index; undefined where nothing is saved. */
  readonly path: string | undefined
  readonly exactUpTo: number
  readonly mergeAfter: number | undefined
  /** The share of the nearest ten that a graph shall find. */
  readonly recall: number
  /** A saved graph is used where it is right; nothing is read into memory, built or saved. */
  readonly isReader: boolean
}

/** The plan for an index that `buildThreads` threads build; of a database that is a file, it is saved beside it. */
export const make = (
  { exactUpTo = 100_000, expansion, mergeAfter, path, recall = 0.95 }: UsearchOptions,
  buildThreads: number,
  database?: Pick<Extras, "kind" | "url">,
  isReader = false
): Plan => ({
  input: { background: false, buildThreads, expansion },
  path: path ?? (database?.kind === "file" || database?.kind === "replica" ? pathBeside(database.url) : undefined),
  exactUpTo,
  mergeAfter,
  recall,
  isReader
})

/** The file of the index of a database that is a file. */
export const pathBeside = (database: string): string => `${database}.vectors`
