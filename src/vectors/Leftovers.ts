import { rmSync } from "node:fs"
import { basename, dirname } from "node:path"
import { Effect } from "effect"
import { LibsqlClient } from "../libsql/LibsqlClient.ts"
import * as PartialFile from "../storage/PartialFile.ts"
import * as IndexFile from "./IndexFile.ts"
import * as Plan from "./Plan.ts"
import type { UsearchOptions } from "./UsearchOptions.ts"

/** What processes that were killed have left beside a database, such as backups of it, and beside its saved index. */
const paths = (options: UsearchOptions) =>
  Effect.map(LibsqlClient, (client) => {
    const { path } = Plan.make(options, 1, client)
    const isFile = client.kind === "file" || client.kind === "replica"
    try {
      return [
        ...(isFile ? PartialFile.abandoned(dirname(client.url)) : []),
        ...(path === undefined ? [] : IndexFile.temporaries(path))
          .filter(({ pid }) => !PartialFile.isAlive(pid))
          .map(({ path }) => path)
      ]
    } catch {
      // What may not be listed cannot be removed either.
      return []
    }
  })

/** Their names. */
export const find = (options: UsearchOptions) =>
  Effect.map(paths(options), (found) => found.map((path) => basename(path)))

/** Removes them; what was done, in sentences. */
export const remove = (options: UsearchOptions) =>
  Effect.map(paths(options), (found) => {
    for (const path of found) rmSync(path, { force: true })
    return found.length === 0 ? [] : [`removed ${found.map((path) => basename(path)).join(", ")}`]
  })
