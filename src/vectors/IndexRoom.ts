import { constants } from "node:fs"
import { access, statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import { DatabaseError } from "../domain/DatabaseError.ts"
import * as FileProblem from "../domain/FileProblem.ts"

/** Bytes of the links and the rest of a vector in a graph, beside its codes and itself; 150 were measured. */
const linksOf = 160

/**
 * About how many bytes are needed on the disk while an index is written. A graph keeps its vectors in a file until it is whole,
 * and has them once more in its own.
 */
const bytesOf = (kind: "flat" | "graph", count: number, dimensions: number): number =>
  count * (kind === "flat" ? 4 * dimensions + 8 : 9 * dimensions + linksOf)

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

/** Fails where an index cannot be written, before it is built: that takes minutes. */
export const check = (
  operation: string,
  path: string,
  index: { readonly kind: "flat" | "graph"; readonly count: number; readonly dimensions: number }
): Effect.Effect<void, DatabaseError> => {
  const folder = dirname(path)
  const needed = bytesOf(index.kind, index.count, index.dimensions)
  const failed = (reason: DatabaseError["reason"], problem: string, cause?: unknown) =>
    new DatabaseError({ operation, reason, problem: `the vector index ${path} cannot be written: ${problem}`, cause })
  return Effect.tryPromise({
    try: async () => {
      await access(folder, constants.W_OK)
      const { bavail, blocks, bsize } = await statfs(folder)
      // Some file systems do not tell.
      return blocks === 0 ? Infinity : bavail * bsize
    },
    catch: (cause) => {
      const { reason, says } = FileProblem.of(cause)
      return failed(reason, says, cause)
    }
  }).pipe(
    Effect.filterOrFail(
      (free) => free >= needed,
      (free) =>
        failed(
          "full",
          `it takes about ${megabytes(needed)} while it is built, and ${megabytes(free)} are free in ${folder}. Make room, or ` +
            "name another place as its path"
        )
    ),
    Effect.asVoid
  )
}
